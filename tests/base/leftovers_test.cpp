#include "spectradiff/base/leftovers.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "spectradiff/base/process.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kGone = "4194000";  // beyond what Linux numbers processes by default

class Leftovers : public testing::Test {
 protected:
  fs::path put(const std::string& name, std::chrono::minutes age = std::chrono::minutes(0)) {
    const fs::path file = folder_ / name;
    std::ofstream(file) << "half";
    fs::last_write_time(file, fs::file_time_type::clock::now() - age);
    return file;
  }

  const TemporaryFolder temporary_;
  const fs::path folder_ = temporary_.path();
};

TEST_F(Leftovers, InAFolderThoseOfThisMachinesDeadProcessesGoAtOnce) {
  const std::string here = "-" + place_letters();
  const fs::path dead = put(std::string(".00012.png.part-") + kGone + here);
  put(".00013.png.part-1" + here);
  put(".00014.png.part-" + std::to_string(getpid()) + here);
  EXPECT_THAT(remove_left_parts(folder_), ElementsAre(dead));
}

TEST_F(Leftovers, InAFolderThoseOfOtherMachinesGoOnceTheyAreSilent) {
  const fs::path silent =
      put(std::string(".00012.png.part-") + kGone + "-other123", std::chrono::minutes(11));
  const fs::path unknown = put(std::string(".00013.png.part-") + kGone, std::chrono::minutes(11));
  put(std::string(".00014.png.part-") + kGone + "-other123", std::chrono::minutes(9));
  put(".00015.png.part-" + std::to_string(getpid()) + "-other123");  // the same number elsewhere
  EXPECT_THAT(remove_left_parts(folder_), ElementsAre(silent, unknown));
}

TEST_F(Leftovers, OfAFileThatNobodyElseWritesAllGo) {
  const fs::path mine = put(".v.mp4.part-" + std::to_string(getpid()) + "-" + place_letters());
  const fs::path other = put(".v.mp4.part-" + std::to_string(getpid()) + "-other123");
  put(".w.mp4.part-17-other123");
  EXPECT_THAT(remove_left_parts(folder_ / "v.mp4"), ElementsAre(other));
  remove_own_parts(folder_ / "v.mp4");
  EXPECT_FALSE(fs::exists(mine));
  EXPECT_THAT(remove_left_parts(folder_ / "v.mp4"), IsEmpty());
}

}  // namespace
}  // namespace spectradiff
