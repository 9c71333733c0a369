// What a session is asked for: a song and settings.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/config/settings.h"
#include "spectradiff/render/render_observer.h"

namespace spectradiff {

enum class Task {
  render,
  paint,   // the pictures that render would start from; needs no model
  analyze  // what is heard, and no pictures
};

struct SessionRequest {
  Task task = Task::render;
  std::string song;           // a sound or video file; "-" is stdin
  std::vector<Layer> layers;  // settings by their keys, "output" among them; later ones win
};

// What the request comes to, by key, with every default and the model's look; with_origin as {"value",
// "origin"}. A prompt that the song is to choose is left out. Errors as Session::open.
Json resolved_settings(const SessionRequest& request, bool with_origin, RenderObserver& observer);

// Settings that are told directly, and below these what the user's file says, the presets that they name and
// the video whose settings they ask for. Error{usage} and Error{input} for files that cannot be read.
std::vector<Layer> with_files(std::vector<Layer> told);

}  // namespace spectradiff
