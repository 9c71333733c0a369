// `spectradiff_networks BUNDLE DTYPE SIZE guided|plain`: loads a bundle's networks on the CPU, and for every
// line on stdin runs each of them once for one picture and writes a line of seconds: text encoder, VAE
// encoder, denoiser, VAE decoder. Guided means positive and negative text, in one call of the denoiser.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "spectradiff/diffusion/engine.h"
#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {
namespace {

constexpr double kTimestep = 500;

template <typename Work>
double seconds_of(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void time_networks(const std::string& bundle, const std::string& dtype, int side, bool guided) {
  const AdmittedModel model = admit_model(read_manifest(bundle), {.allow_unpinned = true});
  const auto networks = load_networks(model, {.device = "cpu", .dtype = dtype, .guided = guided});
  const std::vector<int32_t> ids(77, 1);
  const Canvas picture(Size{side, side}, {200, 120, 40});
  // Rows: the timestep, and the guidance.
  const BatchInputs inputs{
      .pictures = {&picture}, .control = {}, .numbers = {{kTimestep}, {guided ? 7.5 : 1}}};
  std::string line;
  while (std::getline(std::cin, line)) {
    const DeviceBatch batch = networks->upload(inputs);
    DenoiseInput input{.numbers = batch.numbers, .timesteps = 0, .guidance = 1};
    const double text = seconds_of([&] {
      input.positive = networks->text_encode({&ids, 1});
      if (guided) input.negative = networks->text_encode({&ids, 1});
    });
    const double encoding =
        seconds_of([&] { input.latents = networks->vae_encode(batch.pictures, nullptr); });
    Array predicted;
    const double denoising = seconds_of([&] { predicted = networks->denoise(input); });
    const double decoding = seconds_of([&] { networks->vae_decode(predicted)->collect(); });
    std::printf("%.6f %.6f %.6f %.6f\n", text, encoding, denoising, decoding);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace spectradiff

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() != 4) {
    std::fprintf(stderr, "usage: spectradiff_networks BUNDLE DTYPE SIDE guided|plain\n");
    return 2;
  }
  try {
    spectradiff::time_networks(words[0], words[1], std::stoi(words[2]), words[3] == "guided");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
