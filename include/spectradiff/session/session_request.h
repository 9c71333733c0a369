// What a session is asked for: a song and settings.
#pragma once

#include <string>
#include <vector>

#include "spectradiff/base/file_guard.h"
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

// Adds every file that the request reads and writes (a log, which the library does not write, is not among
// them). Session::open checks a guard of these alone.
void add_files(FileGuard& guard, const SessionRequest& request);

// What the request comes to, by key, with every default and the model's look; with_origin as {"value",
// "origin"}. A prompt that the song is to choose is left out. Errors as Session::open.
Json resolved_settings(const SessionRequest& request, bool with_origin, RenderObserver& observer);

}  // namespace spectradiff
