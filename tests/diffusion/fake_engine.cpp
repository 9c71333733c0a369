// The arithmetic networks as an engine: SPECTRADIFF_ENGINE names it, and the whole program runs without
// libtorch on any bundle whose files are in order. SPECTRADIFF_FAKE_ENGINE plants faults:
//   {"wait_s": {"load": 2, "denoise": 0.1}, "nan_from": 3, "fail": {"denoise": {"memory": [4, 5], "device":
//   [9]}}}
// wait_s: how long loading and each call of that name take; nan_from: pictures decoded by that call and later
// ones are not finite, except in float32. fail: those calls of that name, by number from 0 on, find no memory
// or no device any more; "load" is one too, and only its call 0 is asked for.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "fake_networks.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/json.h"
#include "spectradiff/diffusion/engine.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/diffusion/upscaler.h"

namespace spectradiff {
namespace {

Json planted() {
  const char* text = std::getenv("SPECTRADIFF_FAKE_ENGINE");
  return text == nullptr ? Json::object() : Json::parse(text);
}

void wait(const Json& faults, const std::string& call) {
  const double seconds = faults.value("wait_s", Json::object()).value(call, 0.0);
  if (seconds > 0) std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

void fail(const Json& faults, const std::string& call, int number) {
  const Json kinds = faults.value("fail", Json::object()).value(call, Json::object());
  for (const auto& [kind, calls] : kinds.items()) {
    if (std::find(calls.begin(), calls.end(), Json(number)) == calls.end()) continue;
    if (kind == "memory") throw_error(ErrorKind::memory, "{}: out of memory (planted)", call);
    throw_error(ErrorKind::device, "{}: the device failed (planted)", call);
  }
}

std::unique_ptr<Networks> load(const AdmittedModel&, const EngineRequest& request) {
  if (request.device != "auto" && request.device != "cpu")
    throw_error(ErrorKind::device, "there is no {}", request.device);
  const Json faults = planted();
  const std::string dtype = request.dtype == "auto" ? "float32" : request.dtype;
  wait(faults, "load");
  fail(faults, "load", 0);
  const auto plant = [faults](const std::string& call, int number) {
    wait(faults, call);
    fail(faults, call, number);
  };
  return make_fake_networks(plant, dtype == "float32" ? -1 : faults.value("nan_from", -1), dtype);
}

// The nearer of the two pictures, upside down so that it is told from both.
class FakeInterpolator : public Interpolator {
 public:
  std::vector<Canvas> between(const Canvas& from, const Canvas& to, int parts) override {
    std::vector<Canvas> pictures;
    for (int part = 1; part < parts; ++part) {
      pictures.push_back((2 * part < parts ? from : to).clone());
      std::reverse(pictures.back().bytes().begin(), pictures.back().bytes().end());
    }
    return pictures;
  }
};

// Every pixel as often as the bundle says, red and blue exchanged so that it is told from what is only
// resized.
class FakeUpscaler : public Upscaler {
 public:
  explicit FakeUpscaler(int scale) : scale_(scale) {}
  Canvas upscale(const Canvas& picture) override {
    Canvas large({picture.width() * scale_, picture.height() * scale_});
    for (int y = 0; y < large.height(); ++y) {
      for (int x = 0; x < large.width(); ++x) {
        const uint8_t* from = picture.row(y / scale_) + 3 * (x / scale_);
        std::reverse_copy(from, from + 3, large.row(y) + 3 * x);
      }
    }
    return large;
  }

 private:
  int scale_;
};

EngineReport report() {
  return {.torch_version = "none",
          .plugin = {},
          .devices = {{.name = "cpu", .description = "arithmetic", .dtypes = {"float32", "bfloat16"}}}};
}

EngineFacts facts(const Manifest&, const EngineRequest& request) {
  return {.device = "cpu",
          .device_class = "arithmetic",
          .dtype = request.dtype == "auto" ? "float32" : request.dtype,
          .engine = "arithmetic",
          .threads = 1};
}

}  // namespace
}  // namespace spectradiff

extern "C" const spectradiff::EnginePlugin* spectradiff_engine() {
  using namespace spectradiff;
  static const EnginePlugin plugin{
      .load = load,
      .report = report,
      .facts = facts,
      .load_interpolator = [](const AdmittedModel&, const EngineRequest&) -> std::unique_ptr<Interpolator> {
        return std::make_unique<FakeInterpolator>();
      },
      .load_upscaler = [](const AdmittedModel& model, const EngineRequest&) -> std::unique_ptr<Upscaler> {
        return std::make_unique<FakeUpscaler>(model.manifest().scale);
      }};
  return &plugin;
}
