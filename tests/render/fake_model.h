// A manifest for the arithmetic networks: the smallest tokenizer there can be, and a DDIM scheduler.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string>

#include "spectradiff/base/file.h"
#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {

// Lives as long as its tokenizer files are needed.
class FakeModel {
 public:
  FakeModel() {
    std::string pattern = (std::filesystem::temp_directory_path() / "spectradiff-fake-model-XXXXXX").string();
    manifest_.folder = mkdtemp(pattern.data());
    write_file(manifest_.folder / "vocab.json",
               std::string_view(R"({"<|startoftext|>": 0, "<|endoftext|>": 1})"), true);
    write_file(manifest_.folder / "merges.txt", std::string_view("#version: 0.2\n"), true);
    manifest_.tokenizer.vocab = "vocab.json";
    manifest_.tokenizer.merges = "merges.txt";
    manifest_.tokenizer.bos_token_id = 0;
    manifest_.tokenizer.eos_token_id = manifest_.tokenizer.pad_token_id = manifest_.tokenizer.unk_token_id =
        1;
    manifest_.scheduler = {{"class", "DDIMScheduler"}, {"clip_sample", false}};
  }
  ~FakeModel() { std::filesystem::remove_all(manifest_.folder); }
  FakeModel(const FakeModel&) = delete;
  FakeModel& operator=(const FakeModel&) = delete;

  const Manifest& manifest() const { return manifest_; }

 private:
  Manifest manifest_;
};

}  // namespace spectradiff
