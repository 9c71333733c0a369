#include "spectradiff/diffusion/diffuser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "diffuser_fixture.h"
#include "expect_error.h"

namespace spectradiff {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// The same job as Diffuser's, one frame at a time and in the plainest way: the order of diffusers' img2img
// pipeline.
std::vector<uint8_t> plain_loop(Networks& networks, const Manifest& manifest,
                                const DiffuserSettings& settings, const FrameRequest& request) {
  const Tokenizer tokenizer(manifest.folder, manifest.tokenizer);
  const SamplerTable table = make_sampler_table(
      manifest.scheduler,
      {settings.scheduler, settings.steps, request.strength, settings.strength_mode, settings.eta});
  const auto noise = networks.noise_source(request.noise.at(0).seed, {});
  const auto upload = [&](std::vector<std::vector<double>> numbers, NoiseSource* source) {
    return networks.upload({.pictures = {request.init}, .numbers = std::move(numbers), .draws = {{source}}});
  };
  const auto draw = [&] { return upload({{0}}, noise.get()).draws.at(0); };
  const auto sum = [&](const std::vector<std::pair<Array, double>>& terms) {
    std::vector<std::vector<double>> numbers;
    std::vector<Term> combination;
    for (const auto& [array, coefficient] : terms) {
      combination.push_back({array, static_cast<int>(numbers.size())});
      numbers.push_back({coefficient});
    }
    return networks.combine(upload(numbers, nullptr).numbers, combination);
  };
  const auto embed = [&](const std::string& text) {
    const std::vector<int32_t> ids = tokenizer.encode(text).ids;
    return networks.text_encode({&ids, 1});
  };
  const Array posterior = manifest.latent.gaussian_posterior ? draw() : nullptr;
  std::vector<std::pair<Array, double>> begin;
  begin.emplace_back(networks.vae_encode(upload({{0}}, nullptr).pictures, posterior),
                     table.image * manifest.latent.scaling_factor);
  if (!table.steps.empty()) begin.emplace_back(draw(), table.noise);
  std::vector<Array> samples = {sum(begin)}, outputs;
  for (size_t k = 0; k < table.steps.size(); ++k) {
    const SamplerStep& step = table.steps[k];
    const DenoiseInput input{
        .latents = sum({{samples[k], step.input_scale}}),
        .numbers = upload({{step.timestep}, {request.guidance}}, nullptr).numbers,
        .timesteps = 0,
        .guidance = 1,
        .positive = embed(request.prompt.parts.at(0).text),
        .negative = request.guidance > 1 ? embed(request.negative_prompt.parts.at(0).text) : nullptr};
    outputs.push_back(networks.denoise(input));
    std::vector<std::pair<Array, double>> next;
    next.reserve(step.sample.size() + step.output.size() + 1);
    for (size_t j = 0; j < step.sample.size(); ++j) next.emplace_back(samples[k - j], step.sample[j]);
    for (size_t j = 0; j < step.output.size(); ++j) next.emplace_back(outputs[k - j], step.output[j]);
    if (step.noise != 0) next.emplace_back(draw(), step.noise);
    samples.push_back(sum(next));
  }
  const Array unscaled = sum({{samples.back(), 1 / manifest.latent.scaling_factor}});
  return networks.vae_decode(unscaled)->collect().pictures[0].bytes();
}

// Eight frames that differ in everything that may differ within a batch.
struct Frames {
  Frames() {
    while (pictures.size() < 8) pictures.push_back(painting(static_cast<int>(pictures.size())));
    const double strengths[] = {0.75, 0.3, 1, 0, 0.5, 0.21, 0.9, 0.6};
    const double guidances[] = {7.5, 1, 3, 7.5, 0, 2, 12, 1.5};
    for (size_t i = 0; i < pictures.size(); ++i) {
      requests.push_back({.init = &pictures[i],
                          .prompt = i % 2 ? "the sea at night" : "a city on fire",
                          .negative_prompt = i % 3 ? "blurry" : "",
                          .strength = strengths[i],
                          .guidance = guidances[i],
                          .noise = {{40 + i}}});
    }
  }
  std::vector<Canvas> pictures;
  std::vector<FrameRequest> requests;
};

using Case = std::tuple<std::string, StrengthMode>;
class DiffuserOf : public testing::TestWithParam<Case> {
 protected:
  DiffuserSettings settings(int batch_size) const {
    return {.scheduler = std::get<0>(GetParam()),
            .steps = 12,
            .strength_mode = std::get<1>(GetParam()),
            .eta = 0.4,
            .batch_size = batch_size};
  }
};

TEST_P(DiffuserOf, EqualsThePlainLoopOfEveryFrame) {
  const auto networks = make_fake_networks();
  const Frames frames;
  Diffuser diffuser(*networks, test_manifest(), settings(1));
  for (const FrameRequest& request : frames.requests) {
    const auto pictures = diffuser.run({&request, 1}, kNever);
    ASSERT_EQ(pictures.size(), 1u);
    EXPECT_TRUE(pictures[0].finite);
    const auto expected = plain_loop(*networks, test_manifest(), settings(1), request);
    EXPECT_LE(largest_difference(pictures[0].picture.bytes(), expected), 1);
  }
}

TEST_P(DiffuserOf, MakesTheSamePictureWhateverElseIsInTheBatch) {
  const auto networks = make_fake_networks();
  const Frames frames;
  Diffuser alone(*networks, test_manifest(), settings(1)), together(*networks, test_manifest(), settings(5));
  for (size_t first : {0u, 3u, 6u}) {
    const auto some = std::span(frames.requests).subspan(first).first(std::min<size_t>(5, 8 - first));
    const auto pictures = together.run(some, kNever);
    ASSERT_EQ(pictures.size(), some.size());
    for (size_t b = 0; b < some.size(); ++b) {
      const auto expected = alone.run(some.subspan(b, 1), kNever);
      EXPECT_EQ(pictures[b].picture.bytes(), expected[0].picture.bytes()) << first + b;
    }
  }
}

TEST_P(DiffuserOf, MakesAnotherPictureOfAnyOtherRequest) {
  const auto networks = make_fake_networks();
  const Frames frames;
  DiffuserSettings few = settings(1);
  few.steps = 3;  // consistency samplers forget with every step what they started from
  Diffuser diffuser(*networks, test_manifest(), few);
  const FrameRequest request = frames.requests[0];
  const auto difference = [&](const FrameRequest& other) {
    const auto a = diffuser.run({&request, 1}, kNever), b = diffuser.run({&other, 1}, kNever);
    return largest_difference(a[0].picture.bytes(), b[0].picture.bytes());
  };
  std::vector<FrameRequest> others(6, request);
  others[0].noise = {{41}};
  others[1].prompt.parts[0].text += 's';
  others[2].negative_prompt = "blurry";
  others[3].guidance = 5;
  others[4].strength = 0.5;
  others[5].init = &frames.pictures[1];
  for (const FrameRequest& other : others) EXPECT_GT(difference(other), 2);
  EXPECT_EQ(difference(request), 0);
}

std::string case_name(const testing::TestParamInfo<Case>& info_of_case) {
  return std::get<0>(info_of_case.param) +
         (std::get<1>(info_of_case.param) == StrengthMode::exact ? "_exact" : "_steps");
}

INSTANTIATE_TEST_SUITE_P(Samplers, DiffuserOf,
                         testing::Combine(testing::ValuesIn(scheduler_names()),
                                          testing::Values(StrengthMode::steps, StrengthMode::exact)),
                         case_name);

// The order of draws is held by EqualsThePlainLoopOfEveryFrame.
TEST(Diffuser, TakesAllToTheDeviceBeforeTheFirstNetworkAndWaitsForThePicturesAlone) {
  const Canvas picture = painting(1);
  const auto order_of = [&](int steps) {
    Counts counts;
    const auto networks = make_fake_networks(counts.recorder());
    Diffuser diffuser(*networks, test_manifest(),
                      {.scheduler = "euler_ancestral", .steps = steps, .batch_size = 2});
    std::vector<FrameRequest> requests(
        2, {.init = &picture, .prompt = TextMix({{"sea", 0.5}, {"storm", 0.5}}, true), .strength = 1});
    requests[1].noise = travelling_noise(3, 0.5);
    diffuser.run(requests, kNever);  // texts are encoded by then
    counts.order.clear();
    auto ticket = diffuser.submit(requests, kNever);
    counts.order.emplace_back("submitted");
    diffuser.collect(std::move(*ticket));
    std::erase(counts.order, "combine");
    return counts.order;
  };
  const auto expected = [](size_t steps) {
    std::vector<std::string> order = {"to_device"};
    // The posterior's, the start's and of every step but the last one, of two seeds each.
    order.insert(order.end(), 2 * (1 + steps), "draw");
    order.emplace_back("vae_encode");
    order.insert(order.end(), steps, "denoise");
    for (const char* call : {"vae_decode", "submitted", "wait", "to_host"}) order.emplace_back(call);
    return order;
  };
  EXPECT_EQ(order_of(3), expected(3));
  EXPECT_EQ(order_of(11), expected(11));
}

// So the test above fails where anything is copied between steps: the plain loop copies there.
TEST(Diffuser, ACopyInsideTheLoopWouldBeSeen) {
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  const Canvas picture = painting(1);
  plain_loop(*networks, test_manifest(), {.scheduler = "ddim", .steps = 3},
             {.init = &picture, .strength = 1});
  const auto first = std::find(counts.order.begin(), counts.order.end(), "denoise");
  EXPECT_GE(std::count(first, counts.order.end(), "to_device"), 3);
}

TEST(Diffuser, PreparesABatchWhileAnotherIsOnItsWay) {
  const auto networks = make_fake_networks();
  const Canvas one = painting(1), other = painting(2);
  Diffuser diffuser(*networks, test_manifest(), {.scheduler = "ddim", .steps = 3});
  const FrameRequest first{.init = &one}, second{.init = &other, .prompt = "sea"};
  const auto alone = diffuser.run({&first, 1}, kNever), beside = diffuser.run({&second, 1}, kNever);
  auto ticket = diffuser.submit({&first, 1}, kNever), next = diffuser.submit({&second, 1}, kNever);
  EXPECT_EQ(diffuser.collect(std::move(*ticket))[0].picture.bytes(), alone[0].picture.bytes());
  EXPECT_EQ(diffuser.collect(std::move(*next))[0].picture.bytes(), beside[0].picture.bytes());
}

TEST(Diffuser, DrawsNothingThatASamplerOrAnEncoderDoesNotAskFor) {
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  Manifest manifest = test_manifest();
  manifest.latent.gaussian_posterior = false;
  Diffuser diffuser(*networks, manifest, {.scheduler = "ddim", .steps = 10});
  const Canvas picture = painting(1);
  const FrameRequest request{.init = &picture, .strength = 1};
  diffuser.run({&request, 1}, kNever);
  EXPECT_EQ(counts.calls["draw"], 1);
}

TEST(Diffuser, OfANetworkThatIsToldTheGuidanceEncodesNoNegativePromptAndRunsEveryStep) {
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  Manifest manifest = test_manifest();
  manifest.family = "lcm";
  Diffuser diffuser(*networks, manifest, {.scheduler = "lcm", .steps = 4});
  const Canvas picture = painting(1);
  const FrameRequest request{.init = &picture, .prompt = "sea", .strength = 0.5};
  diffuser.run({&request, 1}, kNever);
  EXPECT_EQ(counts.calls["text_encode"], 1);
  EXPECT_EQ(counts.calls["denoise"], 4);
}

TEST(Diffuser, RefusesAGuidedFrameInAJobWithoutGuidance) {
  const auto networks = make_fake_networks();
  Diffuser diffuser(*networks, test_manifest(), {.steps = 4, .guided = false});
  const Canvas picture = painting(1);
  const FrameRequest request{.init = &picture, .guidance = 2};
  EXPECT_THROW(diffuser.run({&request, 1}, kNever), Error);
}

TEST(Diffuser, PassesAPictureOfStrengthZeroThroughTheVaeOnly) {
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  Diffuser diffuser(*networks, test_manifest(), {.steps = 10});
  const Canvas picture = painting(1);
  const FrameRequest request{.init = &picture, .strength = 0};
  const auto pictures = diffuser.run({&request, 1}, kNever);
  EXPECT_THAT(counts.order, ElementsAre("to_device", "draw", "combine", "vae_encode", "combine", "combine",
                                        "vae_decode", "wait", "to_host"));
  const auto noise = networks->noise_source(request.noise.at(0).seed, {});
  const DeviceBatch batch =
      networks->upload({.pictures = {&picture}, .numbers = {{1}}, .draws = {{noise.get()}}});
  const auto expected =
      networks->vae_decode(networks->vae_encode(batch.pictures, batch.draws.at(0)))->collect();
  EXPECT_LE(largest_difference(pictures[0].picture.bytes(), expected.pictures[0].bytes()), 1);
}

TEST(Diffuser, AsksBeforeEveryStepWhetherItIsCancelled) {
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  Diffuser diffuser(*networks, test_manifest(), {.scheduler = "ddim", .steps = 10});
  const Canvas picture = painting(1);
  const FrameRequest request{.init = &picture, .strength = 1};
  int asked = 0;
  EXPECT_TRUE(diffuser.run({&request, 1}, [&] { return ++asked == 4; }).empty());
  EXPECT_EQ(counts.calls["denoise"], 3);
  EXPECT_EQ(counts.calls["vae_decode"], 0);
  EXPECT_EQ(diffuser.run({&request, 1}, [&] { return ++asked < 0; }).size(), 1u);
  EXPECT_EQ(asked, 14);
}

TEST(Diffuser, SaysWhichPicturesAreNotFinite) {
  const auto networks = make_fake_networks({}, 1);
  Diffuser diffuser(*networks, test_manifest(), {.steps = 2});
  const Canvas picture = painting(1);
  const FrameRequest request{.init = &picture};
  EXPECT_TRUE(diffuser.run({&request, 1}, kNever)[0].finite);
  EXPECT_FALSE(diffuser.run({&request, 1}, kNever)[0].finite);
}

TEST(Diffuser, GivesEachSlotItsOwnControlPictureAndWeight) {
  Manifest manifest = test_manifest();
  const auto plain_networks = make_fake_networks(), networks = make_fake_networks();
  const DiffuserSettings settings{.scheduler = "ddim", .steps = 4, .batch_size = 2};
  const Canvas init = painting(1), one = painting(2), other = painting(3);
  FrameRequest request{.init = &init};
  const auto plain = Diffuser(*plain_networks, manifest, settings).run({&request, 1}, kNever);

  manifest.networks["control"] = manifest.networks["denoiser"];
  Diffuser diffuser(*networks, manifest, settings);
  EXPECT_THROW(diffuser.run({&request, 1}, kNever), Error);
  std::vector<FrameRequest> requests(2, request);
  requests[0].control = &one;
  requests[1].control = &other;
  requests[1].control_weight = 0.5;
  const auto both = diffuser.run(requests, kNever);
  for (const size_t b : {0u, 1u}) {
    const auto alone = diffuser.run({&requests[b], 1}, kNever);
    EXPECT_EQ(alone[0].picture.bytes(), both[b].picture.bytes());
    EXPECT_NE(plain[0].picture.bytes(), both[b].picture.bytes());
    requests[b].control_weight = 0;
  }
  EXPECT_NE(both[0].picture.bytes(), both[1].picture.bytes());
  for (const DiffusedPicture& unseen : diffuser.run(requests, kNever))
    EXPECT_EQ(unseen.picture.bytes(), plain[0].picture.bytes());
}

// The fake, but what it predicts for slot 0 is NaN from a given call on.
class NanNetworks : public Networks {
 public:
  explicit NanNetworks(int from) : from_(from) {}
  EngineFacts facts() const override { return inner_->facts(); }
  Array text_encode(std::span<const std::vector<int32_t>> ids) override { return inner_->text_encode(ids); }
  Array join_text(std::span<const TextPart> parts) override { return inner_->join_text(parts); }
  double cosine(const Array& one, const Array& other) override { return inner_->cosine(one, other); }
  Array zeros_like(const Array& array) override { return inner_->zeros_like(array); }
  std::unique_ptr<NoiseSource> noise_source(uint64_t seed, std::span<const NoiseTurn> turns) override {
    return inner_->noise_source(seed, turns);
  }
  DeviceBatch upload(const BatchInputs& inputs) override {
    batch_ = inputs.pictures.size();
    return inner_->upload(inputs);
  }
  Array vae_encode(const Array& pictures, const Array& noise) override {
    return inner_->vae_encode(pictures, noise);
  }
  Array control_pictures(const Array& pictures) override { return inner_->control_pictures(pictures); }
  Array denoise(const DenoiseInput& input) override {
    const Array output = inner_->denoise(input);
    if (calls_++ < from_) return output;
    const Canvas any({8, 8});
    std::vector<double> row(batch_, 1);
    row[0] = std::numeric_limits<double>::quiet_NaN();
    const BatchInputs planted{.pictures = std::vector<const Canvas*>(batch_, &any), .numbers = {row}};
    const Term term{output, 0};
    return inner_->combine(inner_->upload(planted).numbers, {&term, 1});
  }
  DenoisedAnchor denoise_anchor(const DenoiseInput& input) override { return inner_->denoise_anchor(input); }
  std::unique_ptr<Decoding> vae_decode(const Array& latents) override { return inner_->vae_decode(latents); }
  Array combine(const Array& numbers, std::span<const Term> terms) override {
    return inner_->combine(numbers, terms);
  }
  Array gather(std::span<const std::pair<Array, int>> items) override { return inner_->gather(items); }
  TextShape text_shape(const Array& text) override { return inner_->text_shape(text); }
  Array lay_over(const Array& text, const Array& numbers, const Overlay& overlay) override {
    return inner_->lay_over(text, numbers, overlay);
  }
  Array along_arcs(const Array& from, const Array& to, const Array& numbers, int row, int column) override {
    return inner_->along_arcs(from, to, numbers, row, column);
  }
  Array blend(std::span<const Array> outputs, std::span<const Array> shares) override {
    return inner_->blend(outputs, shares);
  }
  Array bend(const Array& latents, std::span<const LatentBend> bends, const Array& noise) override {
    return inner_->bend(latents, bends, noise);
  }

 private:
  std::unique_ptr<Networks> inner_ = make_fake_networks();
  int from_, calls_ = 0;
  size_t batch_ = 0;
};

TEST(Diffuser, KeepsWhatTheNetworkMakesOfAnIdleSlotOutOfItsPicture) {
  const Frames frames;
  std::vector<FrameRequest> requests = {frames.requests[1], frames.requests[2]};  // 3 and 10 steps of 10
  const DiffuserSettings settings{.scheduler = "ddim", .steps = 10, .batch_size = 2};
  const auto fine = make_fake_networks();
  const auto expected = Diffuser(*fine, test_manifest(), settings).run(requests, kNever);
  NanNetworks late(3), early(2);
  const auto pictures = Diffuser(late, test_manifest(), settings).run(requests, kNever);
  for (size_t b : {0u, 1u}) {
    EXPECT_TRUE(pictures[b].finite);
    EXPECT_EQ(pictures[b].picture.bytes(), expected[b].picture.bytes());
  }
  const auto broken = Diffuser(early, test_manifest(), settings).run(requests, kNever);
  EXPECT_FALSE(broken[0].finite);
  EXPECT_TRUE(broken[1].finite);
}

TEST(Diffuser, RefusesSettingsBeforeAnyFrame) {
  const auto networks = make_fake_networks();
  EXPECT_THROW(Diffuser(*networks, test_manifest(), {.scheduler = "none"}), Error);
  EXPECT_THROW(Diffuser(*networks, test_manifest(), {.batch_size = 0}), Error);
  EXPECT_THROW(Diffuser(*networks, test_manifest(), {.steps = 0}), Error);
  Manifest unknown = test_manifest();
  unknown.scheduler["beta_schedule"] = "mystery";
  EXPECT_THROW(Diffuser(*networks, unknown, {}), Error);
}

TEST(Diffuser, RefusesPicturesThatTheModelCannotTake) {
  const auto networks = make_fake_networks();
  Diffuser diffuser(*networks, test_manifest(), {.steps = 2, .batch_size = 2});
  const Canvas odd = painting(1, {33, 24}), whole = painting(1);
  FrameRequest request{.init = &odd};
  try {
    diffuser.run({&request, 1}, kNever);
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("33x24"));
  }
  const Canvas other = painting(1, {40, 24});
  const std::vector<FrameRequest> mixed = {{.init = &whole}, {.init = &other}};
  EXPECT_THROW(diffuser.run(mixed, kNever), Error);
  EXPECT_THROW(diffuser.run({}, kNever), Error);
  request = {.init = &whole, .strength = 1.5};
  EXPECT_THROW(diffuser.run({&request, 1}, kNever), Error);
}

}  // namespace
}  // namespace spectradiff
