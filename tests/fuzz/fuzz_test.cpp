// Bytes of a corpus, changed at random: an answer or a value, whatever they are. Sanitizer builds say what
// "else" would be. Each input is a function of target, SPECTRADIFF_FUZZ_SEED (1) and its number, so that what
// fails is made again; SPECTRADIFF_FUZZ_S tries for so many seconds per target instead of a fixed number.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <random>

#include "corpus.h"
#include "spectradiff/base/error.h"
#include "targets.h"

namespace spectradiff {
namespace {

using Dice = std::mt19937_64;

size_t below(Dice& dice, size_t count) {
  return count == 0 ? 0 : dice() % count;
}

// A piece of any text of the corpus.
std::string piece(const std::vector<std::string>& corpus, Dice& dice) {
  const std::string& text = corpus[below(dice, corpus.size())];
  return text.substr(below(dice, text.size()), 1 + below(dice, 32));
}

void change(std::string& bytes, const std::vector<std::string>& corpus, Dice& dice) {
  constexpr uint64_t kTelling[] = {0,      1,      0x7F,       0x80,       0xFF,
                                   0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFFFFFFFFFF};
  const size_t at = below(dice, bytes.size() + 1);
  switch (dice() % 7) {
    case 0:
      if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice() % 8));
      break;
    case 1:
      if (at < bytes.size()) bytes[at] = static_cast<char>(dice());
      break;
    case 2:
      bytes.erase(at, 1 + below(dice, 64));
      break;
    case 3:
      bytes.insert(at, piece(corpus, dice));
      break;
    case 4:
      bytes.replace(at, below(dice, 32), piece(corpus, dice));
      break;
    case 5:
      bytes.insert(at, bytes.substr(below(dice, bytes.size()), below(dice, 256)));
      break;
    default: {
      const uint64_t value = kTelling[dice() % std::size(kTelling)];
      for (size_t i = 0, width = size_t{1} << dice() % 4; i < width && at + i < bytes.size(); ++i)
        bytes[at + i] = static_cast<char>(value >> 8 * i);
    }
  }
  constexpr size_t kLongest = 1 << 16;
  if (bytes.size() > kLongest) bytes.resize(kLongest);
}

double number_of(const char* name, double usual) {
  const char* text = std::getenv(name);
  return text == nullptr ? usual : std::atof(text);
}

class Fuzz : public testing::TestWithParam<FuzzTarget> {
 protected:
  // False where it is an Error.
  static bool is_value(const std::string& bytes, const std::string& place) {
    try {
      GetParam().read(bytes);
      return true;
    } catch (const Error& error) {
      EXPECT_NE(error.kind(), ErrorKind::internal) << place << ": " << error.what();
      EXPECT_STRNE(error.what(), "") << place;
    } catch (const std::exception& error) {
      ADD_FAILURE() << place << ": " << error.what();
    }
    return false;
  }
};

TEST_P(Fuzz, AnyBytesAreAnAnswerOrAValue) {
  const FuzzTarget& target = GetParam();
  const std::vector<std::string> corpus = corpus_of(target);
  ASSERT_FALSE(corpus.empty());
  int values = 0;
  for (size_t i = 0; i < corpus.size(); ++i)
    values += is_value(corpus[i], "seed " + std::to_string(i)) ? 1 : 0;
  EXPECT_GT(values, 0) << "nothing of the corpus is understood";

  const double seconds = number_of("SPECTRADIFF_FUZZ_S", 0);
  const int64_t inputs = seconds > 0 ? INT64_MAX : 1000 / target.cost;
  const auto seed = static_cast<uint64_t>(number_of("SPECTRADIFF_FUZZ_SEED", 1));
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  int64_t number = 0;
  for (; number < inputs && !HasFailure(); ++number) {
    if (seconds > 0 && std::chrono::steady_clock::now() > end) break;
    Dice dice(seed * 0x9E3779B97F4A7C15U + static_cast<uint64_t>(number));
    std::string bytes = corpus[below(dice, corpus.size())];
    for (uint64_t changes = 1 + dice() % 6; changes > 0; --changes) change(bytes, corpus, dice);
    is_value(bytes, "input " + std::to_string(number));
  }
  RecordProperty("inputs", std::to_string(number));
  if (seconds > 0) printf("%s: %lld inputs\n", target.name.c_str(), static_cast<long long>(number));
}

INSTANTIATE_TEST_SUITE_P(Targets, Fuzz, testing::ValuesIn(fuzz_targets()),
                         [](const auto& target) { return target.param.name; });

}  // namespace

void PrintTo(const FuzzTarget& target, std::ostream* out) {
  *out << target.name;
}

}  // namespace spectradiff
