// The plug-in as the program meets it: through the loader, its code apart from the program's.
#include <gtest/gtest.h>

#include <cstdlib>

#include "expect_error.h"
#include "fake_model.h"
#include "spectradiff/diffusion/engine.h"

namespace spectradiff {
namespace {

class Plugin : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::setenv("SPECTRADIFF_ENGINE", ENGINE_PLUGIN, 1), 0); }
};

TEST_F(Plugin, ReportsItsTorchAndItsDevices) {
  const EngineReport report = engine_report();
  EXPECT_EQ(report.plugin, ENGINE_PLUGIN);
  EXPECT_THAT(report.torch_version, ::testing::MatchesRegex("2\\.[0-9]+\\.[0-9]+"));
  ASSERT_FALSE(report.devices.empty());
  EXPECT_EQ(report.devices.back().name, "cpu");
}

TEST_F(Plugin, ThrowsErrorsThatTheProgramKnows) {
  const FakeModel hollow;  // archives without a program
  EXPECT_ERROR(load_networks(hollow.admitted(), {.device = "cpu"}), ErrorKind::model,
               "text_encoder.pt (model small)");
  EXPECT_ERROR(load_networks(hollow.admitted(), {.device = "tpu"}), ErrorKind::usage, "tpu");
}

}  // namespace
}  // namespace spectradiff
