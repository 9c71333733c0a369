#include "spectradiff/base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include "expect_error.h"
#include "spectradiff/base/process.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string get(const std::filesystem::path& path) {
  return read_file(path, 1 << 20, ErrorKind::internal);
}

struct stat status_of(const std::filesystem::path& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status;
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  return names;
}

TEST(ReadFile, GivesEveryByte) {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\xff\n", 5);
  put(folder / "f", bytes);
  EXPECT_EQ(read_file(folder / "f", 5, ErrorKind::input), bytes);
}

TEST(ReadFile, RefusesWhatIsTooLargeMissingOrAFolder) {
  const TemporaryFolder folder;
  put(folder / "f", "12345");
  EXPECT_ERROR(read_file(folder / "f", 4, ErrorKind::input), ErrorKind::input, "4 bytes");
  EXPECT_ERROR(read_file(folder / "none", 4, ErrorKind::model), ErrorKind::model, "No such file");
  EXPECT_ERROR(read_file(folder.path(), 4, ErrorKind::usage), ErrorKind::usage, "folder");
  EXPECT_ERROR(read_file("/dev/zero", 100000, ErrorKind::input), ErrorKind::input, "larger");
}

TEST(WriteFile, WritesAndReplacesOnlyWhenAllowed) {
  const TemporaryFolder folder;
  write_file(folder / "f", "one", false);
  EXPECT_ERROR(write_file(folder / "f", "two", false), ErrorKind::output, "exists");
  EXPECT_EQ(get(folder / "f"), "one");
  write_file(folder / "f", "two", true);
  EXPECT_EQ(get(folder / "f"), "two");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("f"));
}

TEST(WriteFile, HonoursTheUmask) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(0027);
  write_file(folder / "f", "x", false);
  ::umask(before);
  EXPECT_EQ(status_of(folder / "f").st_mode & 07777, 0640U);
}

TEST(WriteFile, SaysWhenTheFolderIsMissingOrNoFolder) {
  const TemporaryFolder folder;
  put(folder / "f", "x");
  EXPECT_ERROR(write_file(folder / "none/f", "x", true), ErrorKind::output, "does not exist");
  EXPECT_ERROR(write_file(folder / "f/g", "x", true), ErrorKind::output, "is a file");
  EXPECT_ERROR(write_file(folder.path(), "x", true), ErrorKind::output, "is a folder");
}

TEST(WriteFile, ReportsAFullDisk) {
  EXPECT_ERROR(write_file("/dev/full", "x", true), ErrorKind::output, "1 bytes more");
}

TEST(WriteFile, LeavesDevicesInPlace) {
  write_file("/dev/null", "x", true);
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(WriteFile, TakesNamesOf255Bytes) {
  const TemporaryFolder folder;
  for (const std::string& name :
       {std::string(251, 'n') + ".png", std::string(125, 'n') + "\u00e9" + std::string(128, 'x')}) {
    write_file(folder / name, name, false);
    EXPECT_EQ(get(folder / name), name);
  }
  EXPECT_EQ(names_in(folder.path()).size(), 2U);
  EXPECT_ERROR(write_file(folder / std::string(256, 'n'), "x", false), ErrorKind::output, "too long");
  EXPECT_ERROR(write_file(folder / (std::string(256, 'n') + "/x"), "x", false), ErrorKind::output,
               "too long");
}

TEST(WriteFile, KeepsASymbolicLinkAndReplacesItsTarget) {
  const TemporaryFolder folder;
  put(folder / "target", "old");
  std::filesystem::create_symlink("target", folder / "link");
  write_file(folder / "link", "new", true);
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(get(folder / "target"), "new");
}

TEST(WriteFile, MakesWhatALinkLeadsTo) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("later", folder / "link");
  EXPECT_ERROR(write_file(folder / "link", "new", false), ErrorKind::output, "exists");
  write_file(folder / "link", "new", true);
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(get(folder / "later"), "new");
}

TEST(WriteFile, RefusesALinkThatLeadsInACircle) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("round", folder / "round");
  EXPECT_ERROR(write_file(folder / "round", "x", true), ErrorKind::output, "leads in a circle");
  EXPECT_ERROR(PartFile(folder / "round"), ErrorKind::output, "leads in a circle");
}

TEST(WriteFile, KeepsThePermissionsOfWhatItReplaces) {
  const TemporaryFolder folder;
  for (const mode_t mode : {0600U, 0444U, 0666U, 0750U}) {
    put(folder / "f", "old");
    ASSERT_EQ(::chmod((folder / "f").c_str(), mode), 0);
    write_file(folder / "f", "new", true);
    EXPECT_EQ(status_of(folder / "f").st_mode & 07777, mode);
    EXPECT_EQ(get(folder / "f"), "new");
    std::filesystem::remove(folder / "f");
  }
}

TEST(WriteFile, KeepsTheOwnerOfWhatItReplaces) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  const TemporaryFolder folder;
  put(folder / "f", "old");
  ASSERT_EQ(::chown((folder / "f").c_str(), 12345, 54321), 0);
  write_file(folder / "f", "new", true);
  EXPECT_EQ(status_of(folder / "f").st_uid, 12345U);
  EXPECT_EQ(status_of(folder / "f").st_gid, 54321U);
}

TEST(WriteFile, KeepsTheAccessListOfWhatItReplaces) {
  const TemporaryFolder folder;
  put(folder / "f", "old");
  // Version 2: owner rw-, user 12345 r--, group ---, mask r--, others ---.
  const unsigned char list[] = {2, 0,    0,    0,   1,   0,   6,  0, 255, 255, 255, 255, 2,   0,  4,
                                0, 0x39, 0x30, 0,   0,   4,   0,  0, 0,   255, 255, 255, 255, 16, 0,
                                4, 0,    255,  255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255};
  if (::setxattr((folder / "f").c_str(), "system.posix_acl_access", list, sizeof list, 0) != 0)
    GTEST_SKIP() << "this disk keeps no access lists";
  write_file(folder / "f", "new", true);
  char kept[sizeof list + 1];
  ASSERT_EQ(::getxattr((folder / "f").c_str(), "system.posix_acl_access", kept, sizeof kept),
            static_cast<ssize_t>(sizeof list));
  EXPECT_EQ(std::memcmp(kept, list, sizeof list), 0);
}

TEST(PartFile, IsPrivateWhileItIsToReplaceAPrivateFile) {
  const TemporaryFolder folder;
  put(folder / "f", "old");
  ASSERT_EQ(::chmod((folder / "f").c_str(), 0640), 0);
  PartFile part(folder / "f");
  put(part.path(), "new");
  EXPECT_EQ(status_of(part.path()).st_mode & 07777, 0600U);
  part.commit(true);
  EXPECT_EQ(status_of(folder / "f").st_mode & 07777, 0640U);
}

TEST(CheckNewFile, SaysBeforeAnyWorkWhatCannotBeWritten) {
  const TemporaryFolder folder;
  put(folder / "f", "x");
  std::filesystem::create_symlink("nowhere", folder / "dangling");
  std::filesystem::create_symlink("round", folder / "round");
  const auto check = [&](const std::string& name, bool replace) {
    check_new_file(folder / name, replace, "output = NAME");
    return 0;
  };
  EXPECT_ERROR(check("f", false), ErrorKind::output, "output = NAME exists; -y replaces it");
  EXPECT_ERROR(check("dangling", false), ErrorKind::output, "exists");
  EXPECT_ERROR(check("round", true), ErrorKind::output,
               "output = NAME: this symbolic link leads in a circle");
  EXPECT_ERROR(check(".", true), ErrorKind::output, "is a folder");
  EXPECT_ERROR(check("none/f", true), ErrorKind::output, "does not exist");
  EXPECT_ERROR(check("f/g", true), ErrorKind::output, "is a file");
  EXPECT_ERROR(check(std::string(256, 'n'), false), ErrorKind::output, "at most 255 bytes");
  EXPECT_ERROR(check(std::string(256, 'n') + "/f", false), ErrorKind::output, "at most 255 bytes");
  EXPECT_EQ(check("f", true) + check("new", false) + check("dangling", true), 0);
  EXPECT_THAT(names_in(folder.path()), ::testing::UnorderedElementsAre("f", "dangling", "round"));
}

TEST(WriteFailure, SaysWhatIsMissingAndWhatIsFreeOnAFullDisk) {
  const TemporaryFolder folder;
  put(folder / "f", "x");
  const int descriptor = ::open((folder / "f").c_str(), O_WRONLY | O_CLOEXEC);
  EXPECT_THAT(write_failure(ENOSPC, descriptor, 4711),
              ::testing::ContainsRegex(
                  "the disk is full: it needs at least 4711 bytes more and [0-9]+ bytes are free"));
  EXPECT_THAT(write_failure(EDQUOT, descriptor, 4711),
              ::testing::HasSubstr("4711 bytes more and your quota"));
  EXPECT_EQ(write_failure(EIO, descriptor, 4711), errno_text(EIO));
  ::close(descriptor);
}

TEST(PartFile, LeavesNothingWhenNotCommitted) {
  const TemporaryFolder folder;
  {
    const PartFile part(folder / "song.mp4");
    put(part.path(), "half");
    EXPECT_EQ(part.path(), folder / ".song.mp4.part-" += std::to_string(::getpid()) + "-" + place_letters());
  }
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(PartFile, NeverReplacesWhatAppearedMeanwhile) {
  const TemporaryFolder folder;
  {
    PartFile part(folder / "song.mp4");
    put(part.path(), "ours");
    put(folder / "song.mp4", "theirs");
    EXPECT_ERROR(part.commit(false), ErrorKind::output, "exists");
  }
  EXPECT_EQ(get(folder / "song.mp4"), "theirs");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("song.mp4"));
}

TEST(PartFile, RefusesFoldersDevicesAndNoName) {
  const TemporaryFolder folder;
  EXPECT_ERROR(PartFile(folder.path()), ErrorKind::output, "folder");
  EXPECT_ERROR(PartFile("/dev/null"), ErrorKind::output, "regular");
  EXPECT_ERROR(PartFile(folder.path() / "none" / "f"), ErrorKind::output, "does not exist");
  EXPECT_ERROR(PartFile(""), ErrorKind::output, "no file");
}

TEST(PartFile, KeepsLongNamesApart) {
  const TemporaryFolder folder;
  const std::string stem(240, 'n');
  const PartFile one(folder / (stem + "00001.png"));
  const PartFile two(folder / (stem + "00002.png"));
  EXPECT_NE(one.path(), two.path());
}

TEST(WriteAll, ReportsAClosedPipeAndABadDescriptor) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  ::close(ends[0]);
  EXPECT_ERROR(write_all(ends[1], "x", "stdout"), ErrorKind::output, "stdout: Broken pipe");
  ::close(ends[1]);
  EXPECT_ERROR(write_all(ends[1], "x", "stdout"), ErrorKind::output, "stdout: Bad file descriptor");
  ::signal(SIGPIPE, before);
}

TEST(WriteAll, WaitsForASlowReaderOfANonBlockingPipe) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK), 0);
  const std::string sent(1 << 20, 'x');
  std::string received;
  std::thread reader([&] {
    char block[4096];
    while (received.size() < sent.size()) {
      const ssize_t count = ::read(ends[0], block, sizeof block);
      if (count > 0) received.append(block, static_cast<size_t>(count));
    }
  });
  write_all(ends[1], sent, "pipe");
  reader.join();
  EXPECT_EQ(received, sent);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace spectradiff
