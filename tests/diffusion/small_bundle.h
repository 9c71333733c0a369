// The smallest bundle that there can be around network files: a tokenizer of two tokens and a model.json.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "spectradiff/base/file.h"
#include "spectradiff/base/json.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/diffusion/admitted_model.h"

namespace spectradiff {

// Writes them beside text_encoder.pt, vae_encoder.pt, denoiser.pt and vae_decoder.pt, which lie in `folder`.
// `change` edits the manifest before it is written. The bundle is on no trust list.
inline Manifest write_small_bundle(const std::filesystem::path& folder,
                                   const std::function<void(Json&)>& change = {}) {
  write_file(folder / "vocab.json", std::string_view(R"({"<|startoftext|>": 0, "<|endoftext|>": 1})"), true);
  write_file(folder / "merges.txt", std::string_view("#version: 0.2\n"), true);
  const auto file_facts = [&](const std::string& file) -> Json {
    return {{"file", file}, {"sha256", sha256_file(folder / file)}};
  };
  Json networks = Json::object();
  for (const std::string name : {"text_encoder", "vae_encoder", "denoiser", "vae_decoder"}) {
    networks[name] = file_facts(name + ".pt");
    networks[name]["bytes"] = std::filesystem::file_size(folder / (name + ".pt"));
    networks[name].update({{"format", "torchscript"}, {"dtype", "float32"}});
  }
  const Json tokenizer = {
      {"files", {{"vocab", file_facts("vocab.json")}, {"merges", file_facts("merges.txt")}}},
      {"max_length", 77},
      {"bos_token_id", 0},
      {"eos_token_id", 1},
      {"pad_token_id", 1},
      {"unk_token_id", 1},
      {"added_tokens", Json::array()}};
  Json facts = {
      {"schema", 1},
      {"name", "small"},
      {"family", "sd1"},
      {"exporter", {{"torch", "9.9.9"}}},
      {"networks", networks},
      {"tokenizer", tokenizer},
      {"tokenizer_2", tokenizer},  // read in the family sdxl alone
      {"latent", {{"channels", 4}, {"downscale", 8}, {"scaling_factor", 0.18215}, {"posterior", "gaussian"}}},
      {"scheduler", {{"class", "DDIMScheduler"}, {"clip_sample", false}}},
      {"verified", {{"sizes", Json::array()}, {"dtypes", Json::array()}}}};
  if (change) change(facts);
  write_file(folder / "model.json", std::string_view(facts.dump(2)), true);
  return read_manifest(folder);
}

inline AdmittedModel admit_small_bundle(const std::filesystem::path& folder,
                                        const std::function<void(Json&)>& change = {}) {
  return admit_model(write_small_bundle(folder, change), {.allow_unpinned = true});
}

}  // namespace spectradiff
