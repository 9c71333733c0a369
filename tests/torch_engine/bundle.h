// Bundles whose networks are a line of TorchScript.
#pragma once

#include <functional>
#include <string>

#include "small_bundle.h"
#include "temporary_folder.h"
#include "torch_headers.h"

namespace spectradiff {

// Networks that do as little as their signatures allow. replace() gives one another body before it is loaded.
class ScriptedBundle {
 public:
  explicit ScriptedBundle(bool with_weights = true) : with_weights_(with_weights) {
    replace("text_encoder", "def forward(self, ids):\n  return ids.unsqueeze(2).expand(-1, -1, 2) * 1.0\n");
    if (with_weights) {
      replace("text_encoder",
              "def forward(self, ids):\n  return ids.unsqueeze(2).expand(-1, -1, 2).type_as(self.weight)\n");
    }
    replace("vae_encoder",
            "def forward(self, image):\n  x = image[:, :, ::8, ::8]\n  return torch.cat([x, x[:, :1], x * 0, "
            "x[:, :1] * 0], 1)\n");
    replace("denoiser",
            "def forward(self, sample, timestep, text):\n  return sample + text.mean([1, 2])[:, None, None, "
            "None]\n");
    replace("vae_decoder",
            "def forward(self, latents):\n  return latents[:, :3].repeat_interleave(8, "
            "2).repeat_interleave(8, 3)\n");
  }

  void replace(const std::string& name, const std::string& forward) {
    torch::jit::Module module("m");
    if (with_weights_) module.register_parameter("weight", at::ones({1}), false);
    module.define(forward);
    module.save((folder_ / (name + ".pt")).string());
  }

  const std::filesystem::path& folder() const { return folder_.path(); }
  // As the files are now; `change` edits model.json.
  AdmittedModel admitted(const std::function<void(Json&)>& change = {}) const {
    return admit_small_bundle(folder_.path(), change);
  }

 private:
  bool with_weights_;
  TemporaryFolder folder_;
};

}  // namespace spectradiff
