#include "spectradiff/config/import_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "imported_camera.h"
#include "imported_prompts.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/timeline/deforum_schedule.h"

namespace spectradiff {
namespace {

constexpr const char* kRendered = "rendered_frames";

class Import {
 public:
  explicit Import(std::string name) : name_(std::move(name)) {}

  Layer read(const Json& values) {
    if (!values.is_object()) refuse("", "the settings must be one JSON object");
    if (values.contains(kRendered)) {
      parseq(values);
    } else {
      deforum(values);
    }
    put_journey();
    numbers();
    Layer layer = make_layer(std::move(out_), "import " + name_, LayerKind::preset);
    if (!idle_.empty()) {
      notes_.push_back(fmt::format("import {}: without meaning here: {}", name_,
                                   join(std::vector<std::string>(idle_.begin(), idle_.end()), ", ")));
    }
    layer.notes = std::move(notes_);
    return layer;
  }

 private:
  [[noreturn]] void refuse(const std::string& key, const std::string& why) const {
    throw_error(ErrorKind::usage, "import = {}: {}{}", name_, key.empty() ? "" : key + " = ", why);
  }
  void note(const std::string& text) { notes_.push_back(fmt::format("import {}: {}", name_, text)); }

  // ---- Deforum

  void deforum(const Json& values) {
    const bool known = std::any_of(values.items().begin(), values.items().end(), [](const auto& item) {
      return item.key() == "animation_mode" || item.key() == "strength_schedule" || item.key() == "zoom";
    });
    if (!known)
      refuse("",
             "it is neither Deforum's settings nor a manifest that Parseq rendered (\"rendered_frames\")");
    JsonReader reader(values, "import = " + name_, ErrorKind::usage);
    const auto number = [&](const char* key, double otherwise) {
      return reader.has(key) && values[key].is_number() ? values[key].get<double>() : otherwise;
    };
    fields_.width = number("W", 512);
    fields_.height = number("H", 512);
    if (!(fields_.width >= 1) || !(fields_.height >= 1)) refuse("W and H", "must be above 0");
    take_fps("fps", number("fps", 15) > 0 ? number("fps", 15) : 15);
    scope_ = {rate(), std::max(number("seed", 0), 0.0), number("max_frames", 120) - 1};
    mode_ =
        values.value("animation_mode", Json("2D")).is_string() ? values.value("animation_mode", "2D") : "2D";
    for (const auto& [key, value] : values.items()) take(key, value);
    if (const Json manifest = values.value("parseq_manifest", Json()); manifest.is_string()) {
      const auto text = manifest.get<std::string>();
      if (trimmed(text).starts_with('{')) {
        parseq(parse_json(text, name_ + ": parseq_manifest"));
      } else if (!trimmed(text).empty()) {
        note("parseq_manifest names an address, of which nothing is fetched; download it and import it");
      }
    }
    if (mode_ != "2D" && mode_ != "3D")
      note(fmt::format("animation_mode = {}: only the camera of 2D and 3D is known here", mode_));
    prompts(values);
  }

  void take(const std::string& key, const Json& value) {
    using Take = std::function<void(Import&, const std::string&, const Json&)>;
    static const Take kSchedule = [](Import& to, const std::string& field, const Json& text) {
      to.schedule(field, text);
    };
    // Read elsewhere, or what is said by others.
    static const Take kElsewhere = [](Import&, const std::string&, const Json&) {};
    static const std::map<std::string, Take> kKeys = {
        {"W", kElsewhere},
        {"H",
         [](Import& to, const std::string&, const Json&) {
           to.out_["size"] =
               fmt::format("{:.0f}x{:.0f}", std::floor(to.fields_.width), std::floor(to.fields_.height));
         }},
        {"fps",
         [](Import& to, const std::string&, const Json& number) {
           if (number.is_number()) to.out_["fps"] = format_real(to.fields_.fps);
         }},
        {"max_frames", kElsewhere},
        {"animation_mode", kElsewhere},
        {"prompts", kElsewhere},
        {"animation_prompts", kElsewhere},
        {"positive_prompts", kElsewhere},
        {"animation_prompts_positive", kElsewhere},
        {"negative_prompts", kElsewhere},
        {"animation_prompts_negative", kElsewhere},
        {"parseq_manifest", kElsewhere},
        {"parseq_use_deltas",
         [](Import& to, const std::string&, const Json& deltas) {
           to.deltas_ = !deltas.is_boolean() || deltas.get<bool>();
         }},
        {"seed",
         [](Import& to, const std::string&, const Json& seed) {
           if (seed.is_number_integer() && seed.get<int64_t>() >= 0)
             to.out_["seed"] = seed.get<int64_t>() & 0xFFFFFFFF;
         }},
        {"seed_behavior", &Import::seed_behaviour},
        {"seed_iter_N",
         [](Import& to, const std::string& name, const Json& count) {
           if (count != 1)
             to.note(fmt::format("{} = {}: seeds grow by one a frame here", name, count.dump()));
         }},
        {"steps",
         [](Import& to, const std::string&, const Json& steps) {
           if (steps.is_number_integer()) to.out_["steps"] = steps;
         }},
        {"sampler", &Import::sampler},
        {"border",
         [](Import& to, const std::string&, const Json& border) {
           if (to.mode_ != "3D" && (border == "replicate" || border == "wrap")) to.out_["border"] = border;
         }},
        {"padding_mode",
         [](Import& to, const std::string& name, const Json& mode) {
           if (to.mode_ != "3D") return;
           if (mode == "zeros") to.note(name + " = zeros: the border is drawn out");
           to.out_["border"] = mode == "reflection" ? "reflect" : "replicate";
         }},
        {"color_coherence",
         [](Import& to, const std::string&, const Json& whose) {
           to.out_["colour_match"] = whose == "None" || whose.is_null() ? "none" : "song";
         }},
        {"diffusion_cadence",
         [](Import& to, const std::string& name, const Json& cadence) {
           const auto every =
               parse_integer(cadence.is_string() ? cadence.get<std::string>() : cadence.dump());
           if (!every || *every < 1) to.refuse(name, cadence.dump() + " is no number of frames");
           to.out_["diffuse_every"] = *every;
           if (*every > 1)
             to.note(fmt::format("{} = {}: the camera moves what lies between, nothing is blended", name,
                                 *every));
         }},
        {"enable_perspective_flip",
         [](Import& to, const std::string&, const Json& flips) { to.fields_.flips = flips == true; }},
        {"use_init",
         [](Import& to, const std::string& name, const Json& uses) {
           if (uses == true)
             to.note(name + ": the first picture is made from noise; --no-text-to-image takes the painting");
         }},
        {"hybrid_motion", &Import::left_out},
        {"hybrid_composite", &Import::left_out},
        {"optical_flow_cadence", &Import::left_out},
        {"use_mask", &Import::left_out},
        {"use_looper", &Import::left_out},
        {"cn_1_enabled", &Import::left_out},
        {"color_force_grayscale", &Import::left_out},
        {"enable_subseed_scheduling", &Import::left_out},
        {"enable_steps_scheduling", &Import::left_out},
        {"enable_sampler_scheduling", &Import::left_out},
        {"enable_checkpoint_scheduling", &Import::left_out},
        {"zoom", kSchedule},
        {"angle", kSchedule},
        {"translation_x", kSchedule},
        {"translation_y", kSchedule},
        {"translation_z", kSchedule},
        {"transform_center_x", kSchedule},
        {"transform_center_y", kSchedule},
        {"rotation_3d_x", kSchedule},
        {"rotation_3d_y", kSchedule},
        {"rotation_3d_z", kSchedule},
        {"fov_schedule", kSchedule},
        {"perspective_flip_theta", kSchedule},
        {"perspective_flip_phi", kSchedule},
        {"perspective_flip_gamma", kSchedule},
        {"perspective_flip_fv", kSchedule},
        {"noise_schedule", kSchedule},
        {"strength_schedule", kSchedule},
        {"contrast_schedule", kSchedule},
        {"cfg_scale_schedule", kSchedule},
        {"scale",  // as files say it that have no schedule of it
         [](Import& to, const std::string&, const Json& scale) {
           if (scale.is_number()) to.out_["guidance"] = scale;
         }},
        {"amount_schedule", kSchedule},
        {"seed_schedule",
         [](Import& to, const std::string& field, const Json& text) {
           to.seeds_text_ = text.is_string() ? text.get<std::string>() : text.dump();
           to.seeds_key_ = field;
         }},
    };
    const auto found = kKeys.find(key);
    if (found == kKeys.end()) {
      idle_.insert(key);
      return;
    }
    found->second(*this, key, value);
  }

  void left_out(const std::string& key, const Json& value) {
    if (value == false || value == "None" || value.is_null()) return;
    note(
        fmt::format("{} = {} is left out", key, value.is_string() ? value.get<std::string>() : value.dump()));
  }

  void seed_behaviour(const std::string& key, const Json& value) {
    if (value == "fixed") {
      out_["seed_mode"] = "fixed";
    } else if (value == "iter") {
      out_["seed_mode"] = "increment";
    } else if (value == "random") {
      out_["seed_mode"] = "random";
    } else if (value == "schedule") {
      out_["seed_mode"] = "fixed";
      scheduled_seeds_ = true;
    } else {
      left_out(key, value);
    }
  }

  void sampler(const std::string& key, const Json& value) {
    static const std::map<std::string, std::string> kSamplers = {{"Euler a", "euler_ancestral"},
                                                                 {"euler_ancestral", "euler_ancestral"},
                                                                 {"Euler", "euler"},
                                                                 {"euler", "euler"},
                                                                 {"Heun", "heun"},
                                                                 {"heun", "heun"},
                                                                 {"DDIM", "ddim"},
                                                                 {"ddim", "ddim"},
                                                                 {"plms", "pndm"},
                                                                 {"PLMS", "pndm"},
                                                                 {"DPM++ 2M", "dpmpp_2m"},
                                                                 {"dpmpp_2m", "dpmpp_2m"},
                                                                 {"DPM++ 2M Karras", "dpmpp_2m_karras"},
                                                                 {"UniPC", "unipc"},
                                                                 {"LCM", "lcm"}};
    const auto found = value.is_string() ? kSamplers.find(value.get<std::string>()) : kSamplers.end();
    if (found == kSamplers.end()) {
      note(fmt::format("{} = {} is not known; the model's own is used", key, value.dump()));
    } else {
      out_["scheduler"] = found->second;
    }
  }

  void schedule(const std::string& key, const Json& value) {
    static const std::string kEnd = "_schedule";
    std::string field = key;
    if (field.ends_with(kEnd)) field.resize(field.size() - kEnd.size());
    if (value.is_number()) {
      fields_.sources[field] = format_real(value.get<double>());
      return;
    }
    if (!value.is_string()) refuse(key, value.dump() + " is no schedule");
    const auto text = value.get<std::string>();
    if (trimmed(text).empty()) return;
    try {
      fields_.sources[field] = signal_of_schedule(text, scope_);
    } catch (const Error& error) {
      refuse(key, error.what());
    }
  }

  void prompts(const Json& values) {
    const auto text = [&](const char* key, const char* older) {
      for (const char* name : {key, older}) {
        if (const Json found = values.value(name, Json()); found.is_string()) return found.get<std::string>();
      }
      return std::string();
    };
    const std::string positive = text("positive_prompts", "animation_prompts_positive");
    const std::string negative = text("negative_prompts", "animation_prompts_negative");
    for (const char* key : {"prompts", "animation_prompts"}) {
      const Json list = values.value(key, Json());
      if (!list.is_object()) continue;
      std::map<double, std::string> by_frame;
      for (const auto& [frame, prompt] : list.items()) {
        if (!prompt.is_string()) refuse(key, frame + " is no text");
        by_frame[frame_of(key, frame)] = prompt.get<std::string>();
      }
      add_prompts(by_frame, positive, negative);
      return;
    }
    if (!negative.empty()) out_["negative_prompt"] = negative;
  }

  double frame_of(const std::string& key, const std::string& text) const {
    try {
      return schedule_frame(text, scope_);
    } catch (const Error& error) {
      refuse(key, error.what());
    }
  }

  void add_prompts(const std::map<double, std::string>& by_frame, const std::string& positive,
                   const std::string& negative) {
    Json keys = imported_prompts(by_frame, fields_.fps, positive, negative);
    if (!keys.empty()) out_["prompts"] = std::move(keys);
    out_["prompt_weighting"] = "a1111";
  }

  // ---- Parseq

  void parseq(const Json& values) {
    const Json& frames = values.at(kRendered);
    if (!frames.is_array() || frames.empty()) refuse(kRendered, "there is no frame in it");
    const Json options = values.value("options", Json::object());
    if (const Json fps = options.value("output_fps", Json()); fps.is_number() && fps.get<double>() > 0) {
      take_fps("output_fps", fps.get<double>());
      out_["fps"] = format_real(fields_.fps);
      scope_.fps = rate();
    }
    std::map<double, std::string> texts;
    std::map<std::string, std::vector<std::pair<double, double>>> series;
    double last = -1;
    for (const Json& frame : frames) {
      if (!frame.is_object() || !frame.value("frame", Json()).is_number())
        refuse(kRendered, "an entry has no number \"frame\"");
      const double at = frame["frame"].get<double>();
      if (at <= last) refuse(kRendered, fmt::format("frame {} does not come after frame {}", at, last));
      last = at;
      for (const auto& [key, value] : frame.items()) {
        if (value.is_number() && key != "frame") series[key].emplace_back(at, value.get<double>());
      }
      if (const Json text = frame.value("deforum_prompt", Json()); text.is_string()) {
        const auto all = text.get<std::string>();
        const std::string chosen = strongest_prompt(all);
        blended_ |= chosen != all;
        if (texts.empty() || texts.rbegin()->second != chosen) texts[at] = chosen;
      }
    }
    scope_.last_frame = last;
    take_series(series);
    for (const auto& [key, value] : values.items()) {
      if (key != kRendered && key != "options" && key != "prompts") idle_.insert(key);
    }
    if (blended_) note("deforum_prompt: of prompts that are blended the strongest is taken");
    if (!texts.empty()) add_prompts(texts, "", "");
  }

  void take_series(const std::map<std::string, std::vector<std::pair<double, double>>>& series) {
    static const std::map<std::string, std::string> kFields = {{"zoom", "zoom"},
                                                               {"angle", "angle"},
                                                               {"translation_x", "translation_x"},
                                                               {"translation_y", "translation_y"},
                                                               {"translation_z", "translation_z"},
                                                               {"rotation_3d_x", "rotation_3d_x"},
                                                               {"rotation_3d_y", "rotation_3d_y"},
                                                               {"rotation_3d_z", "rotation_3d_z"},
                                                               {"transform_center_x", "transform_center_x"},
                                                               {"transform_center_y", "transform_center_y"},
                                                               {"fov", "fov"},
                                                               {"noise", "noise"},
                                                               {"strength", "strength"},
                                                               {"contrast", "contrast"},
                                                               {"scale", "cfg_scale"},
                                                               {"antiblur_amount", "amount"},
                                                               {"seed", "seed"}};
    const std::set<std::string> kMotion = {"zoom",          "angle",         "translation_x",
                                           "translation_y", "translation_z", "rotation_3d_x",
                                           "rotation_3d_y", "rotation_3d_z"};
    constexpr std::string_view kDelta = "_delta";
    for (const auto& [key, values] : series) {
      const std::string plain = key.ends_with(kDelta) ? key.substr(0, key.size() - kDelta.size()) : key;
      const auto field = kFields.find(plain);
      if (field == kFields.end()) {
        idle_.insert(key);
        continue;
      }
      // Motion is what is added in a frame; all else is as it stands.
      const bool moves = kMotion.contains(plain) && deltas_ && series.contains(plain + std::string(kDelta));
      if ((key != plain) != moves) continue;
      if (plain == "seed") {
        seeds_ = signal_of_keys(values, rate());
        first_seed_ =
            std::floor(std::min_element(values.begin(), values.end(), [](const auto& a, const auto& b) {
                         return a.second < b.second;
                       })->second);
        continue;
      }
      fields_.sources[field->second] = signal_of_keys(values, rate());
    }
    if (fields_.has("rotation_3d_z") || fields_.has("translation_z")) {
      const bool flat = fields_.is("angle", "0") && fields_.is("zoom", "1");
      const bool deep = !fields_.is("translation_z", "0") || !fields_.is("rotation_3d_x", "0") ||
                        !fields_.is("rotation_3d_y", "0") || !fields_.is("rotation_3d_z", "0");
      if (flat && deep) mode_ = "3D";
    }
  }

  // ---- Both

  void take_fps(const std::string& key, double fps) {
    if (fps < 0.001 || fps > 1000) refuse(key, format_real(fps) + " is outside 0.001..1000");
    fields_.fps = fps;
  }

  Rational rate() const {
    for (const auto& [shown, exact] :
         {std::pair{23.976, Rational(24000, 1001)}, {29.97, Rational(30000, 1001)}}) {
      if (std::abs(fields_.fps - shown) < 1e-9) return exact;
    }
    return Rational(std::llround(fields_.fps * 1000), 1000);
  }

  std::string word(const std::string& field, const std::string& otherwise) {
    return fields_.word(out_, field, otherwise);
  }

  void set(const char* option, const std::string& expression) { out_[option] = expression; }

  // Deforum makes each picture from the one before and knows no painting.
  void put_journey() {
    out_["chain"] = "song";
    out_["text_to_image"] = true;
    out_["paint_over"] = 0;
    out_["camera_pace"] = "frame";
    out_["seed_travel"] = 0;
    if (!out_.contains("border")) out_["border"] = "replicate";
    std::vector<std::string> said;
    put_imported_camera(fields_, mode_ == "3D", out_, said);
    for (const std::string& text : said) note(text);
  }

  void numbers() {
    if (fields_.has("strength")) set("chain_strength", fmt::format("1 - {}", word("strength", "0.65")));
    // 0.5 g + 0.5 of white noise g, n of it: a deviation of n/2.
    if (fields_.has("noise")) set("chain_noise", fmt::format("0.5*{}", word("noise", "0")));
    if (fields_.has("amount")) set("sharpen", fmt::format("0 + {}", word("amount", "0")));
    if (fields_.has("cfg_scale")) set("guidance", fmt::format("0 + {}", word("cfg_scale", "7")));
    if (!fields_.is("contrast", "1"))
      note("contrast_schedule is left out: --colour-match keeps the contrast");
    if (scheduled_seeds_ && !seeds_text_.empty()) {
      try {
        seeds_ = signal_of_schedule(seeds_text_, scope_);
      } catch (const Error& error) {
        refuse(seeds_key_, error.what());
      }
      first_seed_ = scope_.seed;
    }
    if (!seeds_) return;
    out_["seed_mode"] = "fixed";
    const bool random = first_seed_ < 0;
    if (random) {
      note("a seed of -1 is another one in each frame there, and the same here");
      return;
    }
    constexpr double kSeeds = 4294967296;
    out_["seed"] = static_cast<int64_t>(std::fmod(std::floor(first_seed_), kSeeds));
    out_["seed_travel"] =
        fmt::format("{} - {}", put_signal(out_, "seed", *seeds_), format_real(std::floor(first_seed_)));
  }

  const std::string name_;
  Json out_ = Json::object();
  std::vector<std::string> notes_;
  std::set<std::string> idle_;
  ImportedFields fields_;
  ScheduleScope scope_{Rational(15)};
  std::string mode_ = "2D";
  bool deltas_ = true;
  bool blended_ = false;
  bool scheduled_seeds_ = false;
  std::string seeds_text_, seeds_key_;
  std::optional<std::string> seeds_;
  double first_seed_ = 0;
};

}  // namespace

Layer parse_import(std::string_view text, const std::string& name) {
  return Import(name).read(parse_json(text, "import = " + name));
}

Layer read_import(const std::filesystem::path& file) {
  constexpr uint64_t kMostBytes = uint64_t{1} << 28;
  check_there("import", file);
  return parse_import(read_file(file, kMostBytes, ErrorKind::usage), file.string());
}

}  // namespace spectradiff
