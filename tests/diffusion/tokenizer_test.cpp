#include "spectradiff/diffusion/tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "clip_vocabulary.h"

namespace spectradiff {
namespace {

using testing::HasSubstr;

struct Recorded {
  TokenizerFiles files;
  size_t merges = 0;
  std::vector<std::string> left_out;
  std::vector<std::pair<std::string, std::vector<int32_t>>> pairs;
};

std::map<std::string, Recorded> read_recorded() {
  std::map<std::string, Recorded> all;
  const Json data = read_json(std::filesystem::path(SPECTRADIFF_TEST_DATA) / "tokens.json");
  for (const Json& from : data.at("configurations")) {
    Recorded& to = all[from.at("name")];
    to.merges = from.at("merges");
    if (from.at("name") == "small") to.left_out = {"z", "z</w>", "Ã", "ð", "©</w>"};
    to.files.vocab = "vocab.json";
    to.files.merges = "merges.txt";
    to.files.bos_token_id = from.at("bos_token_id");
    to.files.eos_token_id = from.at("eos_token_id");
    to.files.pad_token_id = from.at("pad_token_id");
    to.files.unk_token_id = from.at("unk_token_id");
    for (const Json& token : from.at("added_tokens")) {
      to.files.added_tokens.push_back({.content = token.at("content"),
                                       .id = token.at("id"),
                                       .special = token.at("special"),
                                       .lstrip = token.at("lstrip"),
                                       .rstrip = token.at("rstrip"),
                                       .single_word = token.at("single_word"),
                                       .normalized = token.at("normalized")});
    }
    for (const Json& pair : from.at("pairs")) to.pairs.emplace_back(pair.at(0), pair.at(1));
  }
  return all;
}

const Recorded& recorded(const std::string& name) {
  static const std::map<std::string, Recorded> all = read_recorded();
  return all.at(name);
}

Tokenizer make_tokenizer(const Recorded& from) {
  const TestFolder folder;
  write_clip_vocabulary(folder, from.merges, from.left_out);
  return Tokenizer(folder.path(), from.files);
}

const Tokenizer& clip() {
  static const Tokenizer tokenizer = make_tokenizer(recorded("sd1"));
  return tokenizer;
}

class RecordedTokenizer : public testing::TestWithParam<const char*> {};

TEST_P(RecordedTokenizer, GivesTheIdsOfTheHuggingFaceFastTokenizer) {
  const Recorded& from = recorded(GetParam());
  const Tokenizer tokenizer = make_tokenizer(from);
  ASSERT_GT(from.pairs.size(), 100u);
  for (const auto& [text, ids] : from.pairs) EXPECT_EQ(tokenizer.encode_all(text), ids) << Json(text).dump();
}

TEST_P(RecordedTokenizer, WrapsTruncatesAndPadsTo77) {
  const Recorded& from = recorded(GetParam());
  const Tokenizer tokenizer = make_tokenizer(from);
  for (const auto& [text, ids] : from.pairs) {
    std::vector<int32_t> expected = {from.files.bos_token_id};
    expected.insert(expected.end(), ids.begin(),
                    ids.begin() + static_cast<std::ptrdiff_t>(std::min<size_t>(ids.size(), 75)));
    expected.push_back(from.files.eos_token_id);
    expected.resize(77, from.files.pad_token_id);
    const Tokens tokens = tokenizer.encode(text);
    EXPECT_EQ(tokens.ids, expected) << Json(text).dump();
    EXPECT_EQ(tokens.cut.empty(), ids.size() <= 75) << Json(text).dump();
  }
}

// tests/oracles/record_tokenizer.py says how it is written.
class Corpus {
 public:
  std::vector<std::string> texts() {
    std::vector<std::string> all(number());
    for (std::string& text : all) {
      const size_t length = number();
      text = bytes_.substr(at_, length);
      at_ += length;
    }
    return all;
  }

  // Of all texts with the next vocabulary.
  std::vector<std::vector<int32_t>> ids(size_t texts) {
    std::vector<std::vector<int32_t>> all(texts);
    for (std::vector<int32_t>& ids : all) {
      ids.resize(number());
      for (int32_t& id : ids) id = static_cast<int32_t>(number());
    }
    return all;
  }

 private:
  size_t number() {
    const auto low = static_cast<uint8_t>(bytes_.at(at_)), high = static_cast<uint8_t>(bytes_.at(at_ + 1));
    at_ += 2;
    return low | size_t{high} << 8;
  }

  const std::string bytes_ =
      read_file(std::filesystem::path(SPECTRADIFF_TEST_DATA) / "corpus.bin", 1 << 20, ErrorKind::internal);
  size_t at_ = 0;
};

TEST(Tokenizer, GivesTheIdsOfTheFastTokenizerForFiveThousandTextsOverAllOfUnicode14) {
  Corpus corpus;
  const std::vector<std::string> texts = corpus.texts();
  ASSERT_EQ(texts.size(), 5000u);
  for (const char* vocabulary : {"sd1", "own"}) {
    const Tokenizer tokenizer = make_tokenizer(recorded(vocabulary));
    const std::vector<std::vector<int32_t>> expected = corpus.ids(texts.size());
    int nearly_full = 0;
    for (size_t i = 0; i < texts.size(); ++i) {
      ASSERT_EQ(tokenizer.encode_all(texts[i]), expected[i]) << vocabulary << " " << Json(texts[i]).dump();
      nearly_full += expected[i].size() >= 74 && expected[i].size() <= 76;
      std::vector<int32_t> kept = expected[i];
      kept.resize(std::min<size_t>(kept.size(), 75));
      const Tokens tokens = tokenizer.encode(texts[i]);
      EXPECT_EQ(tokens.ids, tokenizer.framed(kept)) << Json(texts[i]).dump();
      EXPECT_EQ(tokens.cut.empty(), expected[i].size() <= 75) << Json(texts[i]).dump();
    }
    EXPECT_GE(nearly_full, 10) << vocabulary;
  }
}

std::string vocabulary_name(const testing::TestParamInfo<const char*>& vocabulary) {
  return vocabulary.param;
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, RecordedTokenizer,
                         testing::Values("sd1", "sd2", "plain", "extended", "small", "own"), vocabulary_name);

TEST(Tokenizer, SaysWhatItCutInTheUsersOwnWords) {
  std::string prompt;
  for (int i = 0; i < 74; ++i) prompt += "cat ";
  EXPECT_EQ(clip().encode(prompt + "Last").cut, "");
  EXPECT_EQ(clip().encode(prompt + "Kept\tResumé,  très\u00a0BIEN ").cut, "Resumé,  très\u00a0BIEN");
  // A word that fits in part only is named whole.
  EXPECT_EQ(clip().encode(prompt + "Antidisestablishmentarianism!").cut, "Antidisestablishmentarianism!");
  EXPECT_EQ(clip().encode(prompt + "cat <|endoftext|> tail").cut, "<|endoftext|> tail");
}

TEST(Tokenizer, RefusesInvalidUtf8) {
  for (const std::string bad : {"a\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf"}) {
    try {
      clip().encode(bad);
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.what(), HasSubstr("UTF-8"));
    }
  }
}

// Were anything quadratic in these, they would not end before the test's time limit.
TEST(Tokenizer, TakesMegabytesOfAnything) {
  constexpr size_t kBytes = 1 << 20;
  std::string marks, words;
  while (marks.size() < kBytes) marks += "\u0323\u0301";
  while (words.size() < kBytes) words += "l'été <|endoftext|> ";
  for (const std::string& text : {std::string(kBytes, 'a'), std::string(kBytes, ' '), marks, words}) {
    const Tokens tokens = clip().encode(text);
    EXPECT_EQ(tokens.ids.size(), 77u);
    EXPECT_EQ(tokens.cut.size() > kBytes / 2, text[0] != ' ');
  }
}

TEST(Tokenizer, RefusesInconsistentFilesAndNamesTheLine) {
  const auto expect_refused = [](const std::string& vocab, const std::string& merges,
                                 const std::string& names) {
    const TestFolder folder;
    folder.write("vocab.json", vocab);
    folder.write("merges.txt", merges);
    TokenizerFiles files{.vocab = "vocab.json", .merges = "merges.txt"};
    try {
      const Tokenizer tokenizer(folder.path(), files);
      ADD_FAILURE() << "accepted: " << names;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::model) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(names));
    }
  };
  expect_refused(R"({"a":0,"b":1,"ab":2})", "#version: 0.2\na b\na c\n", "merges.txt line 3");
  expect_refused(R"({"a":0,"b":1,"ab":2})", "a b c\n", "merges.txt line 1");
  expect_refused(R"({"a":"0"})", "", "vocab.json");
  expect_refused(R"({"a":-1})", "", "vocab.json");
  expect_refused(R"([1, 2])", "", "vocab.json");
  expect_refused(R"({"a":0,"a":1})", "", "vocab.json");
  expect_refused("", "", "vocab.json");
  const TestFolder folder;
  folder.write("vocab.json", R"({"a":0,"b":1,"ab":2})");
  folder.write("merges.txt", "a b\n");
  const TokenizerFiles beyond{.vocab = "vocab.json", .merges = "merges.txt", .eos_token_id = 3};
  EXPECT_THROW(Tokenizer(folder.path(), beyond), Error);
  const TokenizerFiles missing{.vocab = "vocab.json", .merges = "no.txt"};
  EXPECT_THROW(Tokenizer(folder.path(), missing), Error);
}

}  // namespace
}  // namespace spectradiff
