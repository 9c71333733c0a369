// An engine without libtorch; without TEST_ENGINE_ABI it has no entry point.
#include "spectradiff/base/error.h"
#include "spectradiff/diffusion/engine.h"
#include "spectradiff/diffusion/fake_networks.h"

#ifdef TEST_ENGINE_ABI
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
