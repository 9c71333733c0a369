// Compiled code beside TorchScript: when it serves, and that a render goes on where it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "bundle.h"
#include "compiled_package.h"
#include "expect_error.h"
#include "torch_engine.h"
#include "torch_networks.h"
#include "zip.h"

namespace spectradiff {
namespace {

using testing::HasSubstr;

CompiledCode code_for_this_machine() {
  return {.torch = TORCH_VERSION,
          .device = "cpu",
          .dtype = "float32",
          .size = {64, 48},
          .batch_size = 2,
          .guided = true};
}

EngineRequest fitting_request() {
  return {
      .device = "cpu", .dtype = "float32", .threads = 1, .size = {64, 48}, .batch_size = 2, .guided = true};
}

std::string misfit(const CompiledCode& code, const EngineRequest& request,
                   const std::string& dtype = "float32") {
  return compiled_misfit(code, request, at::Device(at::kCPU), dtype);
}

TEST(CompiledCode, ServesItsMachineAndItsJobAlone) {
  const CompiledCode code = code_for_this_machine();
  const EngineRequest request = fitting_request();
  EXPECT_EQ(misfit(code, request), "");
  EXPECT_THAT(misfit(code, request, "bfloat16"), HasSubstr("--dtype float32"));
  EXPECT_THAT(compiled_misfit(code, request, at::Device(at::kCUDA), "float32"), HasSubstr("for the cpu"));

  CompiledCode other = code;
  other.torch = "1.0.0";
  EXPECT_THAT(misfit(other, request), HasSubstr("torch 1.0.0 made it, this is " TORCH_VERSION));
  other = code;
  other.cpu_flags = {"avx1024"};
  EXPECT_THAT(misfit(other, request), HasSubstr("a processor with avx1024; export it again"));

  const auto expect_other_job = [&](const std::function<void(EngineRequest&)>& change) {
    EngineRequest wrong = request;
    change(wrong);
    EXPECT_THAT(misfit(code, wrong), HasSubstr("it is for 64x48 in batches of 2, this is"));
  };
  expect_other_job([](EngineRequest& wrong) { wrong.size = {128, 48}; });
  expect_other_job([](EngineRequest& wrong) { wrong.batch_size = 1; });
  expect_other_job([](EngineRequest& wrong) { wrong.guided = false; });
}

// A bundle whose compiled code is an archive as a package is one, and nothing that runs.
AdmittedModel model_with_code(const ScriptedBundle& bundle, const CompiledCode& code) {
  const std::string package = make_zip({{"net/data/aotinductor/model/none.cpp", "none"}});
  write_file(bundle.folder() / "net.pt2", std::string_view(package), true);
  return bundle.admitted([&](Json& facts) {
    facts["exporter"]["torch"] = TORCH_VERSION;
    facts["compiled"] = {{"torch", code.torch},           {"device", code.device},
                         {"dtype", code.dtype},           {"cpu_flags", code.cpu_flags},
                         {"batch_size", code.batch_size}, {"size", {code.size.width, code.size.height}},
                         {"guided", code.guided}};
    for (Json& network : facts["networks"]) {
      network["compiled"] = {{"file", "net.pt2"},
                             {"sha256", sha256_hex(package)},
                             {"bytes", package.size()},
                             {"shapes", {{2, 4, 6, 8}}}};
    }
  });
}

TEST(CompiledCode, ThatDoesNotLoadIsRefusedWithTheBatchSizeThatGoesOn) {
  const ScriptedBundle bundle;
  const AdmittedModel model = model_with_code(bundle, code_for_this_machine());
  EXPECT_ERROR(load_torch_networks(model, fitting_request()), ErrorKind::model, "--batch-size other than 2");
  EngineRequest other = fitting_request();
  other.batch_size = 1;
  EXPECT_THAT(load_torch_networks(model, other)->facts().engine, HasSubstr("TorchScript"));
}

TEST(CompiledCode, OfAnotherJobIsNotLoadedAndTheUserIsToldWhy) {
  const ScriptedBundle bundle;
  EngineRequest request = fitting_request();
  request.batch_size = 3;
  const auto networks = load_torch_networks(model_with_code(bundle, code_for_this_machine()), request);
  EXPECT_THAT(networks->take_notes(),
              testing::ElementsAre(HasSubstr("is not used (it is for 64x48 in batches of 2")));
}

TEST(Notes, SayThatAnotherTorchMadeTheModel) {
  const ScriptedBundle bundle;
  EXPECT_THAT(load_torch_networks(bundle.admitted(), fitting_request())->take_notes(),
              testing::ElementsAre(HasSubstr("exported with torch 9.9.9")));
  const AdmittedModel ours = bundle.admitted([](Json& facts) { facts["exporter"]["torch"] = TORCH_VERSION; });
  EXPECT_TRUE(load_torch_networks(ours, fitting_request())->take_notes().empty());
}

}  // namespace
}  // namespace spectradiff
