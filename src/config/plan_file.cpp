#include "spectradiff/config/plan_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "plan_json.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/config/frame_keys.h"
#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {
namespace {

constexpr int kPlanVersion = 1;
constexpr int kMostChannels = 64;  // of any model's latents

Json recipe_to_json(const Plan& plan, const Recipe& row) {
  Json entry = Json::object();
  if (plan.constants.diffusion) entry["chain"] = row.chain;
  add_painting(entry, plan, row);
  add_way(entry, row);
  if (!plan.constants.diffusion) return entry;
  add_diffusion(entry, plan, row);
  entry["init"] = init_to_json(row.init);
  return entry;
}

}  // namespace

std::string plan_digest(const Plan& plan) {
  Sha256 digest;
  digest.update(json_text(constants_to_json(plan.constants)));
  for (const FrameKey& key : shown_keys(plan)) digest.update(key);
  return digest.hex();
}

void write_plan(const Plan& plan, const Json& request, const TextSink& sink) {
  const Constants& constants = plan.constants;
  Json first = {{"plan", kPlanVersion},
                {"frames", plan.shown.size()},
                {"made", plan.rows.size()},
                {"song_frames", constants.song.frames},
                {"sound_samples", plan.sound_samples()},
                {"fps", constants.analysis.fps.text()},
                {"constants", constants_to_json(constants)},
                {"digest", plan_digest(plan)},
                {"request", request}};
  if (!plan.trails.empty()) first["trails"] = plan.trails;
  sink(json_text(first) + "\n");
  for (const PaintedFrame& carried : plan.carried) {
    Json line = {{"carried", carried.frame}};
    for (size_t i = 0; i < carried.painting.size(); ++i) line[plan.painting[i].key] = carried.painting[i];
    sink(json_text(line) + "\n");
  }
  auto row = plan.rows.begin();
  auto shown = plan.shown.begin();
  while (row != plan.rows.end() || shown != plan.shown.end()) {
    const bool is_made = row != plan.rows.end() && (shown == plan.shown.end() || row->frame <= shown->frame);
    const int64_t frame = is_made ? row->frame : shown->frame;
    const bool is_shown = shown != plan.shown.end() && shown->frame == frame;
    SampleRange samples = frame_sample_range(frame, constants.song.sample_rate_hz, constants.analysis.fps);
    samples.end = std::min(samples.end, constants.song.samples);
    Json line = {{"frame", frame},
                 {"t", static_cast<double>(samples.begin) / constants.song.sample_rate_hz},
                 {"samples", {samples.begin, samples.end}}};
    if (!is_shown) line["shown"] = false;
    if (is_made) {
      line.update(recipe_to_json(plan, *row++));
    } else {
      line["between"] = {std::prev(row)->frame, row->frame};
    }
    if (is_shown) ++shown;
    sink(json_text(line) + "\n");
  }
  for (const Recipe& anchor : plan.anchors) {
    Json line = recipe_to_json(plan, anchor);
    line["anchor"] = anchor.frame;
    sink(json_text(line) + "\n");
  }
}

namespace {

// A line of a plan, whose faults are told by line and frame.
class RowReader {
 public:
  RowReader(const PlanFile& file, size_t row) : line_(file.rows[row]) {
    where_ = fmt::format("{}, line {}", file.name, row + 2);
    reader_.emplace(line_, where_, ErrorKind::usage);
    if (is_carried()) {
      frame_ = reader_->integer("carried");
      return;
    }
    frame_ = reader_->integer(is_anchor() ? "anchor" : "frame");
    where_ += fmt::format(" (frame {})", frame_);
    reader_.emplace(line_, where_, ErrorKind::usage);
    reader_->integer(is_anchor() ? "anchor" : "frame");
    if (!is_anchor()) reader_->any("t");
  }

  int64_t frame() const { return frame_; }
  bool is_carried() const { return reader_->has("carried"); }
  bool is_anchor() const { return reader_->has("anchor") && !reader_->has("frame"); }
  bool is_between() const { return reader_->has("between"); }
  bool is_shown() { return reader_->boolean_or("shown", true); }

  void check_samples(const SampleRange& expected) {
    const Json& samples = reader_->any("samples");
    if (samples != Json{expected.begin, expected.end}) {
      fail("samples = {} belong to another frame: frame {} is [{},{}]", samples.dump(), frame_,
           expected.begin, expected.end);
    }
  }

  void read_between() {
    reader_->any("between");
    reader_->refuse_unknown();
  }

  // Of a frame that is carried on.
  void read_painting(std::map<std::string, double>& painting) {
    read_numbers(painting);
    reader_->refuse_unknown();
  }

  // Puts its painting numbers under their keys; the plan's columns come from these later.
  void read_recipe(Recipe& row, std::map<std::string, double>& painting, Plan& plan) {
    row.frame = frame_;
    if (reader_->has("anchor") && !is_anchor()) row.anchor = reader_->integer("anchor");
    if (plan.constants.diffusion) read_conditioning(row, plan);
    read_numbers(painting);
    for (const Option& option : option_table()) {
      if (!option.number) continue;
      if (option.number->put_numbers != nullptr && plan.constants.diffusion && has_number(row, option))
        option.number->put_numbers(row.numbers, number(option));
    }
    if (reader_->has("view")) read_view(row);
    if (reader_->has("way")) read_way(row.way);
    row.chain = frame_;
    if (plan.constants.diffusion) read_diffusion(row, plan);
    reader_->refuse_unknown();
  }

 private:
  template <typename... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    throw_error(ErrorKind::usage, "{}: {}", where_, fmt::format(format, std::forward<Args>(args)...));
  }

  void read_numbers(std::map<std::string, double>& painting) {
    for (const Option& option : option_table()) {
      if (option.number && option.number->put_painting != nullptr && reader_->has(option.key))
        painting[option.key] = number(option);
    }
  }

  double number(const Option& option) {
    const double value = reader_->real(option.key);
    if (const std::string problem = check_number(option, value); !problem.empty())
      fail("{} = {} {}", option.key, json_text(line_[option.key]), problem);
    return value;
  }

  void read_diffusion(Recipe& row, Plan& plan) {
    row.chain = reader_->integer("chain");
    row.noise.clear();
    for (const Json& each : list("noise")) {
      JsonReader seed(each, where_ + ": noise", ErrorKind::usage);
      const int64_t value = seed.integer("seed");
      if (value < 0) fail("noise: seed = {} is below 0", value);
      row.noise.push_back({static_cast<uint64_t>(value), seed.real("weight")});
      seed.refuse_unknown();
    }
    if (reader_->has("world_noise")) read_world(row.world);
    if (reader_->has("turns")) read_turns(row);
    row.prompts.clear();
    for (const Json& each : list("prompts")) {
      JsonReader share(each, where_ + ": prompts", ErrorKind::usage);
      PromptPair pair{share.text("prompt"), share.text("negative_prompt")};
      row.prompts.push_back({prompt_number(plan, pair), share.real("weight")});
      share.refuse_unknown();
    }
    const std::string blend = reader_->text("blend");
    if (blend != "lerp" && blend != "slerp") fail("blend = {} is neither lerp nor slerp", blend);
    row.along_arc = blend == "slerp";
    read_init(row.init);
  }

  PictureRegion region(const std::string& text) const {
    const auto& names = picture_region_names();
    const auto name = std::find(names.begin(), names.end(), text);
    if (name == names.end()) fail("region = {} is none of {}", text, fmt::join(names, ", "));
    return static_cast<PictureRegion>(name - names.begin());
  }

  void read_turns(Recipe& row) {
    for (const Json& each : list("turns")) {
      JsonReader turn(each, where_ + ": turns", ErrorKind::usage);
      row.turns.push_back({region(turn.text("region")), turn.real("angle")});
      turn.refuse_unknown();
    }
  }

  void read_conditioning(Recipe& row, Plan& plan) {
    for (const Json& each : list_if_there("arcs")) {
      JsonReader arc(each, where_ + ": arcs", ErrorKind::usage);
      PromptPair pair{arc.text("prompt"), ""};
      row.arcs.push_back({prompt_number(plan, pair), arc.real("weight"), arc.real("along")});
      arc.refuse_unknown();
    }
    for (const Json& each : list_if_there("regions")) {
      JsonReader told(each, where_ + ": regions", ErrorKind::usage);
      PromptPair pair{told.text("prompt"), ""};
      const PictureRegion place = region(told.text("region"));
      row.regions.push_back({place, prompt_number(plan, pair), told.real("amount")});
      told.refuse_unknown();
    }
    for (const Json& each : list_if_there("sound")) {
      JsonReader part(each, where_ + ": sound", ErrorKind::usage);
      const auto& names = sound_feature_names();
      const auto name = std::find(names.begin(), names.end(), part.text("feature"));
      if (name == names.end()) fail("sound: feature is none of {}", fmt::join(names, ", "));
      const Json& samples = part.any("samples");
      const bool is_range = samples.is_array() && samples.size() == 2 && samples[0].is_number_integer() &&
                            samples[1].is_number_integer();
      if (!is_range) fail("sound: samples = {} is no range", json_text(samples));
      row.sound.push_back({static_cast<SoundFeature>(name - names.begin()),
                           {samples[0].get<int64_t>(), samples[1].get<int64_t>()},
                           part.boolean_or("in_song", false),
                           part.real("weight"),
                           part.boolean_or("still", false)});
      part.refuse_unknown();
    }
    for (const Json& each : list_if_there("bend")) {
      JsonReader bend(each, where_ + ": bend", ErrorKind::usage);
      const std::string name = bend.text("name");
      const BendKind* kind = find_bend_kind(name);
      if (kind == nullptr) fail("bend: there is no operation {}", name);
      LatentBend read{kind->kind, {}};
      const Json& numbers = bend.any("numbers");
      for (const Json& number : numbers) {
        if (!number.is_number()) fail("bend: numbers = {} are no numbers", json_text(numbers));
        read.arguments.push_back(number.get<double>());
      }
      check_bend(read, kMostChannels);
      row.bends.push_back(std::move(read));
      bend.refuse_unknown();
    }
  }

  void read_init(Init& init) {
    const Json& value = reader_->any("init");
    if (value == "painted") return;
    if (value == "noise") {
      init.from_noise = true;
      return;
    }
    if (!value.is_object())
      fail("init = {} is neither \"painted\" nor \"noise\" nor an object", json_text(value));
    JsonReader moved(value, where_ + ": init", ErrorKind::usage);
    init.previous = moved.integer("previous");
    init.camera = {moved.real_or("zoom", 1),  moved.real_or("turn", 0),       moved.real_or("pan_x", 0),
                   moved.real_or("pan_y", 0), moved.real_or("centre_x", 0.5), moved.real_or("centre_y", 0.5)};
    init.paint_over = moved.real_or("paint_over", init.paint_over);
    init.sharpen = moved.real_or("sharpen", init.sharpen);
    init.noise = moved.real_or("noise", init.noise);
    if (moved.has("colours_of")) init.colours_of = moved.integer("colours_of");
    if (moved.has("border")) init.border = border(moved.text("border"));
    if (moved.has("depth")) init.depth = depth(moved.text("depth"));
    for (const SpaceNumber& number : space_numbers())
      init.camera.*number.place = moved.real_or(number.key, init.camera.*number.place);
    moved.refuse_unknown();
  }

  Border border(const std::string& text) const {
    const auto& names = border_names();
    const auto name = std::find(names.begin(), names.end(), text);
    if (name == names.end()) fail("border = {} is none of {}", text, fmt::join(names, ", "));
    return static_cast<Border>(name - names.begin());
  }

  Depth depth(const std::string& text) const {
    const auto& names = depth_names();
    const auto name = std::find(names.begin(), names.end(), text);
    if (name == names.end()) fail("depth = {} is none of {}", text, fmt::join(names, ", "));
    return static_cast<Depth>(name - names.begin());
  }

  void read_view(Recipe& row) {
    JsonReader view(reader_->any("view"), where_ + ": view", ErrorKind::usage);
    row.view = {view.real("zoom"), view.real("turn"), view.real("x"), view.real("y")};
    row.border = border(view.text("border"));
    view.refuse_unknown();
  }

  void read_world(WorldNoise& noise) {
    JsonReader world(reader_->any("world_noise"), where_ + ": world_noise", ErrorKind::usage);
    const int64_t seed = world.integer("seed");
    if (seed < 0) fail("world_noise: seed = {} is below 0", seed);
    noise = {static_cast<uint64_t>(seed),
             {world.integer("octave"), world.real("zoom"), world.real("turn"), world.integer("x"),
              world.integer("y")},
             world.real("share")};
    world.refuse_unknown();
  }

  void read_way(KnownWay& way) {
    JsonReader known(reader_->any("way"), where_ + ": way", ErrorKind::usage);
    way = {known.real("zoom"), known.real("turn"), known.real("x"), known.real("y")};
    known.refuse_unknown();
  }

  const Json& list(const std::string& key) {
    const Json& value = reader_->any(key);
    if (!value.is_array() || value.empty()) fail("{} must be a list of at least one", key);
    return value;
  }

  const Json& list_if_there(const std::string& key) {
    static const Json none = Json::array();
    return reader_->has(key) ? list(key) : none;
  }

  int prompt_number(Plan& plan, PromptPair& pair) {
    const auto found = std::find(plan.prompts.begin(), plan.prompts.end(), pair);
    const auto number = static_cast<int>(found - plan.prompts.begin());
    if (found == plan.prompts.end()) plan.prompts.push_back(std::move(pair));
    return number;
  }

  const Json& line_;
  std::string where_;
  std::optional<JsonReader> reader_;
  int64_t frame_ = 0;
};

// The painters' columns: every number that a row names; rows that do not name it have the constants' value.
void set_painting(Plan& plan, const std::vector<std::map<std::string, double>>& painting,
                  const std::vector<std::map<std::string, double>>& carried,
                  const std::vector<std::map<std::string, double>>& anchors) {
  std::map<std::string, double> settled;
  for (const auto* frames : {&painting, &carried, &anchors}) {
    for (const auto& row : *frames) {
      for (const auto& [key, value] : row) settled.emplace(key, 0);
    }
  }
  plan.painting.clear();
  for (auto& [key, value] : settled) {
    const Option& option = *find_option(key);
    value = option.get({job_of(plan.constants), {}}).get<double>();
    plan.painting.push_back({key, option.number->put_painting});
  }
  const auto column = [](const auto& named, const std::string& key, double otherwise) {
    const auto found = named.find(key);
    return found != named.end() ? found->second : otherwise;
  };
  for (const auto& [key, value] : settled) {
    for (size_t i = 0; i < plan.rows.size(); ++i)
      plan.rows[i].painting.push_back(column(painting[i], key, value));
    for (size_t i = 0; i < plan.anchors.size(); ++i)
      plan.anchors[i].painting.push_back(column(anchors[i], key, value));
    for (size_t i = 0; i < plan.carried.size(); ++i)
      plan.carried[i].painting.push_back(column(carried[i], key, value));
  }
}

std::vector<int64_t> frames_of(const Json& list, const std::string& where) {
  std::vector<int64_t> frames;
  if (list.is_null()) return frames;
  if (!list.is_array()) throw_error(ErrorKind::usage, "{} must be a list of frames", where);
  for (const Json& frame : list) {
    if (!frame.is_number_integer())
      throw_error(ErrorKind::usage, "{}: {} is no frame", where, json_text(frame));
    frames.push_back(frame.get<int64_t>());
  }
  return frames;
}

std::vector<Json> json_lines(std::string_view text, const std::string& name) {
  std::vector<Json> lines;
  for (size_t begin = 0, number = 1; begin < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    lines.push_back(parse_json(line, fmt::format("{}, line {}", name, number)));
  }
  return lines;
}

}  // namespace

PlanFile read_plan(const std::filesystem::path& file) {
  constexpr uint64_t kMostBytes = uint64_t{1} << 30;
  check_there("plan", file);
  return parse_plan(read_file(file, kMostBytes, ErrorKind::usage), file.string());
}

PlanFile parse_plan(std::string_view text, std::string name) {
  PlanFile plan;
  plan.name = std::move(name);
  plan.rows = json_lines(text, plan.name);
  const bool is_plan = plan.rows.size() > 1 && plan.rows.front().is_object() &&
                       plan.rows.front().value("plan", Json()) == kPlanVersion &&
                       plan.rows.front().contains("constants");
  if (!is_plan) {
    throw_error(ErrorKind::usage,
                "plan = {} is no plan of this program: its first line holds \"plan\": {} and \"constants\", "
                "and a line per frame follows; `spectradiff render SONG --dry-run` prints one",
                plan.name, kPlanVersion);
  }
  Json& first = plan.rows.front();
  plan.constants = std::move(first["constants"]);
  plan.request = first.value("request", Json());
  plan.trails = first.value("trails", Json());
  if (const Json digest = first.value("digest", Json()); digest.is_string()) plan.digest = digest;
  plan.rows.erase(plan.rows.begin());
  JsonReader constants(plan.constants, plan.name + ": constants", ErrorKind::usage);
  Json settings = constants.any("settings");
  Json video = constants.any("video");
  if (!settings.is_object() || !video.is_object())
    throw_error(ErrorKind::usage, "{}: settings and video must be objects", plan.name);
  video.erase("container");
  settings.update(video);
  settings["diffusion"] = plan.constants.contains("diffusion");
  name_networks(plan.constants, settings);
  plan.settings = make_layer(std::move(settings), plan.name, LayerKind::plan);
  return plan;
}

void take_rows(const PlanFile& file, Plan& plan) {
  const Constants& constants = plan.constants;
  plan.rows.clear();
  plan.shown.clear();
  plan.prompts.clear();
  plan.trails = frames_of(file.trails, file.name + ": trails");
  plan.carried.clear();
  plan.anchors.clear();
  std::vector<std::map<std::string, double>> painting, carried, anchors;
  for (size_t i = 0; i < file.rows.size(); ++i) {
    RowReader line(file, i);
    if (line.is_carried()) {
      plan.carried.push_back({line.frame(), {}});
      line.read_painting(carried.emplace_back());
      continue;
    }
    if (line.is_anchor()) {
      line.read_recipe(plan.anchors.emplace_back(), anchors.emplace_back(), plan);
      continue;
    }
    SampleRange samples =
        frame_sample_range(line.frame(), constants.song.sample_rate_hz, constants.analysis.fps);
    samples.end = std::min(samples.end, constants.song.samples);
    line.check_samples(samples);
    if (line.is_shown()) plan.shown.push_back({line.frame(), samples});
    if (line.is_between()) {
      line.read_between();
    } else {
      line.read_recipe(plan.rows.emplace_back(), painting.emplace_back(), plan);
    }
  }
  set_painting(plan, painting, carried, anchors);
  check_rows(plan);
}

}  // namespace spectradiff
