// A made-up bundle on disk, whose networks are small zip archives that look like TorchScript.
#pragma once

#include <cstdlib>
#include <functional>
#include <optional>
#include <string>

#include "clip_vocabulary.h"
#include "spectradiff/base/sha256.h"
#include "zip.h"

namespace spectradiff {

inline Json network_facts(const std::string& file, const std::string& bytes) {
  return {{"file", file},
          {"format", "torchscript"},
          {"sha256", sha256_hex(bytes)},
          {"bytes", bytes.size()},
          {"dtype", "float32"}};
}

// A whole bundle in its own folder. `change` edits the manifest before it is written.
class TestBundle {
 public:
  explicit TestBundle(const std::function<void(Json&)>& change = {}) {
    write_clip_vocabulary(folder_, 100);
    const std::string network = make_zip(torchscript_entries());
    Json networks = Json::object();
    for (const char* name : {"text_encoder", "vae_encoder", "denoiser", "vae_decoder"}) {
      const std::string file = std::string(name) + ".pt";
      folder_.write(file, network);
      networks[name] = network_facts(file, network);
    }
    const auto file_facts = [&](const char* file) -> Json {
      return {{"file", file}, {"sha256", sha256_file(folder_.path() / file)}};
    };
    facts = {
        {"schema", 1},
        {"name", "made-up"},
        {"family", "sd1"},
        {"title", "Made up"},
        {"licence", "CC0"},
        {"notes", "Never trained."},
        {"source", "nowhere"},
        {"exporter", {{"torch", "2.13.0"}}},
        {"networks", networks},
        {"tokenizer",
         {{"files", {{"vocab", file_facts("vocab.json")}, {"merges", file_facts("merges.txt")}}},
          {"max_length", 77},
          {"bos_token_id", 612},
          {"eos_token_id", 613},
          {"pad_token_id", 613},
          {"unk_token_id", 613},
          {"added_tokens",
           Json::array(
               {{{"content", "<|endoftext|>"}, {"id", 613}, {"special", true}, {"normalized", true}}})}}},
        {"latent",
         {{"channels", 4}, {"downscale", 8}, {"scaling_factor", 0.18215}, {"posterior", "gaussian"}}},
        {"scheduler",
         {{"class", "PNDMScheduler"},
          {"beta_start", 0.00085},
          {"beta_end", 0.012},
          {"beta_schedule", "scaled_linear"},
          {"steps_offset", 1},
          {"clip_sample", false}}},
        {"verified",
         {{"sizes", Json::array({{256, 256}, {200, 136}})}, {"batches", {1, 2}}, {"dtypes", {"float32"}}}},
        {"loras", Json::array()},
        {"look", {{"steps", 20}}}};
    if (change) change(facts);
    folder_.write("model.json", facts.dump(2));
  }

  const std::filesystem::path& path() const { return folder_.path(); }
  const TestFolder& folder() const { return folder_; }

  Json facts;

 private:
  TestFolder folder_;
};

// An environment variable for the length of a test.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Environment() {
    if (old_) {
      setenv(name_, old_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

}  // namespace spectradiff
