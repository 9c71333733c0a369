#include "spectradiff/config/option_class.h"

namespace spectradiff {

bool may_stand(OptionClass option, LayerKind layer) {
  using enum LayerKind;
  const bool typed = layer == environment || layer == flag;
  switch (option) {
    case OptionClass::picture:
      return true;
    case OptionClass::video:
      return layer != look;
    case OptionClass::input:
    case OptionClass::machine:
      return layer != look && layer != video && layer != plan;
    case OptionClass::run:
      return typed || layer == config || layer == job_list;
    case OptionClass::trust:
      return typed || layer == user_file;
  }
  return false;
}

std::string name_of(LayerKind layer) {
  switch (layer) {
    case LayerKind::look:
      return "a model's look";
    case LayerKind::user_file:
      return "your settings file";
    case LayerKind::preset:
      return "a preset";
    case LayerKind::video:
      return "the settings of a video";
    case LayerKind::plan:
      return "a plan";
    case LayerKind::config:
      return "a --config file";
    case LayerKind::job_list:
      return "a list of jobs";
    case LayerKind::environment:
      return "the environment";
    case LayerKind::flag:
      break;
  }
  return "a flag";
}

bool is_of_this_call(LayerKind layer) {
  return may_stand(OptionClass::run, layer);
}

}  // namespace spectradiff
