#include "spectradiff/diffusion/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "expect_error.h"
#include "fake_model.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/diffusion/upscaler.h"
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
  const Environment engine("SPECTRADIFF_ENGINE", FAKE_ENGINE);
  EXPECT_EQ(engine_report().torch_version, "none");
  EXPECT_EQ(engine_report().plugin, FAKE_ENGINE);
  const FakeModel model;
  const EngineRequest request{.device = "cpu", .dtype = "bfloat16"};
  EXPECT_EQ(load_networks(model.admitted(), request)->facts(), engine_facts(model.manifest(), request));
  EXPECT_EQ(engine_facts(model.manifest(), request).dtype, "bfloat16");
  // An error crosses the library's border as what it is.
  EXPECT_ERROR(load_networks(model.admitted(), {.device = "cuda:7"}), ErrorKind::device,
               "there is no cuda:7");
  EXPECT_ERROR(load_interpolator(model.admitted(), {}), ErrorKind::model, "makes no pictures between");
  EXPECT_ERROR(load_upscaler(model.admitted(), {}), ErrorKind::model, "makes no pictures larger");
}

}  // namespace
}  // namespace spectradiff
