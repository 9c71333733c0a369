#include "spectradiff/session/model_store.h"

#include <fmt/format.h>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr const char* kMostPrecise = "float32";

std::string identity(const Manifest& manifest, const EngineRequest& request) {
  return fmt::format("{} {} {} {} {} {}", request.device, request.dtype, request.threads, request.coherent,
                     manifest.sha256, manifest.folder.string());
}

}  // namespace

std::shared_ptr<const Manifest> ModelStore::manifest(const std::string& model) {
  std::shared_ptr<const Manifest>& known = manifests_[model];
  if (known == nullptr)
    known = std::make_shared<const Manifest>(read_manifest(find_model(model, model_search_path())));
  return known;
}

void ModelStore::admit(const Manifest& manifest, bool allow_unpinned) {
  const std::string folder = manifest.folder.string();
  if (const auto found = admitted_.find(folder); found != admitted_.end() &&
                                                 found->second.manifest().sha256 == manifest.sha256 &&
                                                 (allow_unpinned || !found->second.trust().empty()))
    return;
  admitted_.insert_or_assign(folder, admit_model(manifest, {.allow_unpinned = allow_unpinned}));
}

const AdmittedModel& ModelStore::admitted(const Manifest& manifest) const {
  return admitted_.at(manifest.folder.string());
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
    networks_ = load_networks(admitted(manifest), request);
    loaded_ = wanted;
    ++loads_;
  }
  return *networks_;
}

std::vector<std::string> ModelStore::take_notes() {
  return networks_ != nullptr ? networks_->take_notes() : std::vector<std::string>();
}

Networks* ModelStore::precise_networks(const Manifest& manifest, EngineRequest request) {
  if (precise_networks_ == nullptr && networks_->facts().dtype != kMostPrecise) {
    request.dtype = kMostPrecise;
    precise_networks_ = load_networks(admitted(manifest), request);
  }
  return precise_networks_.get();
}

template <typename Network, typename Load>
Network& ModelStore::kept(Kept<Network>& there, const Manifest& manifest, const EngineRequest& request,
                          Load load) {
  const std::string wanted = identity(manifest, request);
  if (there.network == nullptr || there.loaded != wanted) there = {wanted, load(admitted(manifest), request)};
  return *there.network;
}

Interpolator& ModelStore::interpolator(const Manifest& manifest, const EngineRequest& request) {
  return kept(interpolator_, manifest, request, load_interpolator);
}

Upscaler& ModelStore::upscaler(const Manifest& manifest, const EngineRequest& request) {
  return kept(upscaler_, manifest, request, load_upscaler);
}

}  // namespace spectradiff
