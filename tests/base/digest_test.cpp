#include "spectradiff/base/digest.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <vector>

#include "expect_error.h"
#include "spectradiff/base/sha256.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

TEST(DigestOfFile, IsTheSha256OfItsContentWhereverItLies) {
  const TemporaryFolder folder;
  put(folder / "song", "abc");
  fs::create_directory(folder / "d");
  fs::copy_file(folder / "song", folder / "d/another name");
  fs::create_symlink("song", folder / "link");
  EXPECT_EQ(digest_of_file(folder / "song"), sha256_hex("abc"));
  EXPECT_EQ(digest_of_file(folder / "d/another name"), sha256_hex("abc"));
  EXPECT_EQ(digest_of_file(folder / "link"), sha256_hex("abc"));
}

TEST(DigestOfFile, FollowsTheContentAndNotTheDate) {
  const TemporaryFolder folder;
  put(folder / "song", "abc");
  const auto date = fs::last_write_time(folder / "song");
  const std::string before = digest_of_file(folder / "song");
  fs::last_write_time(folder / "song", date + std::chrono::hours(1));
  EXPECT_EQ(digest_of_file(folder / "song"), before);
  put(folder / "song", "abd");
  fs::last_write_time(folder / "song", date);
  EXPECT_NE(digest_of_file(folder / "song"), before);
}

TEST(DigestOfFile, ReadsAFileThatHasNoNameAnyMore) {
  const TemporaryFolder folder;
  put(folder / "spool", "abc");
  const int descriptor = ::open((folder / "spool").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  fs::remove(folder / "spool");
  EXPECT_EQ(digest_of_file("/proc/self/fd/" + std::to_string(descriptor)), sha256_hex("abc"));
  ::close(descriptor);
}

TEST(DigestOfFile, RefusesPipesWithoutReadingThemAndWhatIsNotThere) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_ERROR(digest_of_file(folder / "pipe"), ErrorKind::input, "save it to a file");
  EXPECT_ERROR(digest_of_file("/dev/zero"), ErrorKind::input, "device");
  EXPECT_ERROR(digest_of_file(folder / "none", ErrorKind::usage), ErrorKind::usage, "No such file");
  EXPECT_ERROR(digest_of_file(folder.path()), ErrorKind::input, "folder");
}

class DigestOfFiles : public ::testing::Test {
 protected:
  DigestOfFiles() {
    for (const char* name : {"a", "b"}) fs::create_directory(folder_ / name);
    put(folder_ / "a/1.png", "one");
    put(folder_ / "a/2.png", "two");
    put(folder_ / "b/1.png", "one");
    put(folder_ / "b/2.png", "two");
  }
  std::string of(const std::vector<std::string>& names) const {
    std::vector<fs::path> paths;
    for (const std::string& name : names) paths.push_back(folder_ / name);
    return digest_of_files(paths);
  }
  TemporaryFolder folder_;
};

TEST_F(DigestOfFiles, IsTheSameInAnotherFolder) {
  EXPECT_EQ(of({"a/1.png", "a/2.png"}), of({"b/1.png", "b/2.png"}));
}

TEST_F(DigestOfFiles, DiffersWithOrderNumberNamesAndContents) {
  const std::string before = of({"a/1.png", "a/2.png"});
  EXPECT_NE(of({"a/2.png", "a/1.png"}), before);
  EXPECT_NE(of({"a/1.png"}), before);
  EXPECT_NE(of({}), of({"a/1.png"}));
  fs::rename(folder_ / "a/2.png", folder_ / "a/3.png");
  EXPECT_NE(of({"a/1.png", "a/3.png"}), before);
  put(folder_ / "b/2.png", "twp");
  EXPECT_NE(of({"b/1.png", "b/2.png"}), before);
}

TEST_F(DigestOfFiles, NamesTheFileThatCannotBeRead) {
  EXPECT_ERROR(of({"a/1.png", "a/9.png"}), ErrorKind::input, "9.png");
}

}  // namespace
}  // namespace spectradiff
