// What a request says in texts and seeds.
#include <gtest/gtest.h>

#include "diffuser_fixture.h"
#include "expect_error.h"

namespace spectradiff {
namespace {

TEST(FrameRequest, MixesTwoTextsThatWereEncodedOnce) {
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  Diffuser diffuser(*networks, test_manifest(), {.steps = 3, .guided = false});
  const Canvas picture = painting(1);
  const auto picture_of = [&](const TextMix& text) {
    const FrameRequest request{.init = &picture, .prompt = text, .strength = 1, .guidance = 1};
    return std::move(diffuser.run({&request, 1}, kNever).front().picture);
  };
  const Canvas sea = picture_of("sea"), storm = picture_of("storm");
  const Canvas line = picture_of({{{"sea", 0.5}, {"storm", 0.5}}}),
               arc = picture_of({{{"sea", 0.5}, {"storm", 0.5}}, true});
  EXPECT_EQ(counts.calls["text_encode"], 2);
  for (const Canvas* other : {&sea, &storm, &arc})
    EXPECT_GT(largest_difference(line.bytes(), other->bytes()), 0);
  EXPECT_EQ(largest_difference(picture_of({{{"sea", 1}, {"storm", 0}}, true}).bytes(), sea.bytes()), 0);
}

TEST(FrameRequest, EncodesEveryTextOnceAndTheNegativeOnlyInAGuidedJob) {
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  const Canvas picture = painting(1);
  std::vector<FrameRequest> requests(
      2, {.init = &picture, .prompt = "sea", .negative_prompt = "blurry", .guidance = 1});
  Diffuser plain(*networks, test_manifest(), {.steps = 4, .batch_size = 2, .guided = false});
  plain.run(requests, kNever);
  EXPECT_EQ(counts.calls["text_encode"], 1);
  requests[1].prompt = "night";
  plain.run(requests, kNever);
  plain.run(requests, kNever);
  EXPECT_EQ(counts.calls["text_encode"], 2);
  Diffuser guided(*networks, test_manifest(), {.steps = 4, .batch_size = 2});
  guided.run(requests, kNever);
  guided.run(requests, kNever);
  EXPECT_EQ(counts.calls["text_encode"], 5);
}

TEST(FrameRequest, ForgetsTextsThatWereNotAskedForLately) {
  Counts counts;
  const auto networks = make_fake_networks(counts.recorder());
  Diffuser diffuser(*networks, test_manifest(), {.steps = 1, .guided = false});
  const Canvas picture = painting(1);
  FrameRequest request{.init = &picture, .strength = 1, .guidance = 1};
  for (int i = 0; i < 200; ++i) {
    request.prompt = i % 2 ? std::to_string(i) : "often";
    diffuser.run({&request, 1}, kNever);
  }
  EXPECT_EQ(counts.calls["text_encode"], 101);
  request.prompt = "1";
  diffuser.run({&request, 1}, kNever);
  EXPECT_EQ(counts.calls["text_encode"], 102);
}

TEST(FrameRequest, TravelsFromTheNoiseOfOneSeedToThatOfTheNext) {
  const auto networks = make_fake_networks();
  const Canvas init = painting(1);
  Diffuser diffuser(*networks, test_manifest(),
                    {.scheduler = "euler_ancestral", .steps = 6, .batch_size = 4});
  std::vector<FrameRequest> requests(4, {.init = &init});
  for (size_t b = 0; const double travel : {0.0, 0.01, 0.5, 1.0})
    requests[b++].noise = travelling_noise(7, travel);
  const auto travelled = diffuser.run(requests, kNever);
  for (size_t b = 0; b < requests.size(); ++b) {
    const auto alone = diffuser.run({&requests[b], 1}, kNever);
    EXPECT_EQ(alone[0].picture.bytes(), travelled[b].picture.bytes()) << b;
  }
  const FrameRequest next{.init = &init, .noise = {{8}}};
  EXPECT_EQ(diffuser.run({&next, 1}, kNever)[0].picture.bytes(), travelled[3].picture.bytes());
  const auto& start = travelled[0].picture.bytes();
  EXPECT_LT(largest_difference(start, travelled[1].picture.bytes()),
            largest_difference(start, travelled[2].picture.bytes()));
  EXPECT_NE(travelled[2].picture.bytes(), travelled[3].picture.bytes());
}

TEST(FrameRequest, MixesTheNoiseOfAnyNumberOfSeeds) {
  const auto networks = make_fake_networks();
  const Canvas init = painting(1);
  Diffuser diffuser(*networks, test_manifest(),
                    {.scheduler = "euler_ancestral", .steps = 6, .batch_size = 2});
  std::vector<FrameRequest> requests(2, {.init = &init, .noise = {{7, 0.6}, {8, 0.48}, {9, 0.64}}});
  requests[1].noise = {{9, 0.64}};
  EXPECT_THROW(diffuser.run(requests, kNever), Error);
  requests[1].noise = {{9, 1}};
  const auto both = diffuser.run(requests, kNever);
  for (size_t b = 0; b < requests.size(); ++b) {
    const auto alone = diffuser.run({&requests[b], 1}, kNever);
    EXPECT_EQ(alone[0].picture.bytes(), both[b].picture.bytes()) << b;
  }
  requests[0].noise = {{7, 0.6}, {8, 0.8}};
  EXPECT_NE(diffuser.run(requests, kNever)[0].picture.bytes(), both[0].picture.bytes());
}

TEST(FrameRequest, RefusesAMixThatIsNone) {
  const auto networks = make_fake_networks();
  const Canvas init = painting(1);
  Diffuser diffuser(*networks, test_manifest(), {});
  FrameRequest request{.init = &init, .prompt = TextMix({{"sea", 0.5}, {"storm", 0.6}})};
  EXPECT_ERROR(diffuser.run({&request, 1}, kNever), ErrorKind::usage, "sum to 1.1");
  request.prompt = "sea";
  request.negative_prompt.parts = {{"sea", 2}};
  EXPECT_ERROR(diffuser.run({&request, 1}, kNever), ErrorKind::usage, "outside 0 to 1");
}

TEST(FrameRequest, AsksForTheWidthsOfTwoTextEncodersWhereItWeighsOrChunks) {
  const auto networks = make_fake_networks();
  Manifest manifest = test_manifest();
  manifest.second_tokenizer = manifest.tokenizer;
  const PromptReading weighs{.weighting = PromptWeighting::a1111}, chunks{.long_prompts = LongPrompts::chunk};
  for (const PromptReading& reading : {weighs, chunks})
    EXPECT_ERROR(Diffuser(*networks, manifest, {.reading = reading}), ErrorKind::usage, "export it again");
  manifest.text_widths = {4, 4};
  EXPECT_NO_THROW(Diffuser(*networks, manifest, {.reading = weighs}));
}

TEST(FrameRequest, SaysWhatIsCutFromAPrompt) {
  const auto networks = make_fake_networks();
  const Diffuser diffuser(*networks, test_manifest(), {});
  EXPECT_EQ(diffuser.cut_from("short"), "");
  std::string digits;
  for (int i = 0; i < 75; ++i) digits += "7 ";
  EXPECT_EQ(diffuser.cut_from(digits + "Rest of it"), "Rest of it");
}

// As many chunks as the job's longest text has, in every frame: else a batch would not fit together.
TEST(FrameRequest, GivesAFrameOfAShortPromptTheSamePictureBesideALongOne) {
  const auto networks = make_fake_networks();
  Diffuser diffuser(
      *networks, test_manifest(),
      {.scheduler = "ddim", .steps = 4, .batch_size = 2, .reading = {.long_prompts = LongPrompts::chunk}});
  std::string digits;
  for (int i = 0; i < 80; ++i) digits += "7 ";
  diffuser.expect({"short", digits});
  const Canvas picture = painting(1);
  std::vector<FrameRequest> requests(2, {.init = &picture, .prompt = "short"});
  requests[1].prompt = digits;
  const auto both = diffuser.run(requests, kNever);
  EXPECT_EQ(diffuser.run({requests.data(), 1}, kNever)[0].picture.bytes(), both[0].picture.bytes());
  EXPECT_NE(both[0].picture.bytes(), both[1].picture.bytes());
}

class Told : public ::testing::Test {
 protected:
  std::vector<uint8_t> picture_of(const FrameRequest& asked) {
    FrameRequest request = asked;
    request.init = &init_;
    return diffuser_.run({&request, 1}, kNever).front().picture.bytes();
  }
  const Canvas init_ = painting(1);
  const std::unique_ptr<Networks> networks_ = make_fake_networks();
  Diffuser diffuser_{*networks_, test_manifest(), {.steps = 4, .batch_size = 2}};
};

TEST_F(Told, TurnsTheirMixTowardsOthers) {
  const std::vector<uint8_t> sea = picture_of({.prompt = "sea"}), storm = picture_of({.prompt = "storm"});
  TextMix mix("sea");
  mix.arcs = {{"storm", 1, 0}};
  EXPECT_EQ(picture_of({.prompt = mix}), sea);
  mix.arcs = {{"storm", 0, 1}};
  EXPECT_EQ(picture_of({.prompt = mix}), sea);
  mix.arcs = {{"storm", 1, 1}};
  EXPECT_LE(largest_difference(picture_of({.prompt = mix}), storm), 1);
  mix.arcs = {{"storm", 1, 0.5}};
  const std::vector<uint8_t> half = picture_of({.prompt = mix});
  EXPECT_NE(half, sea);
  EXPECT_NE(half, picture_of({.prompt = {{{"sea", 0.5}, {"storm", 0.5}}}}));
}

TEST_F(Told, LaysNumbersOverThePromptAlone) {
  const TextShape shape = diffuser_.text_shape();
  EXPECT_EQ(shape.tokens, 77);
  TextOverlay overlay{std::vector<float>(static_cast<size_t>(shape.tokens * shape.width), 0.0f), 1e9, 0};
  const std::vector<uint8_t> plain = picture_of({.prompt = "sea"});
  EXPECT_LE(largest_difference(picture_of({.prompt = "sea", .overlay = &overlay}), plain), 1);
  overlay.strength = 40;
  const std::vector<uint8_t> low = picture_of({.prompt = "sea", .overlay = &overlay});
  EXPECT_GT(largest_difference(low, plain), 1);
  std::fill_n(overlay.values.begin(), 100, 1.0f);
  EXPECT_NE(picture_of({.prompt = "sea", .overlay = &overlay}), low);
  std::fill_n(overlay.values.begin(), 100, 0.0f);
  overlay.offset = 0.01;
  EXPECT_NE(picture_of({.prompt = "sea", .overlay = &overlay}), low);
  overlay.strength = 0;
  EXPECT_ERROR(picture_of({.prompt = "sea", .overlay = &overlay}), ErrorKind::usage, "text strength = 0");
}

TEST_F(Told, IsTheSameBesideOneThatIsToldNothing) {
  const TextShape shape = diffuser_.text_shape();
  TextOverlay overlay{std::vector<float>(static_cast<size_t>(shape.tokens * shape.width), 0.3f), 2, 0.1};
  std::vector<FrameRequest> requests(2, {.init = &init_, .prompt = "sea"});
  requests[1].prompt.arcs = {{"storm", 0.7, 0.4}};
  requests[1].overlay = &overlay;
  requests[1].bends = {{LatentBend::Kind::noise, {0.3}}};
  const auto both = diffuser_.run(requests, kNever);
  EXPECT_EQ(both[0].picture.bytes(), picture_of(requests[0]));
  EXPECT_EQ(both[1].picture.bytes(), picture_of(requests[1]));
}

TEST_F(Told, TellsARegionATextOfItsOwn) {
  const std::vector<uint8_t> sea = picture_of({.prompt = "sea"});
  EXPECT_EQ(picture_of({.prompt = "sea", .regions = {{PictureRegion::bottom, "storm", 0}}}), sea);
  EXPECT_LE(
      largest_difference(picture_of({.prompt = "sea", .regions = {{PictureRegion::bottom, "sea", 1}}}), sea),
      1);
  const std::vector<uint8_t> both = picture_of(
      {.prompt = "sea", .regions = {{PictureRegion::top, "storm", 1}, {PictureRegion::bottom, "storm", 1}}});
  EXPECT_LE(largest_difference(both, picture_of({.prompt = "storm"})), 1) << "top and bottom are all of it";
  // The networks are blind to what lies beside a place, so what is above the region stays.
  const std::vector<uint8_t> bottom =
      picture_of({.prompt = "sea", .regions = {{PictureRegion::bottom, "storm", 1}}});
  const size_t row = size_t{3} * kSize.width * 8;
  EXPECT_TRUE(std::equal(sea.begin(), sea.begin() + row, bottom.begin()));
  EXPECT_FALSE(std::equal(sea.end() - row, sea.end(), bottom.end() - row));
  EXPECT_ERROR(picture_of({.prompt = "sea", .regions = {{PictureRegion::top, "storm", 1.5}}}),
               ErrorKind::usage, "a region's amount = 1.5");
}

TEST_F(Told, IsTheSameBesideOneWithMoreRegions) {
  const TextShape shape = diffuser_.text_shape();
  TextOverlay overlay{std::vector<float>(static_cast<size_t>(shape.tokens * shape.width), 0.3f), 2, 0.1};
  std::vector<FrameRequest> requests(2, {.init = &init_, .prompt = "sea"});
  requests[0].regions = {{PictureRegion::left, "storm", 0.5}};
  requests[1].regions = {{PictureRegion::top, "calm", 0.7}, {PictureRegion::middle, "storm", 1}};
  requests[1].overlay = &overlay;
  const auto both = diffuser_.run(requests, kNever);
  EXPECT_EQ(both[0].picture.bytes(), picture_of(requests[0]));
  EXPECT_EQ(both[1].picture.bytes(), picture_of(requests[1]));
  requests[1].overlay = nullptr;
  EXPECT_NE(both[1].picture.bytes(), picture_of(requests[1]));
}

TEST_F(Told, BendsTheLatentsThatItStartsFrom) {
  const auto with = [&](LatentBend::Kind kind, std::vector<double> numbers) {
    return picture_of({.bends = {{kind, std::move(numbers)}}});
  };
  const std::vector<uint8_t> plain = picture_of({});
  using enum LatentBend::Kind;
  EXPECT_EQ(with(add, {0}), plain);
  EXPECT_EQ(with(noise, {0}), plain);
  EXPECT_EQ(with(gain, {1, 1}), plain);
  EXPECT_NE(with(add, {0.4}), plain);
  EXPECT_NE(with(noise, {0.4}), plain);
  EXPECT_NE(with(gain, {1, 1.4}), plain);
  EXPECT_ERROR(with(gain, {4, 2}), ErrorKind::usage, "the channels 0 to 3");
  EXPECT_ERROR(with(rotate, {1, 1, 2}), ErrorKind::usage, "is named twice");
}

TEST_F(Told, StartsFromNoiseAloneWhateverIsPainted) {
  const Canvas other = painting(2);
  FrameRequest request{.init = &other, .strength = 1, .from_noise = true};
  const auto made = diffuser_.run({&request, 1}, kNever);
  EXPECT_EQ(made[0].picture.bytes(), picture_of({.strength = 1, .from_noise = true}));
  EXPECT_NE(picture_of({.strength = 1}), picture_of({.strength = 1, .from_noise = true}));
  EXPECT_ERROR(picture_of({.strength = 0.5, .from_noise = true}), ErrorKind::usage, "need strength 1");
}

}  // namespace
}  // namespace spectradiff
