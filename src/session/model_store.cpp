#include "spectradiff/session/model_store.h"

#include <fmt/format.h>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr const char* kMostPrecise = "float32";

std::string identity(const Manifest& manifest, const EngineRequest& request) {
  return fmt::format("{} {} {} {}", request.device, request.dtype, request.threads, manifest.folder.string());
}

}  // namespace

void ModelStore::admit(const Manifest& manifest, bool allow_unpinned) {
  if (verified_.insert(manifest.folder.string()).second) {
    try {
      verify_files(manifest);
    } catch (...) {
      verified_.erase(manifest.folder.string());
      throw;
    }
  }
  if (trust_of(manifest).empty() && !allow_unpinned) {
    throw_error(ErrorKind::model,
                "the model {} in {} is on no trust list, and a model can execute code; if you trust where it "
                "came from, run `spectradiff model trust {}` "
                "once, or pass --allow-unpinned-model",
                manifest.name, manifest.folder.string(), manifest.folder.string());
  }
}

Networks& ModelStore::networks(const Manifest& manifest, const EngineRequest& request) {
  std::string wanted = identity(manifest, request);
  // Only compiled code depends on what it is going to be given.
  if (manifest.compiled)
    wanted += fmt::format(" {}x{} {} {}", request.size.width, request.size.height, request.batch_size,
                          request.guided);
  if (networks_ == nullptr || loaded_ != wanted) {
    precise_networks_.reset();
    networks_.reset();
    networks_ = load_networks(manifest, request);
    loaded_ = wanted;
    ++loads_;
  }
  return *networks_;
}

std::vector<std::string> ModelStore::take_notes() {
  return networks_ != nullptr ? networks_->take_notes() : std::vector<std::string>();
}

Networks* ModelStore::precise_networks(const Manifest& manifest, EngineRequest request) {
  if (precise_networks_ == nullptr && networks_->dtype() != kMostPrecise) {
    request.dtype = kMostPrecise;
    precise_networks_ = load_networks(manifest, request);
  }
  return precise_networks_.get();
}

Interpolator& ModelStore::interpolator(const InterpolationBundle& bundle, const EngineRequest& request) {
  const std::string wanted = identity(bundle.manifest, request);
  if (interpolator_ == nullptr || loaded_interpolator_ != wanted) {
    interpolator_ = load_interpolator(bundle, request);
    loaded_interpolator_ = wanted;
  }
  return *interpolator_;
}

}  // namespace spectradiff
