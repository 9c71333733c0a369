#include "spectradiff/base/sha256.h"

#include <gtest/gtest.h>

#include <fstream>

#include "expect_error.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

constexpr const char* kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-2
constexpr const char* kMillionA =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";  // FIPS 180-2

TEST(Sha256, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(sha256_hex(""), kEmpty);
  EXPECT_EQ(sha256_hex("abc"), kAbc);
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')), kMillionA);
}

TEST(Sha256, IsTheSameInPieces) {
  Sha256 hash;
  hash.update("a");
  Sha256 moved = std::move(hash);
  const uint8_t rest[] = {'b', 'c'};
  moved.update(rest);
  EXPECT_EQ(moved.hex(), kAbc);
}

TEST(Sha256, ReadsFilesInBlocks) {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << std::string(1000000, 'a');
  std::ofstream(folder / "empty") << "";
  std::ofstream(folder / "big") << std::string(3 << 20, 'x');
  EXPECT_EQ(sha256_file(folder / "a"), kMillionA);
  EXPECT_EQ(sha256_file(folder / "empty"), kEmpty);
  EXPECT_EQ(sha256_file(folder / "big"), sha256_hex(std::string(3 << 20, 'x')));
  EXPECT_ERROR(sha256_file(folder / "none"), ErrorKind::input, "none");
  EXPECT_ERROR(sha256_file(folder.path(), ErrorKind::model), ErrorKind::model, "folder");
}

}  // namespace
}  // namespace spectradiff
