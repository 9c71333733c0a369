#include "spectradiff/diffusion/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_bundle.h"

namespace spectradiff {
namespace {

using testing::HasSubstr;

void expect_no_engine(const std::string& says) {
  try {
    engine_report();
    ADD_FAILURE() << "loaded; expected: " << says;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::model) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(says));
  }
}

// One test, for a process loads one engine and keeps it: first what does not load, then what does.
TEST(Engine, IsLoadedOnceAndSaysWhyItCannotBe) {
  const TestFolder folder;
  {
    const Environment engine("SPECTRADIFF_ENGINE", (folder.path() / "none.so").string());
    EXPECT_EQ(find_engine_plugin(), "");
    expect_no_engine("none.so");
    expect_no_engine("./scripts/demo");
  }
  {
    folder.write("text.so", "not a library");
    const Environment engine("SPECTRADIFF_ENGINE", (folder.path() / "text.so").string());
    expect_no_engine("text.so");
    expect_no_engine("SPECTRADIFF_TORCH_DIR");
  }
  {
    const Environment engine("SPECTRADIFF_ENGINE", TEST_ENGINE_STRANGE);
    expect_no_engine("is no engine of this program");
  }
  {
    const Environment engine("SPECTRADIFF_ENGINE", TEST_ENGINE_OLD);
    expect_no_engine("another build");
  }
  const Environment engine("SPECTRADIFF_ENGINE", TEST_ENGINE);
  EXPECT_EQ(engine_report().torch_version, "none");
  EXPECT_EQ(engine_report().plugin, TEST_ENGINE);
  EXPECT_EQ(load_networks(Manifest{}, {.device = "cpu"})->device(), "fake");
  // An error crosses the library's border as what it is.
  try {
    load_networks(Manifest{}, {.device = "cuda:7"});
    ADD_FAILURE() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::device);
    EXPECT_STREQ(error.what(), "there is no cuda:7");
  }
}

}  // namespace
}  // namespace spectradiff
