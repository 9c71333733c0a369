#include "spectradiff/diffusion/tokenizer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "byte_pair.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "unicode_text.h"

namespace spectradiff {
namespace {

constexpr size_t kMaxPromptBytes = 16 << 20;

std::u32string collapse_spaces(std::u32string_view text) {
  std::u32string collapsed;
  collapsed.reserve(text.size());
  for (char32_t c : text) {
    if (!is_space(c)) {
      collapsed.push_back(c);
    } else if (collapsed.empty() || collapsed.back() != U' ') {
      collapsed.push_back(U' ');
    }
  }
  return collapsed;
}

std::u32string normalize(std::u32string_view text) {
  return lowercase(collapse_spaces(compose(text)));
}

// Where the blank-separated words of a text begin. Normalizing keeps their number, so that a word of the
// normalized text leads back to what the user typed.
std::vector<size_t> word_starts(std::u32string_view text) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_space(text[i]) && (i == 0 || is_space(text[i - 1]))) starts.push_back(i);
  }
  return starts;
}

struct Added {
  std::u32string content;
  AddedToken token;
};

struct Split {
  size_t begin = 0, end = 0;
  const AddedToken* token = nullptr;  // null: text
};

// Cuts `text` at the added tokens in it: leftmost first, the longest of those that begin together.
class AddedTokens {
 public:
  void add(std::u32string content, const AddedToken& token) {
    tokens_.push_back({std::move(content), token});
  }

  std::vector<Split> split(std::u32string_view text) const {
    std::vector<Split> splits;
    size_t done = 0;
    for (size_t at = 0; at < text.size();) {
      const Added* match = match_at(text, at);
      if (match == nullptr) {
        ++at;
        continue;
      }
      size_t begin = at, end = at + match->content.size();
      at = end;
      const bool joined =
          (begin > 0 && is_word(text[begin - 1])) || (end < text.size() && is_word(text[end]));
      if (match->token.single_word && joined) continue;
      while (match->token.lstrip && begin > done && is_space(text[begin - 1])) --begin;
      while (match->token.rstrip && end < text.size() && is_space(text[end])) ++end;
      if (begin > done) splits.push_back({done, begin, nullptr});
      splits.push_back({begin, end, &match->token});
      done = end;
      at = std::max(at, end);
    }
    if (done < text.size()) splits.push_back({done, text.size(), nullptr});
    return splits;
  }

 private:
  const Added* match_at(std::u32string_view text, size_t at) const {
    const Added* longest = nullptr;
    for (const Added& added : tokens_) {
      if (text.substr(at, added.content.size()) != added.content) continue;
      if (longest == nullptr || added.content.size() > longest->content.size()) longest = &added;
    }
    return longest;
  }

  std::vector<Added> tokens_;
};

// CLIP's split pattern, an alternative for each kind of piece: contractions, runs of letters, single digits,
// runs of anything else. `rest` begins with what is no space.
size_t piece_length(std::u32string_view rest) {
  static constexpr std::array<std::u32string_view, 7> kContractions = {U"'s", U"'t",  U"'re", U"'ve",
                                                                       U"'m", U"'ll", U"'d"};
  for (std::u32string_view contraction : kContractions) {
    if (rest.starts_with(contraction)) return contraction.size();
  }
  if (is_number(rest[0])) return 1;
  const bool letters = is_letter(rest[0]);
  const auto goes_on = [&](char32_t c) {
    return letters ? is_letter(c) : !is_space(c) && !is_letter(c) && !is_number(c);
  };
  size_t length = 1;
  while (length < rest.size() && goes_on(rest[length])) ++length;
  return length;
}

// The pattern's first alternatives, the special tokens' names, keep them apart from what follows; the
// byte-level stage, whose own pattern knows nothing of them, then takes each to pieces. 0 when `rest` begins
// with neither.
size_t special_name_length(std::u32string_view rest) {
  for (std::u32string_view special : {U"<|startoftext|>", U"<|endoftext|>"}) {
    if (rest.starts_with(special)) return special.size();
  }
  return 0;
}

// A token and where in the typed text the word begins that it belongs to.
struct PlacedToken {
  int32_t id = 0;
  size_t word_start = 0;
};

}  // namespace

struct Tokenizer::Impl {
  Impl(const std::filesystem::path& folder, const TokenizerFiles& files_in)
      : files(files_in), pairs(vocabulary_files(folder, files), files.unk_token_id) {
    const std::pair<const char*, int32_t> ids[] = {{"bos_token_id", files.bos_token_id},
                                                   {"eos_token_id", files.eos_token_id},
                                                   {"pad_token_id", files.pad_token_id},
                                                   {"unk_token_id", files.unk_token_id}};
    for (const auto& [key, id] : ids) {
      const bool added = std::any_of(files.added_tokens.begin(), files.added_tokens.end(),
                                     [id = id](const AddedToken& token) { return token.id == id; });
      if (!added && !pairs.has_id(id)) {
        throw_error(ErrorKind::model, "{}: tokenizer.{} = {} is not in the vocabulary",
                    (folder / files.vocab).string(), key, id);
      }
    }
    for (const AddedToken& token : files.added_tokens) {
      const std::u32string content = decode_utf8(token.content);
      if (token.normalized) {
        normalized.add(normalize(content), token);
      } else {
        verbatim.add(content, token);
      }
    }
  }

  std::vector<PlacedToken> tokens_of(std::u32string_view text) const {
    std::vector<PlacedToken> tokens;
    for (const Split& part : verbatim.split(text)) {
      if (part.token != nullptr) {
        tokens.push_back({part.token->id, part.begin});
      } else {
        add_part(text.substr(part.begin, part.end - part.begin), part.begin, tokens);
      }
    }
    return tokens;
  }

  // `typed` is the part of the text that begins at `offset`.
  void add_part(std::u32string_view typed, size_t offset, std::vector<PlacedToken>& tokens) const {
    const std::u32string text = normalize(typed);
    const std::vector<size_t> typed_starts = word_starts(typed), starts = word_starts(text);
    size_t word = 0;
    const auto word_start_at = [&](size_t place) {
      while (word + 1 < starts.size() && starts[word + 1] <= place) ++word;
      return offset + (word < typed_starts.size() ? typed_starts[word] : 0);
    };
    for (const Split& part : normalized.split(text)) {
      if (part.token != nullptr) {
        tokens.push_back({part.token->id, word_start_at(part.begin)});
        continue;
      }
      for (size_t at = part.begin; at < part.end;) {
        if (is_space(text[at])) {
          ++at;
          continue;
        }
        const std::u32string_view rest = std::u32string_view(text).substr(at, part.end - at);
        const size_t word_start = word_start_at(at);
        if (const size_t length = special_name_length(rest); length > 0) {
          add_piece(rest.substr(0, 2), word_start, tokens);
          add_piece(rest.substr(2, length - 4), word_start, tokens);
          add_piece(rest.substr(length - 2, 2), word_start, tokens);
          at += length;
        } else {
          const size_t piece = piece_length(rest);
          add_piece(rest.substr(0, piece), word_start, tokens);
          at += piece;
        }
      }
    }
  }

  void add_piece(std::u32string_view piece, size_t word_start, std::vector<PlacedToken>& tokens) const {
    std::vector<int32_t> ids;
    pairs.encode(encode_utf8(piece), ids);
    for (int32_t id : ids) tokens.push_back({id, word_start});
  }

  // From the word of token `index` on; empty where there is none.
  static std::string rest_of(std::u32string_view typed, const std::vector<PlacedToken>& placed,
                             size_t index) {
    if (index >= placed.size()) return "";
    return encode_utf8(typed.substr(placed[index].word_start));
  }

  static std::u32string decoded(std::string_view text) {
    if (text.size() > kMaxPromptBytes) {
      throw_error(ErrorKind::usage, "a prompt of {} bytes is too long; at most {} are allowed", text.size(),
                  kMaxPromptBytes);
    }
    if (!is_valid_utf8(text))
      throw_error(ErrorKind::usage,
                  "the prompt is not valid UTF-8; check the terminal's or the file's encoding");
    return decode_utf8(text);
  }

  TokenizerFiles files;
  BytePairModel pairs;
  AddedTokens verbatim;    // looked for in the text as typed
  AddedTokens normalized;  // looked for in the normalized text
};

Tokenizer::Tokenizer(const std::filesystem::path& folder, const TokenizerFiles& files)
    : impl_(std::make_unique<const Impl>(folder, files)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokens Tokenizer::encode(std::string_view text) const {
  const std::u32string typed = Impl::decoded(text);
  const std::vector<PlacedToken> placed = impl_->tokens_of(typed);
  const size_t room = static_cast<size_t>(impl_->files.max_length) - 2;
  std::vector<int32_t> ids;
  for (size_t i = 0; i < std::min(placed.size(), room); ++i) ids.push_back(placed[i].id);
  return {framed(ids), std::string(trimmed(Impl::rest_of(typed, placed, room)))};
}

std::vector<int32_t> Tokenizer::framed(std::span<const int32_t> ids) const {
  const auto length = static_cast<size_t>(impl_->files.max_length);
  if (ids.size() + 2 > length)
    throw_error(ErrorKind::internal, "{} tokens in {} places", ids.size(), length - 2);
  std::vector<int32_t> whole = {impl_->files.bos_token_id};
  whole.insert(whole.end(), ids.begin(), ids.end());
  whole.push_back(impl_->files.eos_token_id);
  whole.resize(length, impl_->files.pad_token_id);
  return whole;
}

std::string Tokenizer::behind(std::string_view text, size_t index) const {
  const std::u32string typed = Impl::decoded(text);
  return Impl::rest_of(typed, impl_->tokens_of(typed), index);
}

const TokenizerFiles& Tokenizer::files() const {
  return impl_->files;
}

std::vector<int32_t> Tokenizer::encode_all(std::string_view text) const {
  std::vector<int32_t> ids;
  for (const PlacedToken& token : impl_->tokens_of(Impl::decoded(text))) ids.push_back(token.id);
  return ids;
}

}  // namespace spectradiff
