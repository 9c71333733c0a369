// Prompts with weights and of any length, as chunks of tokens that a text encoder takes.
#pragma once

#include <cstdint>
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
  std::vector<int32_t> ids;     // exactly the tokenizer's max_length: begin, text, end, padding
  std::vector<double> weights;  // [ids]; empty: all 1
};

struct ReadPrompt {
  std::vector<TokenChunk> chunks;  // at least one
  std::string cut;                 // what was left out, as typed; empty: nothing
};

// Error{usage} as Tokenizer::encode and parse_weights.
ReadPrompt read_prompt(const Tokenizer& tokenizer, const std::string& prompt, const PromptReading& reading);

}  // namespace spectradiff
