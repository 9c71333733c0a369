#include "spectradiff/base/file_guard.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "expect_error.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

bool is_png(const std::string& name) {
  return name.ends_with(".png");
}

// EXPECT_REFUSED(guard, words): a usage error that holds the words.
#define EXPECT_REFUSED(guard, words) EXPECT_ERROR(((guard).check(), 0), ErrorKind::usage, words)

class FileGuardTest : public ::testing::Test {
 protected:
  FileGuardTest() {
    fs::create_directory(folder_ / "d");
    for (const char* name : {"song.wav", "p.png", "d/00000.png", "d/00001.png"}) put(name);
  }
  void put(const std::string& name) const { std::ofstream(folder_ / name) << name; }
  fs::path at(const std::string& name) const { return folder_ / name; }

  TemporaryFolder folder_;
  FileGuard guard_;
};

TEST_F(FileGuardTest, LetsAnOrdinaryRunPass) {
  guard_.reads("song", at("song.wav"));
  guard_.reads_folder("image", at("d"), is_png);
  guard_.reads("config", at("c.json"));
  guard_.writes("output", at("song.mp4"));
  guard_.writes("preview", at("preview.png"));
  guard_.writes("log_file", at("d/run.log"));
  guard_.writes_numbered("inits", at("%05d.png"));
  EXPECT_NO_THROW(guard_.check());
}

TEST_F(FileGuardTest, RefusesToWriteWhatIsRead) {
  guard_.reads("song", at("song.wav"));
  guard_.writes("log_file", at("song.wav"));
  EXPECT_REFUSED(guard_, "log_file = " + at("song.wav").string() + " would overwrite what song = " +
                             at("song.wav").string() + " reads; give log_file another name");
}

TEST_F(FileGuardTest, FollowsSymbolicLinksOfEitherSide) {
  fs::create_symlink("song.wav", at("link"));
  fs::create_symlink("link", at("link of link"));
  FileGuard other;
  guard_.reads("song", at("song.wav"));
  guard_.writes("output", at("link of link"));
  EXPECT_REFUSED(guard_, "(both lead to the same file)");
  other.reads("song", at("link of link"));
  other.writes("output", at("song.wav"));
  EXPECT_REFUSED(other, "output = ");
}

TEST_F(FileGuardTest, KnowsAHardLink) {
  fs::create_hard_link(at("song.wav"), at("hard.mp4"));
  guard_.reads("song", at("song.wav"));
  guard_.writes("output", at("hard.mp4"));
  EXPECT_REFUSED(guard_, "(both lead to the same file)");
}

TEST_F(FileGuardTest, KnowsAFolderByAnotherName) {
  fs::create_directory_symlink("d", at("e"));
  guard_.reads("image", at("e/new.png"));
  guard_.writes("preview", at("d/new.png"));
  EXPECT_REFUSED(guard_, "image = ");
}

TEST_F(FileGuardTest, ComparesWhatDoesNotExistYet) {
  guard_.reads("config", at("none/deeper/c.json"));
  guard_.writes("log_file", at("none/deeper/d.json"));
  EXPECT_NO_THROW(guard_.check());
  guard_.writes("csv", folder_.path() / "d/../none/deeper/c.json");
  EXPECT_REFUSED(guard_, "csv = ");
}

TEST_F(FileGuardTest, FollowsALinkToWhatDoesNotExistYet) {
  fs::create_symlink("d/later.png", at("link.png"));
  guard_.reads_folder("image", at("d"), is_png);
  guard_.writes("preview", at("link.png"));
  EXPECT_REFUSED(guard_, "image = ");
}

TEST_F(FileGuardTest, RefusesFramesAmongThePicturesThatAreRead) {
  guard_.reads_folder("image", at("d"), is_png);
  guard_.writes_numbered("output", at("d/%05d.png"));
  EXPECT_REFUSED(guard_, "output = ");
}

TEST_F(FileGuardTest, RefusesANewPictureInAFolderThatIsRead) {
  guard_.reads_folder("image", at("d"), is_png);
  guard_.writes("preview", at("d/new.png"));
  EXPECT_REFUSED(guard_, "would be written among the files that image = " + at("d").string() + " reads");
}

TEST_F(FileGuardTest, SeesWhatAFoldersLinksLeadTo) {
  fs::create_symlink("../p.png", at("d/00002.png"));
  guard_.reads_folder("image", at("d"), is_png);
  guard_.writes("preview", at("p.png"));
  EXPECT_REFUSED(guard_, "preview = ");
}

TEST_F(FileGuardTest, SeesWhereAFrameThatIsReplacedLeads) {
  fs::create_directory(at("out"));
  fs::create_symlink("../p.png", at("out/00003.png"));
  guard_.reads("image", at("p.png"));
  guard_.writes_numbered("output", at("out/%05d.png"));
  EXPECT_REFUSED(guard_, "output = " + at("out/%05d.png").string());
}

TEST_F(FileGuardTest, RefusesAFrameThatIsReadThere) {
  guard_.reads("image", at("d/00001.png"));
  guard_.writes_numbered("output", at("d/%05d.png"));
  EXPECT_REFUSED(guard_, "image = " + at("d/00001.png").string());
}

TEST_F(FileGuardTest, ComparesPatternsWithPatterns) {
  const auto refused = [&](const char* read, const char* written) {
    FileGuard guard;
    guard.reads_numbered("image", at(read));
    guard.writes_numbered("output", at(written));
    try {
      guard.check();
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  EXPECT_TRUE(refused("d/%05d.png", "d/%05d.png"));
  EXPECT_TRUE(refused("d/%d.png", "d/%05d.png"));
  EXPECT_TRUE(refused("d/a1%d.png", "d/a%05d.png"));
  EXPECT_TRUE(refused("d/%05d0.png", "d/%05d.png"));
  EXPECT_FALSE(refused("d/in-%05d.png", "d/out-%05d.png"));
  EXPECT_FALSE(refused("d/%05d.jpg", "d/%05d.png"));
  EXPECT_FALSE(refused("d/%05d.png", "%05d.png"));
  EXPECT_TRUE(refused("later/%05d.png", "later/%05d.png"));
}

TEST_F(FileGuardTest, RefusesTwoThatAreWrittenAsOne) {
  fs::create_symlink("x", at("y"));
  guard_.writes("csv", at("x"));
  guard_.writes("json_out", at("y"));
  EXPECT_REFUSED(guard_, "csv = " + at("x").string() + " and json_out = " + at("y").string() +
                             " would overwrite each other");
}

TEST_F(FileGuardTest, RefusesAPreviewAmongTheFramesThatAreWritten) {
  guard_.writes("preview", at("out/00007.png"));
  guard_.writes_numbered("output", at("out/%05d.png"));
  EXPECT_REFUSED(guard_, "preview = ");
}

TEST_F(FileGuardTest, LetsPipesDevicesAndStandardStreamsPass) {
  ASSERT_EQ(::mkfifo(at("pipe").c_str(), 0600), 0);
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string descriptor = "/dev/fd/" + std::to_string(ends[1]);
  for (const fs::path& path : {at("pipe"), fs::path("/dev/null"), fs::path(descriptor), fs::path("-")}) {
    guard_.reads("config", path);
    guard_.writes("csv", path);
    guard_.writes("json_out", path);
  }
  EXPECT_NO_THROW(guard_.check());
  for (const int end : ends) ::close(end);
}

TEST_F(FileGuardTest, KnowsTheFileBehindADescriptor) {
  const int descriptor = ::open(at("song.wav").c_str(), O_WRONLY | O_CLOEXEC);
  ASSERT_GE(descriptor, 0);
  guard_.reads("song", at("song.wav"));
  guard_.writes("csv", "/dev/fd/" + std::to_string(descriptor));
  EXPECT_REFUSED(guard_, "song = ");
  ::close(descriptor);
}

TEST_F(FileGuardTest, LetsOneOptionReplaceWhatIsReadWholeBefore) {
  guard_.reads("from", at("a.mp4"), "output");
  guard_.writes("output", at("a.mp4"));
  EXPECT_NO_THROW(guard_.check());
  FileGuard log = guard_;
  log.writes("log_file", at("a.mp4"));
  EXPECT_REFUSED(log, "log_file = ");
  FileGuard image = guard_;
  image.reads("image", at("a.mp4"));
  EXPECT_REFUSED(image, "image = ");
}

TEST_F(FileGuardTest, PassesLinksThatLeadNowhereToWhoeverOpensThem) {
  fs::create_symlink("round.mp4", at("round.mp4"));
  guard_.reads("song", at("song.wav"));
  guard_.writes("output", at("round.mp4"));
  guard_.writes("preview", at(std::string(300, 'n')));
  EXPECT_NO_THROW(guard_.check());
}

}  // namespace
}  // namespace spectradiff
