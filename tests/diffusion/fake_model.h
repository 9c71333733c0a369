// A bundle on disk for the arithmetic networks: the smallest tokenizer there can be, and a DDIM scheduler.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "small_bundle.h"
#include "zip.h"

namespace spectradiff {

// Whole and admissible: the fake engine loads it, and whoever has fake networks needs its manifest alone.
class FakeModel {
 public:
  explicit FakeModel(const std::function<void(Json&)>& change = {}) {
    std::string pattern = (std::filesystem::temp_directory_path() / "spectradiff-fake-model-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    for (const std::string name : {"text_encoder", "vae_encoder", "denoiser", "vae_decoder"})
      write_file(folder_ / (name + ".pt"), std::string_view(make_zip(torchscript_entries())), true);
    manifest_ = write_small_bundle(folder_, change);
  }
  ~FakeModel() { std::filesystem::remove_all(folder_); }
  FakeModel(const FakeModel&) = delete;
  FakeModel& operator=(const FakeModel&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  const Manifest& manifest() const { return manifest_; }
  AdmittedModel admitted() const { return admit_model(manifest_, {.allow_unpinned = true}); }

 private:
  std::filesystem::path folder_;
  Manifest manifest_;
};

}  // namespace spectradiff
