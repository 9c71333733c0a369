// The engine against Python running the same networks, and what a batch may and may not change.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>

#include "bundle.h"
#include "expect_error.h"
#include "torch_engine.h"
#include "torch_networks.h"
#include "transfers.h"

namespace spectradiff {
namespace {

constexpr std::array<uint64_t, 3> kSeeds = {42, 7,
                                            (uint64_t{1} << 63) + 5};  // as record_networks.py has them

const at::Tensor& value_of(const Array& array) {
  return dynamic_cast<const TorchArray&>(*array).value;
}

Array numbers(const std::vector<std::vector<double>>& rows) {
  return std::make_shared<TorchArray>(host_numbers(rows, at::kCPU));
}

std::unique_ptr<Networks> load_recorded(const std::string& dtype) {
  return load_torch_networks(admit_small_bundle(RECORDED_NETWORKS),
                             {.device = "cpu", .dtype = dtype, .threads = 1});
}

// Bit for bit.
::testing::AssertionResult same(const at::Tensor& got, const at::Tensor& want) {
  if (at::equal(got, want)) return ::testing::AssertionSuccess();
  if (got.sizes() != want.sizes())
    return ::testing::AssertionFailure() << got.sizes() << " is not " << want.sizes();
  const at::Tensor distance = (got.to(at::kFloat) - want.to(at::kFloat)).abs();
  return ::testing::AssertionFailure() << distance.count_nonzero().item<int64_t>() << " of " << got.numel()
                                       << " values differ, by up to " << distance.max().item<float>();
}

// The share of its greatest value by which a result may differ from Python's: weights packed for the CPU add
// up in another order. float16, which is not packed, is the same bit for bit.
const std::map<std::string, float> kTolerances = {{"float32", 1e-5F}, {"bfloat16", 0.02F}, {"float16", 0.0F}};

class Recorded : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::filesystem::path oracle = std::filesystem::path(RECORDED_NETWORKS) / "oracle.pt";
    if (!std::filesystem::exists(oracle)) GTEST_SKIP() << "no Python to record " << oracle;
    oracle_ = torch::jit::load(oracle.string());
    networks_ = load_recorded(GetParam());
  }

  at::Tensor input(const std::string& name) const { return oracle_.attr(name).toTensor(); }
  at::Tensor expected(const std::string& name) const { return input(name + "_" + GetParam()); }

  // `amplified`: what guidance makes of the difference.
  ::testing::AssertionResult is_expected(const at::Tensor& got, const std::string& name,
                                         float amplified = 1.0F) const {
    const at::Tensor want = expected(name);
    const float tolerance = kTolerances.at(GetParam()) * amplified;
    if (tolerance == 0.0F || got.sizes() != want.sizes()) return same(got, want);
    const at::Tensor wide = want.to(at::kFloat);
    const float apart =
        (got.to(at::kFloat) - wide).abs().max().item<float>() / wide.abs().max().item<float>();
    if (apart <= tolerance) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure() << name << " differs by " << apart << " of its greatest value";
  }

  std::vector<Canvas> pictures() const {
    const at::Tensor bytes = input("pictures");
    std::vector<Canvas> made;
    for (int64_t b = 0; b < bytes.size(0); ++b) {
      Canvas canvas(Size{static_cast<int>(bytes.size(2)), static_cast<int>(bytes.size(1))});
      std::copy_n(bytes[b].data_ptr<uint8_t>(), canvas.bytes().size(), canvas.bytes().data());
      made.push_back(std::move(canvas));
    }
    return made;
  }

  // The pictures, a draw, and rows of numbers: timesteps and guidance.
  DeviceBatch batch() const {
    const std::vector<Canvas> made = pictures();
    std::vector<std::unique_ptr<NoiseSource>> sources;
    BatchInputs inputs;
    for (size_t b = 0; b < made.size(); ++b) {
      inputs.pictures.push_back(&made[b]);
      sources.push_back(networks_->noise_source(kSeeds.at(b), {}));
    }
    inputs.draws = {{sources[0].get(), sources[1].get(), sources[2].get()}};
    for (const char* row : {"timesteps", "guidance"}) {
      const at::Tensor numbers = input(row);
      std::vector<double>& values = inputs.numbers.emplace_back();
      for (int64_t b = 0; b < numbers.size(0); ++b) values.push_back(numbers[b].item<double>());
    }
    return networks_->upload(inputs);
  }

  Array encode() const {
    const DeviceBatch uploaded = batch();
    return networks_->vae_encode(uploaded.pictures, uploaded.draws.at(0));
  }

  Array text() const {
    const at::Tensor table = input("ids").to(at::kInt);
    std::vector<std::vector<int32_t>> ids;
    for (int64_t b = 0; b < table.size(0); ++b) {
      const int32_t* row = table[b].data_ptr<int32_t>();
      ids.emplace_back(row, row + table.size(1));
    }
    return networks_->text_encode(ids);
  }

  DenoiseInput denoise_input(bool guided) const {
    const DeviceBatch uploaded = batch();
    DenoiseInput made{.latents = networks_->vae_encode(uploaded.pictures, uploaded.draws.at(0)),
                      .numbers = uploaded.numbers,
                      .timesteps = 0,
                      .guidance = 1,
                      .positive = text()};
    if (guided) {
      const std::vector<std::pair<Array, int>> reversed = {
          {made.positive, 2}, {made.positive, 1}, {made.positive, 0}};
      made.negative = networks_->gather(reversed);
    }
    return made;
  }

  torch::jit::Module oracle_;
  std::unique_ptr<Networks> networks_;
};

INSTANTIATE_TEST_SUITE_P(EveryDtype, Recorded, ::testing::Values("float32", "bfloat16", "float16"),
                         [](const auto& dtype) { return dtype.param; });

TEST_P(Recorded, NoiseIsPythonsRandnInFloat32) {
  EXPECT_TRUE(same(value_of(batch().draws.at(0)), input("noise")));
}

TEST_P(Recorded, TextIsEncodedAsPythonDoes) {
  EXPECT_EQ(value_of(text()).scalar_type(), expected("text").scalar_type());
  EXPECT_TRUE(is_expected(value_of(text()), "text"));
}

TEST_P(Recorded, PicturesAreEncodedAsDiffusersDoes) {
  const at::Tensor mean = value_of(networks_->vae_encode(batch().pictures, nullptr));
  EXPECT_TRUE(is_expected(mean, "mean"));
  EXPECT_TRUE(is_expected(value_of(encode()), "encoded"));
  EXPECT_FALSE(at::allclose(mean, expected("encoded"), 1e-2, 1e-2));
}

TEST_P(Recorded, DenoisingTakesATimestepForEachItem) {
  const at::Tensor denoised = value_of(networks_->denoise(denoise_input(false)));
  EXPECT_TRUE(is_expected(denoised, "denoised"));
  DenoiseInput late = denoise_input(false);
  at::Tensor numbers = value_of(late.numbers).clone();
  numbers[0][1] += 1;
  late.numbers = std::make_shared<TorchArray>(numbers);
  const at::Tensor other = value_of(networks_->denoise(late));
  EXPECT_TRUE(same(other[0], denoised[0]));
  EXPECT_FALSE(at::equal(other[1], denoised[1]));
}

TEST_P(Recorded, GuidanceIsDiffusersAndTheSameFromTheFirstCallOn) {
  const DenoiseInput input = denoise_input(true);
  const at::Tensor first = value_of(networks_->denoise(input));
  EXPECT_TRUE(is_expected(first, "guided", 2.0F));
  for (int call = 1; call < 4; ++call)
    EXPECT_TRUE(same(value_of(networks_->denoise(input)), first)) << "call " << call;
  EXPECT_FALSE(at::allclose(expected("guided"), expected("denoised"), 1e-2, 1e-2));
}

TEST_P(Recorded, PicturesAreDecodedAsDiffusersDoes) {
  const at::Tensor bytes = expected("decoded");
  EXPECT_GT(bytes.to(at::kFloat).std().item<float>(), 30);
  const auto steps = static_cast<int>(std::ceil(256 * kTolerances.at(GetParam())));
  const DecodedPictures decoded = networks_->vae_decode(encode())->collect();
  for (int64_t b = 0; b < bytes.size(0); ++b) {
    const std::vector<uint8_t>& got = decoded.pictures[static_cast<size_t>(b)].bytes();
    const uint8_t* want = bytes[b].data_ptr<uint8_t>();
    EXPECT_TRUE(decoded.finite[static_cast<size_t>(b)]);
    const bool are_near = std::equal(got.begin(), got.end(), want,
                                     [&](int one, int other) { return std::abs(one - other) <= steps; });
    EXPECT_TRUE(are_near) << "picture " << b;
  }
}

// The whole way of a picture in slot 2 of 4, among neighbours that `neighbours` makes.
class Slots : public Recorded {
 protected:
  static at::Tensor random(at::IntArrayRef shape, uint64_t seed) {
    return at::randn(shape, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kFloat));
  }

  std::pair<at::Tensor, std::vector<uint8_t>> third_of_four(uint64_t neighbours) const {
    const at::Tensor texts = value_of(text());
    at::Tensor latents = random({4, 4, 9, 7}, neighbours),
               positive = texts.index({at::tensor({0, 1, 2, 0})}).clone();
    latents[2] = random({4, 9, 7}, 1);
    positive.mul_(static_cast<double>(neighbours % 5)).index_put_({2}, texts[2]);
    const auto some = static_cast<double>(neighbours);
    const DenoiseInput input{
        .latents = std::make_shared<TorchArray>(latents),
        .numbers = numbers(
            {{some, 2 * some, 300, 3 * some}, {some, 1, 7.5, -some}, {some, 1, 0.3, 0}, {0, some, -0.7, 1}}),
        .timesteps = 0,
        .guidance = 1,
        .positive = std::make_shared<TorchArray>(positive),
        .negative = std::make_shared<TorchArray>(positive.flip(1))};
    const Array output = networks_->denoise(input);
    const std::vector<Term> terms = {{input.latents, 2}, {output, 3}};
    const Array combined = networks_->combine(input.numbers, terms);
    return {value_of(combined)[2].clone(), networks_->vae_decode(combined)->collect().pictures[2].bytes()};
  }
};

INSTANTIATE_TEST_SUITE_P(CpuDtypes, Slots, ::testing::Values("float32", "bfloat16"),
                         [](const auto& dtype) { return dtype.param; });

TEST_P(Slots, DoNotFeelTheirNeighbours) {
  const auto [latents, bytes] = third_of_four(3);
  for (const uint64_t neighbours : {11, 222, 909}) {
    const auto [other_latents, other_bytes] = third_of_four(neighbours);
    EXPECT_TRUE(same(latents, other_latents));
    EXPECT_EQ(bytes, other_bytes);
  }
}

TEST(Noise, ASourcesDrawsComeInOrderWhateverStandsBesideIt) {
  const ScriptedBundle bundle;
  const auto networks = load_torch_networks(bundle.admitted(), {.device = "cpu", .dtype = "float32"});
  const auto alone = networks->noise_source(5, {}), together = networks->noise_source(5, {}),
             other = networks->noise_source(6, {});
  const Canvas picture({48, 32});
  const DeviceBatch one = networks->upload(
      {.pictures = {&picture}, .numbers = {{0}}, .draws = {{alone.get()}, {nullptr}, {alone.get()}}});
  const DeviceBatch two =
      networks->upload({.pictures = {&picture, &picture},
                        .numbers = {{0, 0}},
                        .draws = {{other.get(), together.get()}, {nullptr, together.get()}}});
  const at::Tensor first = value_of(one.draws[0]), second = value_of(one.draws[2]);
  EXPECT_EQ(first.sizes().vec(), (std::vector<int64_t>{1, 4, 4, 6}));
  EXPECT_TRUE(same(value_of(two.draws[0])[1], first[0]));
  EXPECT_TRUE(same(value_of(two.draws[1])[1], second[0]));
  EXPECT_FALSE(at::equal(first, second));
  EXPECT_TRUE(same(value_of(one.draws[1]), at::zeros_like(first)));
  EXPECT_TRUE(same(value_of(two.draws[1])[0], at::zeros_like(first)[0]));
}

TEST(Noise, TurnedItLiesBetweenItsSeedsAndAnotherAndIsAsStrong) {
  const ScriptedBundle bundle;
  const auto networks = load_torch_networks(bundle.admitted(), {.device = "cpu", .dtype = "float32"});
  constexpr double kQuarter = 1.5707963267948966;
  const auto everywhere = [](double angle) {
    return std::vector<NoiseTurn>{{PictureRegion::top, angle}, {PictureRegion::bottom, angle}};
  };
  const Canvas picture({512, 512});
  const auto drawn = [&](uint64_t seed, const std::vector<NoiseTurn>& turns) {
    const auto source = networks->noise_source(seed, turns);
    return value_of(
        networks->upload({.pictures = {&picture}, .numbers = {{0}}, .draws = {{source.get()}}}).draws[0]);
  };
  const at::Tensor own = drawn(5, {}), other = drawn(turned_seed(5), {});
  EXPECT_TRUE(same(drawn(5, everywhere(0)), own));
  EXPECT_TRUE(at::allclose(drawn(5, everywhere(kQuarter)), other, 1e-5, 1e-5));
  const at::Tensor bottom = drawn(5, {{PictureRegion::bottom, kQuarter}});
  EXPECT_TRUE(same(bottom.narrow(2, 0, 16), own.narrow(2, 0, 16)));
  EXPECT_TRUE(at::allclose(bottom.narrow(2, 48, 16), other.narrow(2, 48, 16), 1e-5, 1e-5));
  EXPECT_NEAR(bottom.narrow(2, 24, 16).var().item<double>(), 1, 0.05);
}

TEST(Noise, OfTwoSeedsIsAsStrongAtAHundredPlacesAroundTheirCircle) {
  const ScriptedBundle bundle;
  const auto networks = load_torch_networks(bundle.admitted(), {.device = "cpu", .dtype = "float32"});
  const auto one = networks->noise_source(133780085, {}), other = networks->noise_source(133780086, {});
  const Canvas picture({2048, 2048});
  std::vector<std::vector<double>> rows;
  for (int place = 0; place < 100; ++place) {
    const double angle = place * 0.06283185307179587;
    rows.push_back({std::cos(angle)});
    rows.push_back({std::sin(angle)});
  }
  const DeviceBatch batch =
      networks->upload({.pictures = {&picture}, .numbers = rows, .draws = {{one.get()}, {other.get()}}});
  for (int place = 0; place < 100; ++place) {
    const std::vector<Term> terms = {{batch.draws[0], 2 * place}, {batch.draws[1], 2 * place + 1}};
    EXPECT_NEAR(value_of(networks->combine(batch.numbers, terms)).var().item<double>(), 1, 0.01) << place;
  }
}

TEST(Arithmetic, PartsOfAPictureAreBlendedByTheirShares) {
  const ScriptedBundle bundle;
  const auto networks = load_torch_networks(bundle.admitted(), {.device = "cpu", .dtype = "bfloat16"});
  const Canvas picture({16, 8});
  const DeviceBatch batch = networks->upload({.pictures = {&picture, &picture},
                                              .numbers = {{0, 0}},
                                              .shares = {{{1, 0.25F}, {0, 1}}, {{0, 0.75F}, {1, 0}}}});
  const Array ones = std::make_shared<TorchArray>(at::ones({2, 4, 1, 2})),
              threes = std::make_shared<TorchArray>(at::full({2, 4, 1, 2}, 3.0F));
  const std::vector<Array> outputs = {ones, threes};
  const at::Tensor blended = value_of(networks->blend(outputs, batch.shares));
  for (const int channel : {0, 3}) {
    EXPECT_EQ(blended[0][channel][0][0].item<float>(), 1);
    EXPECT_EQ(blended[0][channel][0][1].item<float>(), 2.5F);
    EXPECT_EQ(blended[1][channel][0][0].item<float>(), 3);
    EXPECT_EQ(blended[1][channel][0][1].item<float>(), 1);
  }
  EXPECT_ERROR(networks->blend({&ones, 1}, batch.shares), ErrorKind::internal, "1 outputs of the denoiser");
}

TEST(Arithmetic, CombinationsAreOfEachItemByItsOwnCoefficients) {
  const ScriptedBundle bundle;
  const auto networks = load_torch_networks(bundle.admitted(), {.device = "cpu", .dtype = "bfloat16"});
  const Array ones = std::make_shared<TorchArray>(at::ones({2, 4, 1, 1}));
  const Array threes = std::make_shared<TorchArray>(at::full({2, 4, 1, 1}, 3.0F));
  const Array table = numbers({{1, 0.001953125}, {1, -2}});
  const std::vector<Term> terms = {{ones, 0}, {threes, 1}};
  const at::Tensor sum = value_of(networks->combine(table, terms));
  EXPECT_EQ(sum[0][3].item<float>(), 4);
  EXPECT_EQ(sum[1][0].item<float>(), -5.998046875F) << "latents keep float32 in every dtype";
  const std::vector<std::pair<Array, int>> items = {{threes, 0}, {networks->combine(table, terms), 1}};
  EXPECT_EQ(value_of(networks->gather(items))[1][0].item<float>(), -5.998046875F);
  const Term second_column{std::make_shared<TorchArray>(at::ones({1, 4})), 1, 1};
  EXPECT_EQ(value_of(networks->combine(table, {&second_column, 1}))[0][3].item<float>(), -2);
  EXPECT_ERROR(networks->combine(table, {}), ErrorKind::internal, "nothing");
  for (const Term& outside : {Term{ones, 2}, Term{ones, 0, 1}, Term{ones, -1}}) {
    EXPECT_ERROR(networks->combine(table, {&outside, 1}), ErrorKind::internal,
                 "of numbers [2][2] for a batch of 2");
  }
}

TEST(Arithmetic, AnItemWithoutGuidanceHasThePositivesOutput) {
  const ScriptedBundle bundle;
  const auto networks = load_torch_networks(bundle.admitted(), {.device = "cpu", .dtype = "float32"});
  const Array latents = std::make_shared<TorchArray>(at::zeros({2, 4, 2, 2}));
  const auto text = [](float value) { return std::make_shared<TorchArray>(at::full({2, 5, 2}, value)); };
  const at::Tensor output = value_of(networks->denoise({.latents = latents,
                                                        .numbers = numbers({{1, 1}, {1, 2}}),
                                                        .timesteps = 0,
                                                        .guidance = 1,
                                                        .positive = text(0.125F),
                                                        .negative = text(1e8F)}));
  EXPECT_EQ(output[0][0][0][0].item<float>(), 0.125F);
  EXPECT_LT(output[1][0][0][0].item<float>(), 0);
}

// The columns of two text encoders keep a mean each; the pooled text in the last row is the first part's.
TEST(Arithmetic, TextsAreJoinedAsTheirEncodersGaveThem) {
  const ScriptedBundle bundle;
  const auto array = [](const at::Tensor& value) { return std::make_shared<TorchArray>(value); };
  const at::Tensor one = at::arange(101, 109, at::TensorOptions(at::kFloat)).view({1, 2, 4});
  {
    const auto networks = load_torch_networks(bundle.admitted(), {.device = "cpu", .dtype = "float32"});
    const std::vector<TextPart> parts = {{array(one), {3, 1}}, {array(one), {}}};
    const at::Tensor joined = value_of(networks->join_text(parts));
    const float share = 836.0F / (3 * 410 + 426);
    EXPECT_TRUE(at::allclose(joined[0][0], one[0][0] * 3 * share));
    EXPECT_TRUE(at::allclose(joined[0][1], one[0][1] * share));
    EXPECT_TRUE(same(joined.narrow(1, 2, 2), one));
    const at::Tensor around_zero = one - 104.25;
    const std::vector<TextPart> unsure = {{array(around_zero), {3, 1}}};
    EXPECT_TRUE(same(value_of(networks->join_text(unsure))[0][0], around_zero[0][0] * 3))
        << "no mean to keep";
  }
  const AdmittedModel two_encoders = bundle.admitted([](Json& facts) {
    facts["family"] = "sdxl";
    facts["text_widths"] = {1, 3};
  });
  const auto networks = load_torch_networks(two_encoders, {.device = "cpu", .dtype = "float32"});
  const at::Tensor pooled = at::tensor({7.0F, 0.0F, 0.0F, 0.0F}).view({1, 1, 4});
  const at::Tensor first = at::cat({one, pooled}, 1), second = at::cat({one, pooled * 2}, 1);
  const std::vector<TextPart> parts = {{array(first), {3, 1, 1, 2}}, {array(second), {}}};
  const at::Tensor joined = value_of(networks->join_text(parts));
  ASSERT_EQ(joined.sizes(), at::IntArrayRef({1, 5, 4}));
  const float left = 206.0F / (3 * 101 + 105), right = 630.0F / (309 + 2 * 321);
  const at::Tensor scaled = one[0] * at::tensor({left, right, right, right});
  EXPECT_TRUE(at::allclose(joined[0][0], scaled[0] * at::tensor({3.0F, 1.0F, 1.0F, 1.0F})));
  EXPECT_TRUE(at::allclose(joined[0][1], scaled[1] * at::tensor({1.0F, 2.0F, 2.0F, 2.0F})));
  EXPECT_TRUE(same(joined.narrow(1, 2, 2), one));
  EXPECT_TRUE(same(joined.narrow(1, 4, 1), pooled));
}

TEST(Networks, SayWhereAndHowTheyRunAsWasSaidBeforeTheyWereLoaded) {
  const ScriptedBundle bundle;
  const AdmittedModel model = bundle.admitted();
  const EngineRequest request{.device = "cpu", .dtype = "bfloat16", .threads = 1};
  const EngineFacts facts = load_torch_networks(model, request)->facts();
  EXPECT_EQ(facts, torch_facts(model.manifest(), request));
  EXPECT_EQ(facts.device, "cpu");
  EXPECT_EQ(facts.dtype, "bfloat16");
  EXPECT_EQ(facts.engine, "libtorch " TORCH_VERSION ", TorchScript");
  EXPECT_EQ(facts.threads, 1);
  EXPECT_EQ(at::get_num_threads(), 1);
  const EngineFacts of_itself = load_torch_networks(model, {.device = "cpu"})->facts();
  EXPECT_EQ(at::get_num_threads(), of_itself.threads) << "one job's threads are not the next one's";
  EXPECT_ERROR(load_torch_networks(model, {.device = "cpu", .threads = -1}), ErrorKind::usage,
               "threads = -1");
}

}  // namespace
}  // namespace spectradiff
