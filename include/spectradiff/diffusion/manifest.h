// A model bundle on disk: `model.json`, networks and tokenizer files; found, read and checked before any of
// it is loaded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

struct NetworkFile {
  std::string file;    // inside the bundle's folder, no path separators
  std::string format;  // "torchscript"
  std::string sha256;
  int64_t bytes = 0;
  std::string dtype;  // of the stored weights
  // "sample [batch, 4, height/8, width/8], timestep [batch]"; empty: not stated.
  std::string inputs, outputs;
};

struct CompiledNetwork {
  std::string file;  // a package of AOTInductor
  std::string sha256;
  int64_t bytes = 0;
  std::vector<std::vector<int64_t>> shapes;  // of its inputs: no others may be given to it
};

// The networks compiled for one machine and one shape of job, beside those that run everywhere.
struct CompiledCode {
  std::string torch;   // the version it was compiled by, which is the only one that may load it
  std::string device;  // "cpu"
  std::string dtype;
  std::vector<std::string> cpu_flags;  // as /proc/cpuinfo names what the code may use
  Size size;
  int batch_size = 1;
  bool guided = true;                               // as EngineRequest
  std::map<std::string, CompiledNetwork> networks;  // all that the bundle has
};

// A text that is one token wherever a prompt holds it; the switches are those of transformers' AddedToken.
struct AddedToken {
  std::string content;
  int32_t id = 0;
  bool special = false;
  bool lstrip = false, rstrip = false;  // takes the blanks before, after it along
  bool single_word = false;             // not inside another word
  bool normalized = false;              // looked for after composing, collapsing blanks and lower-casing
};

struct TokenizerFiles {
  std::string vocab, merges;  // file names inside the bundle's folder
  std::string vocab_sha256, merges_sha256;
  int max_length = 77;  // tokens, begin and end included
  int32_t bos_token_id = 0, eos_token_id = 0, pad_token_id = 0, unk_token_id = 0;
  std::vector<AddedToken> added_tokens;
};

// Of a self-attention layer of the denoiser.
struct BankLayer {
  int channels = 0;   // of its tokens
  int downscale = 8;  // pixels on a token's side
};

struct LatentFacts {
  int channels = 4;
  int downscale = 8;
  double scaling_factor = 0.18215;
  bool gaussian_posterior = true;  // false: the encoder's output is the latent
  bool force_upcast = false;       // the VAE overflows in float16: it runs in float32 then
};

struct Manifest {
  std::filesystem::path folder;
  std::string sha256;  // of model.json itself: what trust lists hold
  std::string name, family, title, licence, source;
  std::string notes;                            // how it was trained, what it cannot do
  std::map<std::string, std::string> exporter;  // tool → version
  // text_encoder, vae_encoder, denoiser, vae_decoder, and control where there is one.
  std::map<std::string, NetworkFile> networks;
  std::optional<CompiledCode> compiled;
  TokenizerFiles tokenizer;
  // Of sdxl, whose text encoder takes the ids of both in a row.
  std::optional<TokenizerFiles> second_tokenizer;
  // Of sdxl: the columns of the embedding that each text encoder fills. Empty: exported before that was
  // stated, by an exporter whose denoiser takes no more than one chunk of text.
  std::vector<int64_t> text_widths;
  bool zeroes_empty_negative = false;  // an empty negative prompt is zeros instead of its embedding
  LatentFacts latent;
  // The self-attention layers in which a frame can see another picture's tokens, as they run; empty: it
  // cannot.
  std::vector<BankLayer> attention_bank;
  // The guidance scale that the denoiser was distilled from: it gives in one call what guidance up to that
  // gives in two. 1: none.
  double distilled_guidance = 1;
  Json scheduler;  // the source's scheduler config, see make_sampler_table
  std::vector<Size> verified_sizes;
  std::vector<std::string> verified_dtypes;
  Json look;               // flat option keys, possibly empty
  Json loras;              // what was fused into the weights: [{"file", "sha256", "weight"}]
  std::string vae;         // the name of what replaced the source's own VAE; empty: nothing
  std::string controlnet;  // the name of the control network's source; empty: none
  // Of interpolation and upscaling: the network takes sides that are multiples of it; pictures are padded.
  int pad_multiple = 1;
  int scale = 1;  // of upscaling: how many times as long sides become, 2..8

  // The family is sd1, sd2, lcm or sdxl; or one of two that have neither tokenizer, latent, scheduler nor
  // look, and one network from pictures [1][3][height][width] in 0..1 to such pictures.
  bool diffuses() const { return !is_interpolation() && !is_upscaling(); }
  // "interpolator" takes two pictures and a time [1][1], 0 at the first to 1 at the second, and gives a
  // picture like them: what traces of FILM and RIFE do.
  bool is_interpolation() const { return family == "interpolation"; }
  // "upscaler" takes a picture in float32, whatever its weights are, and gives one `scale` times as large.
  bool is_upscaling() const { return family == "upscaling"; }
  // lcm: the denoiser is told the guidance scale, there is no negative prompt.
  bool embeds_guidance() const { return family == "lcm"; }
  // Whether this guidance scale is more than the denoiser gives of itself.
  bool guides(double guidance) const { return guidance > distilled_guidance; }
  // The denoiser is told the picture's size.
  bool embeds_size() const { return family == "sdxl"; }
  // The denoiser has a method for frames that see anchors.
  bool has_bank() const { return !attention_bank.empty(); }
  // The denoiser is told what a control network sees in a picture.
  bool takes_control() const { return networks.contains("control"); }
};

// Reads and validates model.json, and nothing else; keys it does not know are left alone. Error{model} naming
// the key or the network that is none of the family's, or listing what was found where model.json is missing.
// Of a bundle that diffuses; those of other families are refused.
Manifest read_manifest(const std::filesystem::path& folder);
// The same of a bundle of that family alone, and of any.
Manifest read_interpolation_manifest(const std::filesystem::path& folder);
Manifest read_upscaling_manifest(const std::filesystem::path& folder);
Manifest read_any_manifest(const std::filesystem::path& folder);

// Every file's size and SHA-256 against the manifest, that each network file is a sane archive (zip directory
// consistent, no absolute or ".." names, no bomb) and that vocabulary and merges are whole. Reads every byte,
// loads nothing. Error{model} naming the file.
void verify_files(const Manifest& manifest);

// Before a model.json's hash, where find_model is to look for that very bundle.
inline constexpr std::string_view kModelHashPrefix = "sha256:";

// A bundle by name through the search path, by folder (a text with '/' or an existing folder) or by hash.
// Error{model} naming `option`, which asked for it, and listing where it looked.
std::filesystem::path find_model(const std::string& name_or_folder,
                                 const std::vector<std::filesystem::path>& search_path,
                                 std::string_view option = "model");

// Folders of the bundles on the search path, by name within each place; of two with one name the first wins.
std::vector<std::filesystem::path> list_models(const std::vector<std::filesystem::path>& search_path);

// SPECTRADIFF_MODEL_PATH, the user's data folder, the install beside the program, the build tree.
std::vector<std::filesystem::path> model_search_path();

// Why the bundle may run code on this machine: "compiled in", "trusted by the user", or empty when on no
// list.
std::string trust_of(const Manifest& manifest);

// Adds the manifest's hash to the user's list, once. Error{output}.
void trust(const Manifest& manifest);

// Lines `<sha256 of model.json> <name>`: trusted-models in the user's data folder. Empty without a home.
std::filesystem::path user_trust_list();

}  // namespace spectradiff
