#include "text_embeddings.h"

#include <algorithm>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

// Embeddings are a few hundred kilobytes each; a schedule of prompts seldom has more than this many at a
// time.
constexpr size_t kMaxEmbeddings = 64, kMaxCosines = 1024;

}  // namespace

TextEmbeddings::TextEmbeddings(Networks& networks, std::span<const Tokenizer> tokenizers,
                               const Manifest& manifest, const PromptReading& reading)
    : networks_(networks),
      tokenizers_(tokenizers),
      reading_(reading),
      zeroes_empty_negative_(manifest.zeroes_empty_negative) {
  if (tokenizers.size() > 1 && manifest.text_widths.empty() && reading != PromptReading()) {
    throw_error(ErrorKind::usage,
                "the model {} does not state the widths of its two text encoders, which prompt_weighting and "
                "long_prompts need: export it again, or leave them at none and cut",
                manifest.name);
  }
}

void TextEmbeddings::expect(const std::set<std::string>& texts) {
  const size_t before = chunks_;
  for (const std::string& text : texts)
    chunks_ = std::max(chunks_, read_prompt(tokenizers_, text, reading_).chunks.size());
  if (chunks_ == before) return;
  entries_.clear();
  places_.clear();
  cosines_.clear();
}

EncodedMix TextEmbeddings::get(const TextMix& mix, TextRole role) {
  const TextMix simple = simplified(mix);
  EncodedMix encoded;
  for (const TextMix::Part& part : simple.parts)
    encoded.parts.push_back(
        {role == TextRole::prompt ? encode(part.text) : encode_negative(part.text), part.weight});
  for (const TextMix::Arc& arc : mix.arcs) {
    if (arc.weight > 0 && arc.along > 0) encoded.arcs.push_back({encode(arc.text), arc.weight, arc.along});
  }
  if (simple.spherical) {
    const auto shares = mix_coefficients(simple.parts[1].weight, true, cosine_of(simple, role, encoded));
    for (const size_t i : {0, 1}) encoded.parts[i].weight = shares[i];
  }
  return encoded;
}

double TextEmbeddings::cosine_of(const TextMix& pair, TextRole role, const EncodedMix& encoded) {
  const std::tuple key(pair.parts[0].text, pair.parts[1].text, role);
  if (const auto found = cosines_.find(key); found != cosines_.end()) return found->second;
  if (cosines_.size() >= kMaxCosines) cosines_.clear();
  return cosines_[key] = networks_.cosine(encoded.parts[0].embedding, encoded.parts[1].embedding);
}

Array TextEmbeddings::encode(const std::string& text) {
  if (const auto found = places_.find(text); found != places_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front().second;
  }
  entries_.emplace_front(text, encode_chunks(text));
  places_[text] = entries_.begin();
  if (entries_.size() > kMaxEmbeddings) {
    places_.erase(entries_.back().first);
    entries_.pop_back();
  }
  return entries_.front().second;
}

Array TextEmbeddings::encode_chunks(const std::string& text) {
  ReadPrompt read = read_prompt(tokenizers_, text, reading_, chunks_);
  const auto encode_ids = [&](const TokenChunk& chunk) { return networks_.text_encode({&chunk.ids, 1}); };
  if (read.chunks.size() == 1 && read.chunks[0].weights.empty()) return encode_ids(read.chunks[0]);
  std::vector<TextPart> parts;
  for (TokenChunk& chunk : read.chunks) parts.push_back({encode_ids(chunk), std::move(chunk.weights)});
  return networks_.join_text(parts);
}

Array TextEmbeddings::encode_negative(const std::string& text) {
  const Array embedding = encode(text);
  return text.empty() && zeroes_empty_negative_ ? networks_.zeros_like(embedding) : embedding;
}

}  // namespace spectradiff
