// A model that may run code here: the only thing that networks can be loaded from.
#pragma once

#include <memory>
#include <string>

#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/model_file.h"

namespace spectradiff {

// What the user allows beside what is trusted.
struct Admission {
  bool allow_unpinned = false;  // a model on no trust list
};

// Copies share the files, which stay open as long as any lives. Immutable, shared freely between threads.
class AdmittedModel {
 public:
  const Manifest& manifest() const;
  // As trust_of: empty where it is on no list and only this admission allows it.
  const std::string& trust() const;
  // By its name in the folder: a network's, or one of compiled code. Error{model} for any other.
  const ModelFile& file(const std::string& name) const;

 private:
  friend AdmittedModel admit_model(const Manifest& manifest, const Admission& admission);
  struct Contents;
  explicit AdmittedModel(std::shared_ptr<const Contents> contents) : contents_(std::move(contents)) {}

  std::shared_ptr<const Contents> contents_;
};

// Reads the manifest's folder again: its model.json must be the one that `manifest` was read from, every file
// what it says (verify_files), and the model on a trust list or allowed. Error{model} saying which of these
// is not so, before anything of it is loaded. What ModelFile promises holds from here on; tokenizers compare
// their files' hashes when they read them.
AdmittedModel admit_model(const Manifest& manifest, const Admission& admission = {});

}  // namespace spectradiff
