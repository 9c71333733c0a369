#include <gtest/gtest.h>

#include <fstream>

#include "bundle.h"
#include "door.h"
#include "expect_error.h"
#include "torch_engine.h"
#include "torch_networks.h"
#include "zip.h"

namespace spectradiff {
namespace {

EngineRequest on_cpu() {
  return {.device = "cpu", .dtype = "float32", .threads = 1};
}

Array latents(int batch) {
  return std::make_shared<TorchArray>(at::zeros({batch, 4, 2, 3}));
}

Array text(int batch) {
  return std::make_shared<TorchArray>(at::zeros({batch, 5, 2}));
}

DenoiseInput one_step() {
  return {
      .latents = latents(1), .numbers = std::make_shared<TorchArray>(at::ones({1, 1})), .positive = text(1)};
}

TEST(NetworkFiles, OneThatDoesNotLoadIsNamedWithBothTorchVersions) {
  const ScriptedBundle bundle;
  write_file(bundle.folder() / "denoiser.pt", std::string_view(make_zip(torchscript_entries())), true);
  const AdmittedModel model = bundle.admitted();
  EXPECT_ERROR(load_torch_networks(model, on_cpu()), ErrorKind::model,
               "denoiser.pt (model small), exported with torch 9.9.9");
  EXPECT_ERROR(load_torch_networks(model, on_cpu()), ErrorKind::model, "libtorch " TORCH_VERSION);
}

TEST(NetworkFiles, AreThoseThatWereAdmittedOrNone) {
  ScriptedBundle bundle;
  const AdmittedModel model = bundle.admitted();
  std::filesystem::rename(bundle.folder() / "vae_decoder.pt", bundle.folder() / "old.pt");
  bundle.replace("vae_decoder", "def forward(self, latents):\n  return latents\n");
  const auto networks = load_torch_networks(model, on_cpu());
  EXPECT_EQ(networks->vae_decode(latents(1))->collect().pictures.at(0).size(), (Size{24, 16}));
  std::ofstream(bundle.folder() / "denoiser.pt", std::ios::app) << "more";
  EXPECT_ERROR(load_torch_networks(model, on_cpu()), ErrorKind::model, "denoiser.pt was changed after");
}

TEST(NetworkFiles, IntegersAreNotConvertedWithTheWeights) {
  ScriptedBundle bundle;
  torch::jit::Module module("m");
  module.register_buffer("order", at::arange(2, at::TensorOptions(at::kLong)));
  module.register_parameter("table", at::ones({2, 3}), false);
  module.define(
      "def forward(self, ids):\n  return self.table[self.order][:, None].expand(-1, ids.shape[1], -1)\n");
  module.save((bundle.folder() / "text_encoder.pt").string());
  const auto networks = load_torch_networks(bundle.admitted(), {.device = "cpu", .dtype = "bfloat16"});
  const std::vector<std::vector<int32_t>> ids(2, std::vector<int32_t>(5));
  const Array encoded = networks->text_encode(ids);
  EXPECT_EQ(dynamic_cast<const TorchArray&>(*encoded).value.scalar_type(), at::kBFloat16);
}

// A text encoder of five tokens and three positions, both tables in a part of it.
void save_text_encoder(const std::filesystem::path& folder, const at::Tensor& positions) {
  torch::jit::Module whole("m"), part("part");
  part.register_parameter("tokens", at::ones({5, 2}), false);
  part.register_parameter("table", at::ones({3, 2}), false);
  part.register_buffer("positions", positions);
  part.define(
      "def forward(self, ids):\n"
      "  places = self.positions[:, :ids.shape[1]]\n"
      "  return torch.embedding(self.tokens, ids.view([-1, ids.shape[1]])) + torch.embedding(self.table, "
      "places)\n");
  whole.register_module("part", part);
  whole.define("def forward(self, ids):\n  return self.part.forward(ids)\n");
  whole.save((folder / "text_encoder.pt").string());
}

TEST(NetworkFiles, WithPositionsThatTheirTableLacksAreRefused) {
  const ScriptedBundle bundle;
  at::Tensor positions = at::arange(3, at::TensorOptions(at::kLong)).unsqueeze(0);
  save_text_encoder(bundle.folder(), positions);
  const AdmittedModel whole = bundle.admitted();
  for (const char* dtype : {"float32", "bfloat16", "float16"})
    load_torch_networks(whole, {.device = "cpu", .dtype = dtype});
  for (const int64_t wrong : {int64_t{3}, int64_t{-1}, int64_t{1} << 40, -(int64_t{1} << 40)}) {
    positions[0][1] = wrong;
    save_text_encoder(bundle.folder(), positions);
    EXPECT_ERROR(
        load_torch_networks(bundle.admitted(), on_cpu()), ErrorKind::model,
        fmt::format("text_encoder.pt (model small) looks up row {} of a table that has rows 0 to 2", wrong));
  }
}

TEST(NetworkCalls, ATokenThatTheTextEncoderLacksIsRefused) {
  const ScriptedBundle bundle;
  save_text_encoder(bundle.folder(), at::arange(3, at::TensorOptions(at::kLong)).unsqueeze(0));
  const auto networks = load_torch_networks(bundle.admitted(), on_cpu());
  const auto encode = [&](int32_t token) {
    const std::vector<int32_t> ids = {0, token, 1};
    return networks->text_encode({&ids, 1});
  };
  encode(4);
  for (const int32_t token : {5, -1})
    EXPECT_ERROR(encode(token), ErrorKind::model,
                 fmt::format("knows the tokens 0 to 4, the tokenizer gave {}", token));
}

TEST(NetworkCalls, AWrongShapeOrTypeBlamesTheModel) {
  ScriptedBundle bundle;
  bundle.replace("denoiser", "def forward(self, sample, timestep, text):\n  return sample[:, :2]\n");
  bundle.replace("vae_decoder", "def forward(self, latents):\n  return (latents, latents)\n");
  const auto networks = load_torch_networks(bundle.admitted(), on_cpu());
  EXPECT_ERROR(networks->denoise(one_step()), ErrorKind::model,
               "gave the shape [1, 2, 2, 3] where [1, 4, 2, 3] is needed");
  EXPECT_ERROR(networks->vae_decode(latents(1)), ErrorKind::model,
               "vae_decoder.pt (model small) gave a Tuple");
}

TEST(NetworkCalls, AFaultInsideANetworkIsToldInOneLine) {
  ScriptedBundle bundle;
  bundle.replace("denoiser",
                 "def forward(self, sample, timestep, text):\n  return sample + torch.zeros([9, 9, 9])\n");
  bundle.replace("vae_decoder", "def forward(self, latents, more):\n  return latents\n");
  const auto networks = load_torch_networks(bundle.admitted(), on_cpu());
  try {
    networks->denoise(one_step());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::model);
    EXPECT_THAT(error.what(), ::testing::StartsWith("denoiser.pt (model small): The size of tensor"));
    EXPECT_THAT(error.what(), ::testing::Not(::testing::HasSubstr("\n")));
  }
  EXPECT_ERROR(networks->vae_decode(latents(1)), ErrorKind::model, "vae_decoder.pt");
}

// A network's own functions end with the module that is loaded, unless somebody keeps them.
TEST(NetworkCalls, AFaultInsideAPartOfANetworkIsToldAsWell) {
  const ScriptedBundle bundle;
  torch::jit::Module whole("m"), part("part");
  part.define("def forward(self, sample):\n  return sample + torch.zeros([9, 9, 9])\n");
  whole.register_parameter("weight", at::ones({1}), false);
  whole.register_module("part", part);
  whole.define(
      "def forward(self, sample, timestep, text):\n  return self.part.forward(sample * self.weight)\n");
  whole.save((bundle.folder() / "denoiser.pt").string());
  const auto networks = load_torch_networks(bundle.admitted(), on_cpu());
  EXPECT_ERROR(networks->denoise(one_step()), ErrorKind::model,
               "denoiser.pt (model small): The size of tensor");
}

TEST(NetworkCalls, ExhaustedMemoryIsOfItsOwnKind) {
  ScriptedBundle bundle;
  bundle.replace("denoiser", "def forward(self, sample, timestep, text):\n  return torch.zeros([1 << 50])\n");
  const auto networks = load_torch_networks(bundle.admitted(), on_cpu());
  EXPECT_ERROR(networks->denoise(one_step()), ErrorKind::memory, "out of memory");
}

TEST(Door, KeepsTheKindOfEachCause) {
  const auto thrown_by = [](auto exception) { through_the_door("here", [&]() -> int { throw exception; }); };
  EXPECT_ERROR(thrown_by(std::bad_alloc()), ErrorKind::memory, "here: out of memory");
  EXPECT_ERROR(thrown_by(std::runtime_error("CUDA out of memory. Tried to\nallocate")), ErrorKind::memory,
               "Tried to");
  EXPECT_ERROR(thrown_by(std::runtime_error("CUDA error: unspecified launch failure\nmore")),
               ErrorKind::device, "launch failure");
  EXPECT_ERROR(thrown_by(std::runtime_error("first\nsecond")), ErrorKind::model, "here: first");
  EXPECT_ERROR(thrown_by(Error(ErrorKind::usage, "as it was")), ErrorKind::usage, "as it was");
}

TEST(Decoding, APictureThatIsNotFiniteIsMarkedAndItsNeighboursAreNot) {
  ScriptedBundle bundle;
  const auto networks = load_torch_networks(bundle.admitted(), on_cpu());
  at::Tensor values = at::zeros({4, 4, 2, 3});
  values[1][2][1][2] = std::numeric_limits<float>::quiet_NaN();
  values[3][0][0][0] = -std::numeric_limits<float>::infinity();
  const DecodedPictures decoded = networks->vae_decode(std::make_shared<TorchArray>(values))->collect();
  EXPECT_EQ(decoded.finite, (std::vector<bool>{true, false, true, false}));
  EXPECT_EQ(decoded.pictures[0].size(), (Size{24, 16}));
  EXPECT_EQ(decoded.pictures[2].row(5)[7], 128);
}

}  // namespace
}  // namespace spectradiff
