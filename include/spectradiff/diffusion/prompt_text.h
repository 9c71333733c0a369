// Prompts with weights and of any length, as chunks of tokens that a text encoder takes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/diffusion/tokenizer.h"

namespace spectradiff {

enum class PromptWeighting {
  none,  // brackets are words like others
  a1111  // (word) 1.1, ((word)) 1.21, [word] 1 / 1.1, (word:1.3), \( a bracket, as AUTOMATIC1111's web UI
};
enum class LongPrompts {
  cut,   // what does not fit is left out
  chunk  // one chunk after another, each with its begin and end
};

struct PromptReading {
  PromptWeighting weighting = PromptWeighting::none;
  LongPrompts long_prompts = LongPrompts::cut;
  friend bool operator==(const PromptReading&, const PromptReading&) = default;
};

struct WeightedText {
  std::string text;
  double weight = 1;
  friend bool operator==(const WeightedText&, const WeightedText&) = default;
};

// A1111's syntax. Neighbours of one weight are one text; brackets that nobody closes count to the end, those
// that nobody opened are text. Linear in the length. Error{usage} for a weight that is no number or beyond
// ±1000.
std::vector<WeightedText> parse_weights(std::string_view prompt);

struct TokenChunk {
  // Exactly the max_length of every tokenizer: begin, text, end, padding, one tokenizer's behind the other's.
  std::vector<int32_t> ids;
  std::vector<double> weights;  // [ids]; empty: all 1
};

struct ReadPrompt {
  std::vector<TokenChunk> chunks;  // at least one
  std::string cut;                 // what was left out, as typed; empty: nothing
};

// A prompt for a model with these tokenizers, one for each of its text encoders: each reads the whole prompt.
// Where one needs more chunks than another, or `least` asks for more, those that are missing are empty. The
// cut is the longest. Error{usage} as Tokenizer::encode and parse_weights.
ReadPrompt read_prompt(std::span<const Tokenizer> tokenizers, const std::string& prompt,
                       const PromptReading& reading, size_t least = 1);

}  // namespace spectradiff
