#include "spectradiff/diffusion/prompt_text.h"

#include <gtest/gtest.h>

#include "expect_error.h"
#include "spectradiff/diffusion/manifest.h"
#include "test_bundle.h"

namespace spectradiff {
namespace {

using Parts = std::vector<WeightedText>;

// The known answers are those of AUTOMATIC1111's own parser.
TEST(PromptWeights, AreReadAsA1111ReadsThem) {
  EXPECT_EQ(parse_weights("normal text"), (Parts{{"normal text", 1}}));
  EXPECT_EQ(parse_weights("an (important) word"), (Parts{{"an ", 1}, {"important", 1.1}, {" word", 1}}));
  EXPECT_EQ(parse_weights("(unbalanced"), (Parts{{"unbalanced", 1.1}}));
  EXPECT_EQ(parse_weights("\\(literal\\]"), (Parts{{"(literal]", 1}}));
  EXPECT_EQ(parse_weights("(unnecessary)(parens)"), (Parts{{"unnecessaryparens", 1.1}}));
  EXPECT_EQ(parse_weights("a [b] c"), (Parts{{"a ", 1}, {"b", 1 / 1.1}, {" c", 1}}));
  EXPECT_EQ(parse_weights("(a (b:0.5 ) )"), (Parts{{"a ", 1.1}, {"b", 0.5 * 1.1}, {" ", 1.1}}));
  EXPECT_EQ(parse_weights("at 10:30) and a:1.5"), (Parts{{"at 10:30) and a:1.5", 1}}));
  EXPECT_EQ(parse_weights("(a:-1)"), (Parts{{"a", -1}}));
  EXPECT_EQ(parse_weights("a ] \\ b"), (Parts{{"a ]  b", 1}}));
  EXPECT_EQ(parse_weights("(a[b)c]d"), (Parts{{"a", 1.1}, {"b", 1.1 * (1 / 1.1)}, {"c", 1 / 1.1}, {"d", 1}}));
  EXPECT_EQ(parse_weights("(a:.5)(b:+2.)"), (Parts{{"a", 0.5}, {"b", 2}}));
  EXPECT_EQ(parse_weights("(a:nan)"), (Parts{{"a:nan", 1.1}}));
  EXPECT_EQ(parse_weights(""), (Parts{{"", 1}}));
}

TEST(PromptWeights, ThatMakeNoSenseAreRefused) {
  EXPECT_ERROR(parse_weights("(a:1.2.3)"), ErrorKind::usage, "\"1.2.3\"");
  EXPECT_ERROR(parse_weights("(a:.)"), ErrorKind::usage, "\".\"");
  EXPECT_ERROR(parse_weights("(a:1001)"), ErrorKind::usage, "1001");
  EXPECT_ERROR(parse_weights(std::string(9000, '(') + "a"), ErrorKind::usage, "outside");
}

// Were anything quadratic in it, this would not end before the test's time limit.
TEST(PromptWeights, OfAMegabyteOfNestedBracketsAreRead) {
  std::string nested;
  while (nested.size() < 1 << 20) nested += "[(b:1.1) [c";
  EXPECT_GT(parse_weights(nested + std::string(nested.size() / 8, ']')).size(), 1000u);
}

TEST(PromptWeights, GoToTheTokensOfTheirWords) {
  const TestBundle bundle;
  const Manifest manifest = read_manifest(bundle.path());
  const Tokenizer tokenizer(manifest.folder, manifest.tokenizer);
  const std::string plain = "a (red) sea";
  const ReadPrompt unread = read_prompt({&tokenizer, 1}, plain, {});
  ASSERT_EQ(unread.chunks.size(), 1u);
  EXPECT_EQ(unread.chunks[0].ids, tokenizer.encode(plain).ids);
  EXPECT_TRUE(unread.chunks[0].weights.empty());

  const ReadPrompt read =
      read_prompt({&tokenizer, 1}, "a (red:1.5) sea", {.weighting = PromptWeighting::a1111});
  ASSERT_EQ(read.chunks.size(), 1u);
  EXPECT_EQ(read.chunks[0].ids, tokenizer.encode("a red sea").ids);
  const size_t before = tokenizer.encode_all("a ").size(), red = tokenizer.encode_all("red").size();
  ASSERT_EQ(read.chunks[0].weights.size(), read.chunks[0].ids.size());
  for (size_t i = 0; i < read.chunks[0].weights.size(); ++i)
    EXPECT_EQ(read.chunks[0].weights[i], i > before && i <= before + red ? 1.5 : 1) << i;
}

TEST(LongPrompts, AreCutOrGoOnInFurtherChunks) {
  const TestBundle bundle;
  const Manifest manifest = read_manifest(bundle.path());
  const Tokenizer tokenizer(manifest.folder, manifest.tokenizer);
  std::string prompt;
  for (int i = 0; i < 200; ++i) prompt += i == 0 ? "a" : " a";
  const ReadPrompt cut = read_prompt({&tokenizer, 1}, prompt, {});
  EXPECT_EQ(cut.chunks.size(), 1u);
  EXPECT_EQ(cut.cut, tokenizer.encode(prompt).cut);
  EXPECT_EQ(cut.cut.size(), 2u * 125 - 1);
  const ReadPrompt whole = read_prompt({&tokenizer, 1}, prompt, {.long_prompts = LongPrompts::chunk});
  ASSERT_EQ(whole.chunks.size(), 3u);
  EXPECT_EQ(whole.cut, "");
  EXPECT_EQ(whole.chunks[0].ids, cut.chunks[0].ids);
  EXPECT_EQ(whole.chunks[2].ids, tokenizer.encode(prompt.substr(0, 2 * 50 - 1)).ids);
  const ReadPrompt weighted =
      read_prompt({&tokenizer, 1}, "(" + prompt + ":2) b c", {.weighting = PromptWeighting::a1111});
  EXPECT_EQ(weighted.cut, prompt.substr(0, 2 * 125 - 1) + " b c");
  EXPECT_EQ(read_prompt({&tokenizer, 1}, "", {.long_prompts = LongPrompts::chunk}).chunks.size(), 1u);
}

// The second pads with 0, as SDXL's does; only the first has learnt the word "<sun>".
std::vector<Tokenizer> two_tokenizers(const Manifest& manifest) {
  TokenizerFiles first = manifest.tokenizer, second = manifest.tokenizer;
  first.added_tokens.push_back({.content = "<sun>", .id = 5});
  second.pad_token_id = 0;
  std::vector<Tokenizer> tokenizers;
  tokenizers.emplace_back(manifest.folder, first);
  tokenizers.emplace_back(manifest.folder, second);
  return tokenizers;
}

TEST(LongPrompts, OfTwoTextEncodersHaveTheChunksOfBothInARow) {
  const TestBundle bundle;
  const std::vector<Tokenizer> tokenizers = two_tokenizers(read_manifest(bundle.path()));
  constexpr PromptReading kBoth{PromptWeighting::a1111, LongPrompts::chunk};
  std::string prompt = "(sun:1.5)";
  for (int i = 0; i < 80; ++i) prompt += " a";
  const ReadPrompt read = read_prompt(tokenizers, prompt, kBoth, 3);
  ASSERT_EQ(read.chunks.size(), 3u);
  for (size_t t = 0; t < 2; ++t) {
    const ReadPrompt alone = read_prompt({&tokenizers[t], 1}, prompt, kBoth);
    ASSERT_EQ(alone.chunks.size(), 2u);
    const auto half = [&](const auto& values) {
      const auto begin = values.begin() + static_cast<std::ptrdiff_t>(77 * t);
      return std::vector(begin, begin + 77);
    };
    for (size_t i = 0; i < 2; ++i) EXPECT_EQ(half(read.chunks[i].ids), alone.chunks[i].ids);
    EXPECT_EQ(half(read.chunks[0].weights), alone.chunks[0].weights);
    EXPECT_EQ(half(read.chunks[2].ids), tokenizers[t].framed({}));
  }
  EXPECT_EQ(read.chunks[0].weights.size(), 2u * 77);
  EXPECT_TRUE(read.chunks[1].weights.empty());
  EXPECT_EQ(read.chunks[1].ids.back(), 0);
}

TEST(LongPrompts, OfTwoTextEncodersLoseWhatEitherOfThemDoesNotRead) {
  const TestBundle bundle;
  const std::vector<Tokenizer> tokenizers = two_tokenizers(read_manifest(bundle.path()));
  const size_t more = tokenizers[1].encode_all("<sun>").size() - 1;
  ASSERT_GT(more, 0u);
  std::string prompt = "<sun>", last;
  for (int i = 0; i < 74; ++i) prompt += " a";
  for (size_t i = 0; i < more; ++i) last += i == 0 ? "a" : " a";
  EXPECT_EQ(read_prompt({tokenizers.data(), 1}, prompt, {}).cut, "");
  EXPECT_EQ(read_prompt(tokenizers, prompt, {}).cut, last);
  const ReadPrompt whole = read_prompt(tokenizers, prompt, {.long_prompts = LongPrompts::chunk});
  ASSERT_EQ(whole.chunks.size(), 2u);
  EXPECT_EQ(std::vector(whole.chunks[1].ids.begin(), whole.chunks[1].ids.begin() + 77),
            tokenizers[0].framed({}));
}

}  // namespace
}  // namespace spectradiff
