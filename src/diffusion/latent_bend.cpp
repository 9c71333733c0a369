#include "spectradiff/diffusion/latent_bend.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr std::array kBends = {
    BendKind{"add", LatentBend::Kind::add, 0, 1, "add X"},
    BendKind{"gain", LatentBend::Kind::gain, 1, 2, "gain CHANNEL G"},
    BendKind{"rotate", LatentBend::Kind::rotate, 2, 3, "rotate CHANNEL CHANNEL RADIANS"},
    BendKind{"low", LatentBend::Kind::low, 0, 1, "low G"},
    BendKind{"high", LatentBend::Kind::high, 0, 1, "high G"},
    BendKind{"roll", LatentBend::Kind::roll, 0, 2, "roll X Y"},
    BendKind{"noise", LatentBend::Kind::noise, 0, 1, "noise S"},
    BendKind{"quantise", LatentBend::Kind::quantise, 0, 1, "quantise STEPS"},
};

}  // namespace

std::span<const BendKind> bend_kinds() {
  return kBends;
}

const BendKind& kind_of(const LatentBend& bend) {
  return *std::find_if(kBends.begin(), kBends.end(),
                       [&](const BendKind& kind) { return kind.kind == bend.kind; });
}

const BendKind* find_bend_kind(std::string_view name) {
  const auto found =
      std::find_if(kBends.begin(), kBends.end(), [&](const BendKind& kind) { return name == kind.name; });
  return found == kBends.end() ? nullptr : &*found;
}

bool is_neutral(const LatentBend& bend) {
  const auto& numbers = bend.arguments;
  switch (bend.kind) {
    case LatentBend::Kind::add:
    case LatentBend::Kind::noise:
    case LatentBend::Kind::quantise:
      return numbers[0] == 0;
    case LatentBend::Kind::low:
    case LatentBend::Kind::high:
      return numbers[0] == 1;
    case LatentBend::Kind::gain:
      return numbers[1] == 1;
    case LatentBend::Kind::rotate:
      return numbers[2] == 0;
    case LatentBend::Kind::roll:
      return std::round(numbers[0]) == 0 && std::round(numbers[1]) == 0;
  }
  return false;
}

void check_bend(const LatentBend& bend, int channels) {
  const BendKind& kind = kind_of(bend);
  if (bend.arguments.size() != kind.arguments)
    throw_error(ErrorKind::usage, "bend: {} takes {} numbers and has {}: {}", kind.name, kind.arguments,
                bend.arguments.size(), kind.usage);
  for (const double number : bend.arguments)
    if (!std::isfinite(number))
      throw_error(ErrorKind::usage, "bend: {} is told {}, which is no number", kind.name, number);
  for (size_t i = 0; i < kind.channels; ++i) {
    const double channel = bend.arguments[i];
    if (channel != std::floor(channel) || channel < 0 || channel >= channels)
      throw_error(ErrorKind::usage, "bend: {} of channel {}: the model's latents have the channels 0 to {}",
                  kind.name, channel, channels - 1);
  }
  if (kind.channels == 2 && bend.arguments[0] == bend.arguments[1])
    throw_error(ErrorKind::usage, "bend: {} turns two channels, and {} is named twice", kind.name,
                bend.arguments[0]);
}

}  // namespace spectradiff
