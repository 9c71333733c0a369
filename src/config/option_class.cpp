#include "spectradiff/config/option_class.h"

#include <fmt/format.h>

#include "spectradiff/config/options.h"
#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {
namespace {

// Of what others made a model is taken by its hash: that names no place here.
bool names_no_place(const Json& value) {
  return !value.is_string() || value == "" ||
         value.get_ref<const std::string&>().starts_with(kModelHashPrefix);
}

// Why not everybody may say it.
const char* reason_of(OptionClass option) {
  switch (option) {
    case OptionClass::picture:
    case OptionClass::video:
      return "it decides how a video is made, not what its pictures look like";
    case OptionClass::input:
      return "it names what is read on this computer";
    case OptionClass::machine:
      return "it is about this computer and how it reports";
    case OptionClass::run:
      return "it belongs to one call of the program";
    case OptionClass::trust:
      return "it decides what may run code on this computer";
  }
  return "";
}

std::string where_it_may_stand(const Option& option) {
  const std::string typed = option.flag() + ", " + option.environment();
  if (option.typed_only) return option.flag() + " or " + option.environment();
  if (option.option_class == OptionClass::trust) return typed + " or your own settings file";
  if (option.option_class == OptionClass::run) return typed + " or a --config file";
  return typed + ", a --config file or a preset";
}

}  // namespace

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

std::string layer_problem(const Option& option, const Json& value, LayerKind layer) {
  const bool typed = layer == LayerKind::flag || layer == LayerKind::environment;
  const bool brings_input = may_stand(OptionClass::input, layer);
  bool allowed = may_stand(option.option_class, layer) && (typed || !option.typed_only);
  const bool names_no_model = option.path == PathKind::model && value == "";
  if ((option.names_path(value) || names_no_model) && !brings_input) {
    const bool by_content = option.option_class != OptionClass::input;
    const bool is_its_own = layer == LayerKind::look && option.key == "model";  // a look belongs to one
    const bool by_hash = option.path == PathKind::model && !is_its_own;
    allowed = (by_content || by_hash) && names_no_place(value);
  }
  if (allowed) return "";
  return fmt::format("cannot stand in {}: {}; use {}", name_of(layer), reason_of(option.option_class),
                     where_it_may_stand(option));
}

Json allowed_in(LayerKind layer, Json values) {
  for (const Option& option : option_table()) {
    const auto value = values.find(option.key);
    if (value != values.end() && !layer_problem(option, *value, layer).empty()) values.erase(value);
  }
  return values;
}

}  // namespace spectradiff
