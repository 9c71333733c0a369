// What an option is about, and which places may therefore set it.
#pragma once

#include <string>

namespace spectradiff {

enum class OptionClass {
  picture,  // decides what a frame looks like
  video,    // which frames are shown, and how pictures and sound are encoded and described
  input,    // a file or a model that is read
  machine,  // how this computer works and speaks: devices, memory, limits of what it reads, messages
  run,      // this call alone: what it writes, reads its settings from and does
  trust     // what may execute code here
};

// Where a setting stands, lowest first: a later one wins.
enum class LayerKind {
  look,         // a model's own, from its model.json
  user_file,    // config.json in the user's folder
  preset,       // a file of settings, by name or path
  video,        // the settings that an earlier video carries (--from)
  plan,         // a printed plan
  config,       // --config FILE
  job_list,     // a batch's defaults and its jobs
  environment,  // SPECTRADIFF_…
  flag
};

// The one rule of who may set what. A look and a video are made by others: they decide pictures and reach for
// nothing on this computer but networks, which they name by hash. Trust is the user's alone.
bool may_stand(OptionClass option, LayerKind layer);

// "a preset", as messages name it.
std::string name_of(LayerKind layer);

// Whether this call itself says so, not something that many calls read.
bool is_of_this_call(LayerKind layer);

}  // namespace spectradiff
