// Deforum's camera, as options here.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spectradiff/base/json.h"

namespace spectradiff {

// What a setting of Deforum or a series of Parseq says of all frames, in their units, by Deforum's names
// without
// "_schedule": sources of signals.
struct ImportedFields {
  std::map<std::string, std::string> sources;
  double width = 512, height = 512;  // pixels
  double fps = 15;
  bool flips = false;  // whether perspective_flip_… count

  bool has(const std::string& field) const { return sources.contains(field); }
  // Whether it is this number all the time, or absent.
  bool is(const std::string& field, const std::string& number) const;
  // Something to calculate with: its number, or a signal that is put among the options; `otherwise` where it
  // is absent.
  std::string word(Json& options, const std::string& field, const std::string& otherwise) const;
};

// Its name, which begins with import_.
std::string put_signal(Json& options, const std::string& name, const std::string& source);

// Zoom, turn, pan, centre, yaw, pitch and flips. In space a flat picture is moved. What is left out or
// differs is added to `notes`.
void put_imported_camera(const ImportedFields& fields, bool in_space, Json& options,
                         std::vector<std::string>& notes);

}  // namespace spectradiff
