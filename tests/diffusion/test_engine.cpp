// Engines that do not serve: one of another build, and without TEST_ENGINE_ABI one that has no entry point.
#include "spectradiff/diffusion/engine.h"

#ifdef TEST_ENGINE_ABI
extern "C" const spectradiff::EnginePlugin* spectradiff_engine() {
  static const spectradiff::EnginePlugin plugin{.abi = TEST_ENGINE_ABI};
  return &plugin;
}
#endif
