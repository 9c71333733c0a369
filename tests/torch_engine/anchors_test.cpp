// What networks that were loaded for coherence make of anchors.
#include <gtest/gtest.h>

#include "bundle.h"
#include "expect_error.h"
#include "torch_engine.h"
#include "torch_networks.h"
#include "transfers.h"

namespace spectradiff {
namespace {

// Its tokens are its latents and 100 times its text's mean; it adds its share of the mean of what it sees.
constexpr const char* kCoherent =
    "def coherent(self, sample, timestep, text, share, seen):\n"
    "  own = sample.flatten(2).transpose(1, 2) + 100 * text.mean([1, 2])[:, None, None]\n"
    "  return (sample + (share * seen.mean([1, 2]))[:, None, None, None], own)\n";

struct Anchored {
  ScriptedBundle bundle;
  std::unique_ptr<Networks> networks;

  explicit Anchored(const std::string& coherent = kCoherent) {
    bundle.replace("denoiser", "def forward(self, sample, timestep, text):\n  return sample\n" + coherent);
    networks = load_torch_networks(
        bundle.admitted([](Json& facts) { facts["attention_bank"] = {{{"channels", 4}, {"downscale", 8}}}; }),
        {.device = "cpu", .dtype = "float32", .threads = 1, .coherent = true});
  }
};

Array filled(int64_t batch, std::vector<int64_t> shape, std::vector<double> values) {
  shape.insert(shape.begin(), batch);
  at::Tensor tensor = at::empty(shape);
  for (int64_t b = 0; b < batch; ++b) tensor[b].fill_(values[static_cast<size_t>(b)]);
  return std::make_shared<TorchArray>(tensor);
}

Array latents(const std::vector<double>& values) {
  return filled(std::ssize(values), {4, 2, 3}, values);
}
Array text(const std::vector<double>& values) {
  return filled(std::ssize(values), {77, 2}, values);
}

// Rows: the timestep, guidance, shares.
DenoiseInput step(const std::vector<double>& values, const std::vector<double>& shares, bool guided = false) {
  const std::vector<double> ones(values.size(), 1), twos(values.size(), 2);
  return {.latents = latents(values),
          .numbers = std::make_shared<TorchArray>(host_numbers({ones, twos, shares}, at::kCPU)),
          .timesteps = 0,
          .guidance = 1,
          .positive = text(std::vector<double>(values.size(), 0.5)),
          .negative = guided ? text(std::vector<double>(values.size(), 0.25)) : nullptr,
          .coherence = 2};
}

std::vector<float> firsts(const Array& array) {
  const at::Tensor& values = dynamic_cast<const TorchArray&>(*array).value;
  std::vector<float> found;
  for (int64_t b = 0; b < values.size(0); ++b) found.push_back(values[b].flatten()[0].item<float>());
  return found;
}

TEST(TorchAnchors, EachItemSeesItsOwnByItsShare) {
  const Anchored anchored;
  const auto [made, seven] = anchored.networks->denoise_anchor(step({7}, {1}));
  EXPECT_EQ(firsts(made), std::vector<float>{7});  // it sees none itself
  const Array nine = anchored.networks->denoise_anchor(step({9}, {0})).tokens;
  DenoiseInput frames = step({1, 2, 3}, {0.5, 1, 1});
  frames.anchors = {seven, nullptr, nine};
  EXPECT_EQ(firsts(anchored.networks->denoise(frames)), (std::vector<float>{1 + 0.5F * 57, 2, 3 + 59}));
  frames.anchors.clear();
  EXPECT_EQ(firsts(anchored.networks->denoise(frames)), (std::vector<float>{1, 2, 3}));
}

TEST(TorchAnchors, TheNegativeTextsHalfSeesTheAnchorsOfThatText) {
  const Anchored anchored;
  const Array seven = anchored.networks->denoise_anchor(step({7}, {0}, true)).tokens;
  DenoiseInput frames = step({1, 2}, {1, 0.5}, true);
  frames.anchors = {seven, seven};
  // negative + guidance · (positive − negative), the anchor's tokens being 7 + 25 and 7 + 50.
  EXPECT_EQ(firsts(anchored.networks->denoise(frames)),
            (std::vector<float>{1 + 32 + 2 * 25, 2 + 16 + 2 * 12.5F}));
  DenoiseInput plain = step({1, 2}, {1, 1});
  plain.anchors = {seven, nullptr};
  EXPECT_ERROR(anchored.networks->denoise(plain), ErrorKind::internal, "another kind of batch");
}

TEST(TorchAnchors, WhatTheModelDoesNotGiveBlamesIt) {
  const Anchored fewer(
      "def coherent(self, sample, timestep, text, share, seen):\n  return (sample, seen, seen)\n");
  EXPECT_ERROR(fewer.networks->denoise(step({1}, {0})), ErrorKind::model, "tokens of 2 layers");
  const Anchored other("def coherent(self, sample, timestep, text, share, seen):\n  return (text, seen)\n");
  EXPECT_ERROR(other.networks->denoise(step({1}, {0})), ErrorKind::model, "gave the shape");
  EXPECT_ERROR(Anchored(""), ErrorKind::model, "denoiser.pt (model small) has no coherent");
}

TEST(TorchAnchors, WithoutCoherenceTheModelRunsAsIfItHadNoBank) {
  ScriptedBundle bundle;
  bundle.replace(
      "denoiser",
      std::string("def forward(self, sample, timestep, text):\n  return sample * 3\n") + kCoherent);
  const auto networks =
      load_torch_networks(bundle.admitted(), {.device = "cpu", .dtype = "float32", .threads = 1});
  EXPECT_EQ(firsts(networks->denoise(step({2}, {0}))), std::vector<float>{6});
  EXPECT_ERROR(networks->denoise_anchor(step({2}, {0})), ErrorKind::internal, "without coherence");
}

}  // namespace
}  // namespace spectradiff
