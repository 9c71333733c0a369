#include "byte_pair.h"

#include <algorithm>
#include <queue>
#include <string>
#include <unordered_set>
#include <utility>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/json.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"
#include "unicode_text.h"

namespace spectradiff {
namespace {

constexpr const char* kWordEnd = "</w>";
constexpr int32_t kMaxId = 10'000'000;

// GPT-2's character for a byte: itself where it is printable Latin-1, else the next unused one from U+0100.
std::array<std::string, 256> byte_characters() {
  std::array<std::string, 256> characters;
  char32_t next = 256;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    const char32_t character = printable ? byte : next++;
    characters[byte] = encode_utf8({&character, 1});
  }
  return characters;
}

using Vocabulary = std::unordered_map<std::string, int32_t>;

std::string read_hashed(const std::filesystem::path& path, const std::string& expected) {
  constexpr uint64_t kMaxBytes = 64 << 20;
  std::string text = read_file(path, kMaxBytes, ErrorKind::model);
  if (expected.empty()) return text;
  if (const std::string found = sha256_hex(text); found != expected) {
    throw_error(ErrorKind::model,
                "{} is not the file that model.json describes: SHA-256 {}, expected {}; it is damaged or was "
                "changed, export or copy the model again",
                path.string(), found, expected);
  }
  return text;
}

Vocabulary read_vocabulary(const VocabularyFiles& files) {
  const std::filesystem::path& path = files.vocab;
  const Json json = parse_json(read_hashed(path, files.vocab_sha256), path.native(), ErrorKind::model);
  if (!json.is_object() || json.empty())
    throw_error(ErrorKind::model, "{}: an object of token and id is expected", path.string());
  Vocabulary ids;
  ids.reserve(json.size());
  for (const auto& [token, id] : json.items()) {
    if (!id.is_number_integer() || id < 0 || id > kMaxId) {
      throw_error(ErrorKind::model, "{}: the id of '{}' is {}, not an integer in 0..{}", path.string(), token,
                  id.dump(), kMaxId);
    }
    ids.emplace(token, id.get<int32_t>());
  }
  return ids;
}

// Ids of a line of merges.txt: the pair and what it becomes.
struct MergeLine {
  int32_t left = 0, right = 0, merged = 0;
};

// use(line number, merge) for every pair, best first.
template <typename Use>
void for_each_merge(const VocabularyFiles& files, const Vocabulary& ids, Use use) {
  const std::filesystem::path& path = files.merges;
  const std::string text = read_hashed(path, files.merges_sha256);
  int line_number = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    ++line_number;
    if (line.empty() || line.starts_with("#version")) continue;
    const size_t space = line.find(' ');
    if (space == line.npos || line.find(' ', space + 1) != line.npos) {
      throw_error(ErrorKind::model, "{} line {}: '{}' is not a pair of tokens", path.string(), line_number,
                  line);
    }
    const std::string left(line.substr(0, space)), right(line.substr(space + 1));
    const auto left_id = ids.find(left), right_id = ids.find(right), merged_id = ids.find(left + right);
    if (left_id == ids.end() || right_id == ids.end() || merged_id == ids.end()) {
      throw_error(ErrorKind::model, "{} line {}: '{}' or a part of it is not in the vocabulary",
                  path.string(), line_number, left + right);
    }
    use(line_number, MergeLine{left_id->second, right_id->second, merged_id->second});
  }
}

uint64_t key_of(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

// The tokens by id: [ids.size()].
std::vector<const std::string*> tokens_by_id(const std::filesystem::path& path, const Vocabulary& ids) {
  std::vector<const std::string*> tokens(ids.size());
  for (const auto& [token, id] : ids) {
    const auto place = static_cast<size_t>(id);
    if (place >= tokens.size()) {
      throw_error(ErrorKind::model, "{}: the id of '{}' is {}, and there are {} tokens, numbered from 0",
                  path.string(), token, id, tokens.size());
    }
    if (tokens[place] != nullptr) {
      throw_error(ErrorKind::model, "{}: '{}' and '{}' both have the id {}", path.string(),
                  std::min(token, *tokens[place]), std::max(token, *tokens[place]), id);
    }
    tokens[place] = &token;
  }
  return tokens;
}

}  // namespace

VocabularyFiles vocabulary_files(const std::filesystem::path& folder, const TokenizerFiles& files) {
  return {folder / files.vocab, folder / files.merges, files.vocab_sha256, files.merges_sha256};
}

void check_vocabulary(const VocabularyFiles& files, const std::set<int32_t>& named) {
  const Vocabulary ids = read_vocabulary(files);
  const std::vector<const std::string*> tokens = tokens_by_id(files.vocab, ids);
  std::vector<bool> reached(tokens.size());
  for (const std::string& character : byte_characters()) {
    for (const std::string& token : {character, character + kWordEnd}) {
      if (const auto found = ids.find(token); found != ids.end())
        reached[static_cast<size_t>(found->second)] = true;
    }
  }
  for (const int32_t id : named) {
    if (std::cmp_less(id, tokens.size())) reached[static_cast<size_t>(id)] = true;
  }
  std::unordered_set<uint64_t> pairs;
  for_each_merge(files, ids, [&](int line, const MergeLine& merge) {
    reached[static_cast<size_t>(merge.merged)] = true;
    if (!pairs.insert(key_of(merge.left, merge.right)).second) {
      throw_error(ErrorKind::model, "{} line {}: the pair that gives '{}' comes twice", files.merges.string(),
                  line, *tokens[static_cast<size_t>(merge.merged)]);
    }
  });
  const auto lacking = std::count(reached.begin(), reached.end(), false);
  if (lacking == 0) return;
  const auto first = std::find(reached.begin(), reached.end(), false) - reached.begin();
  throw_error(
      ErrorKind::model,
      "{} has {} merges, from which {} of the {} tokens of {} do not come, '{}' first: one of the files "
      "was cut short, or they do not belong together",
      files.merges.string(), pairs.size(), lacking, tokens.size(), files.vocab.filename().string(),
      *tokens[static_cast<size_t>(first)]);
}

BytePairModel::BytePairModel(const VocabularyFiles& files, int32_t unknown_id) : unknown_id_(unknown_id) {
  const auto ids = read_vocabulary(files);
  for (const auto& [token, id] : ids) largest_id_ = std::max(largest_id_, id);
  const auto characters = byte_characters();
  const auto id_or_unknown = [&](const std::string& token) {
    const auto found = ids.find(token);
    return found != ids.end() ? found->second : unknown_id_;
  };
  for (size_t byte = 0; byte < characters.size(); ++byte) {
    inside_[byte] = id_or_unknown(characters[byte]);
    last_[byte] = id_or_unknown(characters[byte] + kWordEnd);
  }
  read_merges(files, ids);
}

void BytePairModel::read_merges(const VocabularyFiles& files, const Vocabulary& ids) {
  merges_.reserve(ids.size());
  int32_t rank = 0;
  for_each_merge(files, ids, [&](int, const MergeLine& merge) {
    merges_[key_of(merge.left, merge.right)] = {rank++, merge.merged};
  });
}

const BytePairModel::Merge* BytePairModel::merge_of(int32_t left, int32_t right) const {
  const auto found = merges_.find(key_of(left, right));
  return found != merges_.end() ? &found->second : nullptr;
}

void BytePairModel::encode(std::string_view word, std::vector<int32_t>& ids) const {
  constexpr int32_t kNone = -1;
  struct Symbol {
    int32_t id, before, after;  // neighbours by index; id is kNone once merged into the one before
  };
  struct Candidate {
    int32_t rank, at, merged;
    bool operator<(const Candidate& other) const {
      return std::pair(rank, at) > std::pair(other.rank, other.at);
    }
  };
  std::vector<Symbol> symbols;
  const auto count = static_cast<int32_t>(word.size());
  for (int32_t i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(word[static_cast<size_t>(i)]);
    symbols.push_back({i + 1 < count ? inside_[byte] : last_[byte], i - 1, i + 1 < count ? i + 1 : kNone});
  }
  std::priority_queue<Candidate> candidates;  // the best rank first, then the leftmost
  const auto offer = [&](int32_t at) {
    if (at == kNone || symbols[static_cast<size_t>(at)].after == kNone) return;
    const Symbol& symbol = symbols[static_cast<size_t>(at)];
    const Merge* merge = merge_of(symbol.id, symbols[static_cast<size_t>(symbol.after)].id);
    if (merge != nullptr) candidates.push({merge->rank, at, merge->merged});
  };
  for (int32_t i = 0; i + 1 < count; ++i) offer(i);
  while (!candidates.empty()) {
    const Candidate best = candidates.top();
    candidates.pop();
    Symbol& symbol = symbols[static_cast<size_t>(best.at)];
    if (symbol.id == kNone || symbol.after == kNone) continue;
    Symbol& next = symbols[static_cast<size_t>(symbol.after)];
    // Neighbours may have changed since the candidate was offered.
    const Merge* merge = merge_of(symbol.id, next.id);
    if (merge == nullptr || merge->merged != best.merged) continue;
    symbol.id = best.merged;
    symbol.after = next.after;
    next.id = kNone;
    if (symbol.after != kNone) symbols[static_cast<size_t>(symbol.after)].before = best.at;
    offer(symbol.before);
    offer(best.at);
  }
  for (const Symbol& symbol : symbols) {
    if (symbol.id != kNone) ids.push_back(symbol.id);
  }
}

}  // namespace spectradiff
