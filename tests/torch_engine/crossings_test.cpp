// That nothing crosses between host and device inside a picture, on a device that is none: libtorch's "meta"
// tensors have shapes and no values, so that whoever asks for one fails, and every copy is an operation that
// a watcher sees.
#include <ATen/record_function.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/library.h>

#include <mutex>
#include <set>

#include "bundle.h"
#include "spectradiff/diffusion/diffuser.h"
#include "torch_engine.h"
#include "torch_networks.h"

// Operations of ours that libtorch has no shapes for, unless Python is there.
TORCH_LIBRARY_IMPL(aten, Meta, library) {
  library.impl("where.self", [](const at::Tensor&, const at::Tensor& one, const at::Tensor&) {
    return at::empty_like(one);
  });
  library.impl("abs.out", [](const at::Tensor& value, at::Tensor& out) -> at::Tensor& {
    out.resize_(value.sizes());
    return out;
  });
}

namespace spectradiff {
namespace {

const at::Device kNowhere(at::kMeta);

// Copies between the host and the device, and questions for a value, since it was made. One at a time.
class Watcher {
 public:
  Watcher() {
    crossings().clear();
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback(
            [](const at::RecordFunction& call) -> std::unique_ptr<at::ObserverContext> {
              note(call);
              return nullptr;
            })
            .needsInputs(true)
            .scopes({at::RecordScope::FUNCTION}));
  }
  ~Watcher() { at::removeCallback(handle_); }
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  static std::vector<std::string>& crossings() {
    thread_local std::vector<std::string> names;
    return names;
  }

 private:
  static void note(const at::RecordFunction& call) {
    static const std::set<std::string> kQuestions = {"aten::_local_scalar_dense", "aten::nonzero"};
    const std::string name = call.name();
    bool host = false, device = false;
    for (const c10::IValue& input : call.inputs()) {
      if (input.isTensor() && input.toTensor().defined())
        (input.toTensor().device() == kNowhere ? device : host) = true;
      if (input.isDevice()) (input.toDevice() == kNowhere ? device : host) = true;
    }
    if (name == "aten::copy_" ? host && device : kQuestions.contains(name)) crossings().push_back(name);
  }

  at::CallbackHandle handle_ = 0;
};

struct Job {
  const char* family = "sd1";
  const char* scheduler = "euler_ancestral";
  bool guided = true;
};

// The copies of a batch whose texts are encoded, of so many steps: while it is submitted.
std::vector<std::string> crossings_of(const Job& job, int steps) {
  ScriptedBundle bundle(false);  // libtorch takes no weights to this device
  const bool is_xl = std::string(job.family) == "sdxl", is_lcm = std::string(job.family) == "lcm";
  if (is_xl || is_lcm) {
    bundle.replace("denoiser",
                   "def forward(self, sample, timestep, text, facts):\n  return sample + "
                   "text.mean([1, 2])[:, None, None, None]\n");
  }
  const AdmittedModel model = bundle.admitted([&](Json& facts) {
    facts["family"] = job.family;
    facts["zeroes_empty_negative"] = is_xl;
  });
  EngineRequest request{.device = "cpu", .dtype = "float32"};
  TorchNetworks networks(model, {.device = kNowhere}, request, torch_facts(model.manifest(), request));
  Diffuser diffuser(networks, model.manifest(),
                    {.scheduler = job.scheduler, .steps = steps, .batch_size = 2, .guided = job.guided});
  const Canvas picture({48, 32});
  std::vector<FrameRequest> requests(2,
                                     {.init = &picture, .strength = 1, .guidance = job.guided ? 5.0 : 1.0});
  requests[1].prompt = TextMix({{"sea", 0.5}, {"storm", 0.5}});
  requests[1].noise = travelling_noise(3, 0.5);
  const auto never = [] { return false; };
  diffuser.submit(requests, never);
  const Watcher watcher;
  EXPECT_TRUE(diffuser.submit(requests, never).has_value());
  return Watcher::crossings();
}

TEST(Crossings, OfABatchAreItsUploadHoweverManyStepsItHas) {
  for (const Job& job : {Job{}, Job{.guided = false}, Job{.family = "lcm", .scheduler = "lcm"},
                         Job{.family = "sdxl"}, Job{.scheduler = "dpmpp_2m_karras"}}) {
    // Pictures, numbers, draws.
    const std::vector<std::string> upload(3, "aten::copy_");
    EXPECT_EQ(crossings_of(job, 3), upload) << job.family << ", " << job.scheduler;
    EXPECT_EQ(crossings_of(job, 12), upload) << job.family << ", " << job.scheduler;
  }
}

TEST(Crossings, AreSeen) {
  const at::Tensor host = at::ones({2}), device = at::empty({2}, at::TensorOptions(kNowhere));
  const Watcher watcher;
  device + device;
  device.to(at::kHalf);
  EXPECT_TRUE(Watcher::crossings().empty());
  host.to(kNowhere);
  EXPECT_EQ(Watcher::crossings().size(), 1u);
  EXPECT_ANY_THROW(device.sum().item<float>());
  EXPECT_GE(Watcher::crossings().size(), 2u);
}

}  // namespace
}  // namespace spectradiff
