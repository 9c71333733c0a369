// Prompts to CLIP token ids, as the Hugging Face fast tokenizer makes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {

struct Tokens {
  std::vector<int32_t> ids;  // exactly max_length: begin, text, end, padding
  std::string cut;           // as typed, from the first word that did not fit whole; empty when all did
};

// CLIP's byte-pair encoding with the added tokens of the tokenizer files. Equal to transformers' fast
// tokenizer for Unicode 14. Time is n log n for any text. Immutable after construction, shared freely.
class Tokenizer {
 public:
  // Error{model} naming file and line for unreadable or inconsistent vocabulary and merges.
  Tokenizer(const std::filesystem::path& folder, const TokenizerFiles& files);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  Tokens encode(std::string_view text) const;  // Error{usage} for invalid UTF-8 and for more than 16 MiB
  std::vector<int32_t> encode_all(std::string_view text) const;  // no begin, end, padding or limit
  // At most max_length - 2 ids between begin and end, padded.
  std::vector<int32_t> framed(std::span<const int32_t> ids) const;
  // The text as typed from the word on that its token `index` belongs to.
  std::string behind(std::string_view text, size_t index) const;
  const TokenizerFiles& files() const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

}  // namespace spectradiff
