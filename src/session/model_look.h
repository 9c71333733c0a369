// The look that a model brings: options over the program's defaults, and prompts for songs without one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spectradiff/config/settings.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/features/features.h"
#include "spectradiff/features/mood.h"
#include "spectradiff/timeline/scenes.h"

namespace spectradiff {

// Which of a look's settings are taken; those of the diffusion always are, its prompts never.
struct LookParts {
  bool painting = true;  // how it paints, but for size and signals
  bool journey = true;   // how its pictures follow from one another
};

// The option keys of the look.
Layer look_layer(const Manifest& manifest, const LookParts& taken);

// Whether the look holds "prompts": objects of "prompt", "energy" and "brightness", the mood it suits.
// Error{model} for anything else under that name.
bool brings_prompts(const Manifest& manifest);

// One of the few prompts that are nearest to the mood; which of them, the seed says. Needs brings_prompts.
std::string suiting_prompt(const Manifest& manifest, const Mood& mood, int64_t seed);

// A scene for every label of the song: its first one as suiting_prompt's, each of the others with the prompt
// that is nearest to the song's mood with that label's energy and that no label before has. Needs
// brings_prompts.
std::vector<Scene> own_scenes(const Manifest& manifest, const Features& features, const Mood& mood,
                              int64_t seed);

}  // namespace spectradiff
