// The models of one call of the program: checked once, and kept loaded while job after job wants the same.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "spectradiff/diffusion/engine.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/networks.h"
#include "spectradiff/diffusion/upscaler.h"

namespace spectradiff {

class ModelStore {
 public:
  // Of a model by name, folder or hash (find_model); read once. Errors of find_model and read_manifest.
  std::shared_ptr<const Manifest> manifest(const std::string& model);

  // Hashes, then trust: Error{model} before any of the model's code is loaded.
  void admit(const Manifest& manifest, bool allow_unpinned);

  // Of what was admitted. Valid until another model, or the same one on another device, is asked for: one is
  // in memory at a time.
  Networks& networks(const Manifest& manifest, const EngineRequest& request);
  // The same of bundles of other families, one of which each stays beside the networks.
  Interpolator& interpolator(const Manifest& manifest, const EngineRequest& request);
  Upscaler& upscaler(const Manifest& manifest, const EngineRequest& request);
  int loads() const { return loads_; }  // so far
  // What networks() has to say and has not said yet.
  std::vector<std::string> take_notes();

  // What networks() gave last, in float32: in memory beside it and as long. Null where it is that already.
  Networks* precise_networks(const Manifest& manifest, EngineRequest request);

 private:
  const AdmittedModel& admitted(const Manifest& manifest) const;

  std::map<std::string, std::shared_ptr<const Manifest>> manifests_;  // by what they were asked for as
  std::map<std::string, AdmittedModel> admitted_;                     // by folder
  std::string loaded_;                                                // what networks_ are
  std::unique_ptr<Networks> networks_, precise_networks_;
  template <typename Network>
  struct Kept {
    std::string loaded;  // what it is
    std::unique_ptr<Network> network;
  };
  template <typename Network, typename Load>
  Network& kept(Kept<Network>& there, const Manifest& manifest, const EngineRequest& request, Load load);

  Kept<Interpolator> interpolator_;
  Kept<Upscaler> upscaler_;
  int loads_ = 0;
};

}  // namespace spectradiff
