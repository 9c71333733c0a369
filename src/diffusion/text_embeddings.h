// The texts of a job as its networks encode them, each once.
#pragma once

#include <list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/networks.h"
#include "spectradiff/diffusion/prompt_text.h"
#include "spectradiff/diffusion/text_mix.h"
#include "spectradiff/diffusion/tokenizer.h"

namespace spectradiff {

// What a frame is told, on the device but not mixed yet.
struct EncodedMix {
  struct Part {
    Array embedding;    // one item
    double weight = 1;  // what it is multiplied by
  };
  std::vector<Part> parts;  // at least one; one alone is taken as it is
  struct Arc {
    Array embedding;
    double weight = 1, along = 1;  // as TextMix has them
  };
  std::vector<Arc> arcs;
};

enum class TextRole { prompt, negative_prompt };

// Embeddings by text, the least recently used one dropped first. Each is encoded in a batch of its own, so
// that it does not depend on what else was asked for. `networks` and `tokenizers` outlive it.
class TextEmbeddings {
 public:
  // Error{usage} for a reading that the model does not state enough for.
  TextEmbeddings(Networks& networks, std::span<const Tokenizer> tokenizers, const Manifest& manifest,
                 const PromptReading& reading);

  void expect(const std::set<std::string>& texts);  // as Diffuser::expect

  EncodedMix get(const TextMix& mix, TextRole role);
  TextShape shape() { return networks_.text_shape(encode("")); }  // of every text

 private:
  double cosine_of(const TextMix& pair, TextRole role, const EncodedMix& encoded);
  Array encode(const std::string& text);
  Array encode_chunks(const std::string& text);
  Array encode_negative(const std::string& text);

  Networks& networks_;
  std::span<const Tokenizer> tokenizers_;
  PromptReading reading_;
  size_t chunks_ = 1;  // of every text
  bool zeroes_empty_negative_ = false;
  std::list<std::pair<std::string, Array>> entries_;
  std::unordered_map<std::string, std::list<std::pair<std::string, Array>>::iterator> places_;
  std::map<std::tuple<std::string, std::string, TextRole>, double> cosines_;  // of two texts
};

}  // namespace spectradiff
