// Byte-pair encoding of single words, with CLIP's conventions: bytes as printable characters, "</w>" on a
// word's last one.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {

// Files of a tokenizer and what their content must hash to; an empty hash was not stated.
struct VocabularyFiles {
  std::filesystem::path vocab, merges;
  std::string vocab_sha256, merges_sha256;
};

VocabularyFiles vocabulary_files(const std::filesystem::path& folder, const TokenizerFiles& files);

// That a vocabulary and its merges belong together and are whole: their hashes, ids from 0 without a gap, and
// every token is a byte, what a merge gives, or one of `named`, the tokenizer's own tokens. No merge may come
// twice. Error{model} naming the file.
void check_vocabulary(const VocabularyFiles& files, const std::set<int32_t>& named);

// Immutable.
class BytePairModel {
 public:
  // vocab: a JSON object of token → id; merges: one pair a line, best first, "#version…" lines skipped.
  // Error{model} naming file and line for what is unreadable, has another hash or names tokens that the
  // vocabulary lacks.
  BytePairModel(const VocabularyFiles& files, int32_t unknown_id);

  // Appends the ids of a word's bytes. A byte without a token is `unknown_id`. O(n log n).
  void encode(std::string_view word, std::vector<int32_t>& ids) const;

  bool has_id(int32_t id) const { return id >= 0 && id <= largest_id_; }

 private:
  struct Merge {
    int32_t rank = 0;
    int32_t merged = 0;
  };

  void read_merges(const VocabularyFiles& files, const std::unordered_map<std::string, int32_t>& ids);
  const Merge* merge_of(int32_t left, int32_t right) const;

  int32_t unknown_id_;
  int32_t largest_id_ = -1;
  std::array<int32_t, 256> inside_{}, last_{};  // id of each byte inside a word and at its end
  std::unordered_map<uint64_t, Merge> merges_;  // left << 32 | right
};

}  // namespace spectradiff
