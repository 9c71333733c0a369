// An engine without libtorch. TEST_ENGINE_ABI 0 leaves the entry point out.
#include "spectradiff/base/error.h"
#include "spectradiff/diffusion/engine.h"
#include "spectradiff/diffusion/fake_networks.h"

#if TEST_ENGINE_ABI != 0
extern "C" const spectradiff::EnginePlugin* spectradiff_engine() {
  using namespace spectradiff;
  static const EnginePlugin plugin{
      .abi = TEST_ENGINE_ABI,
      .load =
          [](const Manifest&, const EngineRequest& request) {
            if (request.device != "cpu") throw_error(ErrorKind::device, "there is no {}", request.device);
            return make_fake_networks();
          },
      .report = [] { return EngineReport{.torch_version = "none"}; },
  };
  return &plugin;
}
#endif
