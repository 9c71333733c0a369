#include "spectradiff/diffusion/admitted_model.h"

#include "spectradiff/base/error.h"
#include "verified_files.h"

namespace spectradiff {

struct AdmittedModel::Contents {
  Manifest manifest;
  std::string trust;
  std::map<std::string, ModelFile> files;  // by name
};

const Manifest& AdmittedModel::manifest() const {
  return contents_->manifest;
}

const std::string& AdmittedModel::trust() const {
  return contents_->trust;
}

const ModelFile& AdmittedModel::file(const std::string& name) const {
  const auto found = contents_->files.find(name);
  if (found == contents_->files.end())
    throw_error(ErrorKind::model, "the model {} has no network file {}", manifest().name, name);
  return found->second;
}

AdmittedModel admit_model(const Manifest& given, const Admission& admission) {
  AdmittedModel::Contents contents{read_any_manifest(given.folder), {}, {}};
  const Manifest& manifest = contents.manifest;
  if (manifest.sha256 != given.sha256)
    throw_error(ErrorKind::model, "{} was changed after it was read; start again",
                (manifest.folder / "model.json").string());
  contents.files = open_verified(manifest);
  contents.trust = trust_of(manifest);
  if (contents.trust.empty() && !admission.allow_unpinned) {
    throw_error(ErrorKind::model,
                "the model {} in {} is on no trust list, and a model can execute code; if you trust where it "
                "came from, run `spectradiff model trust {}` "
                "once, or pass --allow-unpinned-model",
                manifest.name, manifest.folder.string(), manifest.folder.string());
  }
  return AdmittedModel(std::make_shared<const AdmittedModel::Contents>(std::move(contents)));
}

}  // namespace spectradiff
