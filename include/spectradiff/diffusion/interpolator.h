// A network that makes pictures between two others, and the bundle that holds it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "spectradiff/diffusion/engine.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

// A bundle of the family "interpolation". Its network, "interpolator", takes two pictures
// [1][3][height][width] in 0..1 and a time [1][1], 0 at the first picture to 1 at the second, and gives a
// picture like them: what traces of FILM and RIFE do.
struct InterpolationBundle {
  Manifest manifest;     // without tokenizer, latent, scheduler and look
  int pad_multiple = 1;  // the network takes sides that are multiples of it; pictures are padded
};

// Whether the model.json there is of that family. Error{model} where there is none.
bool is_interpolation_bundle(const std::filesystem::path& folder);

// Reads and validates model.json as read_manifest does. Error{model} for a bundle of another family.
InterpolationBundle read_interpolation_bundle(const std::filesystem::path& folder);

// Not thread-safe.
class Interpolator {
 public:
  virtual ~Interpolator() = default;
  // parts - 1 pictures evenly spaced between two of one size. Error{model} for NaN and infinity.
  virtual std::vector<Canvas> between(const Canvas& from, const Canvas& to, int parts) = 0;
};

// As load_networks, of files that were verified and are trusted. A dtype that the bundle was not verified in
// is the diffusion's alone: the network then runs in its best.
std::unique_ptr<Interpolator> load_interpolator(const InterpolationBundle& bundle,
                                                const EngineRequest& request);

}  // namespace spectradiff
