#include "spectradiff/diffusion/engine.h"
#include "torch_engine.h"
#include "torch_interpolator.h"
#include "torch_upscaler.h"

extern "C" const spectradiff::EnginePlugin* spectradiff_engine() {
  static const spectradiff::EnginePlugin plugin{
      .load = &spectradiff::load_torch_networks,
      .report = &spectradiff::torch_report,
      .facts = &spectradiff::torch_facts,
      .load_interpolator = &spectradiff::load_torch_interpolator,
      .load_upscaler = &spectradiff::load_torch_upscaler,
  };
  return &plugin;
}
