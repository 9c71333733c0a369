#include "plan_json.h"

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "conditioning_options.h"
#include "journey_options.h"
#include "spectradiff/base/error.h"
#include "spectradiff/config/anchor_plan.h"
#include "spectradiff/config/plan_file.h"
#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {
namespace {

// Options whose effect stands in the rows.
bool is_of_rows(const Option& option) {
  static const std::set<std::string_view> keys = {
      "start",  "duration",        "frames",      "signal",  "tempo",        "first_beat",    "beats_per_bar",
      "prompt", "negative_prompt", "end_prompt",  "prompts", "prompt_blend", "prompt_weight", "prompt_snap",
      "seed",   "seed_mode",       "seed_travel", "scenes",  "diffuse_on"};
  if (option.group == kConditioningGroup || option.group == kJourneyGroup) return true;
  return keys.contains(option.key) || (option.number && option.number->put_numbers != nullptr);
}

Json noise_to_json(const std::vector<WeightedSeed>& noise) {
  Json list = Json::array();
  for (const WeightedSeed& each : noise) list.push_back({{"seed", each.seed}, {"weight", each.weight}});
  return list;
}

Json shares_to_json(const Plan& plan, const Recipe& row) {
  Json list = Json::array();
  for (const PromptShare& share : row.prompts) {
    const PromptPair& pair = plan.prompts[static_cast<size_t>(share.prompt)];
    list.push_back({{"prompt", pair.prompt}, {"negative_prompt", pair.negative}, {"weight", share.weight}});
  }
  return list;
}

void add_numbers(Json& entry, const Recipe& row) {
  for (const Option& option : option_table()) {
    if (option.number && option.number->put_numbers != nullptr && has_number(row, option))
      entry[option.key] = option.number->get_numbers(row.numbers);
  }
}

// What no row without it says, so that it is known by what it was.
void add_conditioning(Json& entry, const Plan& plan, const Recipe& row) {
  for (const PromptArc& arc : row.arcs)
    entry["arcs"].push_back({{"prompt", plan.prompts[static_cast<size_t>(arc.prompt)].prompt},
                             {"weight", arc.weight},
                             {"along", arc.along}});
  for (const PromptRegion& each : row.regions)
    entry["regions"].push_back({{"region", picture_region_names()[static_cast<size_t>(each.region)]},
                                {"prompt", plan.prompts[static_cast<size_t>(each.prompt)].prompt},
                                {"amount", each.amount}});
  for (const SoundPart& part : row.sound)
    entry["sound"].push_back({{"feature", sound_feature_names()[static_cast<size_t>(part.feature)]},
                              {"samples", {part.samples.begin, part.samples.end}},
                              {"in_song", part.in_song},
                              {"still", part.still},
                              {"weight", part.weight}});
  for (const LatentBend& bend : row.bends)
    entry["bend"].push_back({{"name", kind_of(bend).name}, {"numbers", bend.arguments}});
}

}  // namespace

bool has_number(const Recipe& row, const Option& option) {
  if (option.key == kCoherenceKey) return row.anchor.has_value();
  return !row.sound.empty() || (option.key != "text_strength" && option.key != "rms_embedding");
}

const std::vector<std::string>& sound_feature_names() {
  static const std::vector<std::string> names = {"waveform", "fft", "melspectrogram", "mfcc"};
  return names;
}

const std::vector<std::string>& border_names() {
  static const std::vector<std::string> names = find_option("border")->choices;
  return names;
}

const std::vector<std::string>& depth_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made = find_option("depth")->choices;
    made.emplace_back("video");
    return made;
  }();
  return names;
}

const std::vector<SpaceNumber>& space_numbers() {
  static const std::vector<SpaceNumber> numbers = {
      {"forward", &CameraStep::forward},       {"yaw", &CameraStep::yaw_degrees},
      {"pitch", &CameraStep::pitch_degrees},   {"flip_x", &CameraStep::flip_x_degrees},
      {"flip_y", &CameraStep::flip_y_degrees}, {"flip_z", &CameraStep::flip_z_degrees},
      {"fov", &CameraStep::fov_degrees}};
  return numbers;
}

RenderJob job_of(const Constants& constants) {
  RenderJob job;
  job.analysis = constants.analysis;
  job.paint = constants.paint;
  job.diffusion.enabled = constants.diffusion.has_value();
  job.diffusion.every = constants.every;
  job.diffusion.interpolation = constants.interpolation;
  if (const auto& diffusion = constants.diffusion) {
    job.diffusion.scheduler = diffusion->scheduler;
    job.diffusion.steps = diffusion->steps;
    job.diffusion.strength_mode = diffusion->strength_mode;
    job.diffusion.eta = diffusion->eta;
    job.diffusion.reading = diffusion->reading;
    job.diffusion.control_map = diffusion->control_map;
  }
  const VideoConstants& video = constants.video;
  job.output = {video.size,           video.fit,          video.codec, video.crf,           video.flash_limit,
                video.encoder_preset, video.pixel_format, video.sound, video.sound_bitrate, video.max_bytes};
  return job;
}

Json options_of(const RenderJob& job, OptionClass option_class, unsigned commands) {
  Json values = Json::object();
  for (const Option& option : option_table()) {
    if (!option.of_job || option.option_class != option_class || (option.commands & commands) == 0) continue;
    if (is_of_rows(option)) continue;
    if (Json value = option.get({job, {}}); !value.is_null()) values[option.key] = std::move(value);
  }
  return values;
}

Json song_to_json(const SongFacts& song) {
  return {{"sha256", song.sha256},
          {"sample_rate_hz", song.sample_rate_hz},
          {"samples", song.samples},
          {"frames", song.frames}};
}

Json diffusion_to_json(const DiffusionConstants& diffusion) {
  Json values = {{"model", diffusion.model},
                 {"model_sha256", diffusion.model_sha256},
                 {"guided", diffusion.guided},
                 {"text_chunks", diffusion.text_chunks},
                 {"device_class", diffusion.device_class},
                 {"dtype", diffusion.dtype},
                 {"engine", diffusion.engine},
                 {"threads", diffusion.threads},
                 {"slots", diffusion.slots}};
  // What says nothing where it is not asked for, so that frames are known by what they were.
  if (diffusion.coherent) values["coherent"] = true;
  return values;
}

Json init_to_json(const Init& init) {
  if (init.from_noise) return "noise";
  if (!init.previous) return "painted";
  const CameraStep& camera = init.camera;
  Json moved = {{"previous", *init.previous},
                {"zoom", camera.zoom},
                {"turn", camera.turn_degrees},
                {"pan_x", camera.pan_x},
                {"pan_y", camera.pan_y},
                {"centre_x", camera.centre_x},
                {"centre_y", camera.centre_y},
                {"border", border_names()[static_cast<size_t>(init.border)]},
                {"paint_over", init.paint_over},
                {"sharpen", init.sharpen},
                {"noise", init.noise}};
  if (init.colours_of) moved["colours_of"] = *init.colours_of;
  if (init.depth != Depth::flat) moved["depth"] = depth_names()[static_cast<size_t>(init.depth)];
  if (camera.goes_through_space()) {
    for (const SpaceNumber& number : space_numbers()) moved[number.key] = camera.*number.place;
  }
  return moved;
}

void add_view(Json& entry, const Recipe& row) {
  if (const auto& view = row.view)
    entry["view"] = {{"zoom", view->zoom},
                     {"turn", view->turn_degrees},
                     {"x", view->x},
                     {"y", view->y},
                     {"border", border_names()[static_cast<size_t>(row.border)]}};
}

void add_way(Json& entry, const Recipe& row) {
  if (row.way != KnownWay{})
    entry["way"] = {
        {"zoom", row.way.zoom}, {"turn", row.way.turn_degrees}, {"x", row.way.x}, {"y", row.way.y}};
}

void add_painting(Json& entry, const Plan& plan, const Recipe& row) {
  for (size_t i = 0; i < row.painting.size(); ++i) entry[plan.painting[i].key] = row.painting[i];
  add_view(entry, row);
}

void add_diffusion(Json& entry, const Plan& plan, const Recipe& row) {
  add_numbers(entry, row);
  entry["noise"] = noise_to_json(row.noise);
  for (const NoiseTurn& turn : row.turns) {
    entry["turns"].push_back(
        {{"region", picture_region_names()[static_cast<size_t>(turn.region)]}, {"angle", turn.angle}});
  }
  entry["prompts"] = shares_to_json(plan, row);
  if (row.anchor) entry["anchor"] = *row.anchor;
  entry["blend"] = row.along_arc ? "slerp" : "lerp";
  if (const auto& [seed, view, share] = row.world; share > 0)
    entry["world_noise"] = {{"seed", seed},
                            {"share", share},
                            {"octave", view.octave},
                            {"zoom", view.zoom},
                            {"turn", view.turn_degrees},
                            {"x", view.x},
                            {"y", view.y}};
  add_conditioning(entry, plan, row);
}

// Numbered pictures and loops have no codec: what says how it works is not of their plan.
Json video_to_json(const VideoConstants& video, const RenderJob& job) {
  Json all = options_of(job, OptionClass::video, kPictures);
  if (!video.container.empty()) all["container"] = video.container;
  if (!video.codec.empty()) return all;
  Json shown = Json::object();
  for (const char* key : {"container", "output_size", "fit", "flash_limit", "max_bytes"}) {
    if (all.contains(key)) shown[key] = std::move(all[key]);
  }
  return shown;
}

Json constants_to_json(const Constants& constants) {
  const RenderJob job = job_of(constants);
  Json values = {{"song", song_to_json(constants.song)},
                 {"files", constants.files},
                 {"settings", options_of(job, OptionClass::picture, kPictures)},
                 {"video", video_to_json(constants.video, job)}};
  if (constants.diffusion) values["diffusion"] = diffusion_to_json(*constants.diffusion);
  if (!constants.interpolation_sha256.empty())
    values["interpolation_model_sha256"] = constants.interpolation_sha256;
  if (!constants.upscale_sha256.empty()) values["upscale_sha256"] = constants.upscale_sha256;
  return values;
}

void name_networks(const Json& constants, Json& settings) {
  for (const char* key : {"interpolation_model", "upscale"}) {
    if (const Json hash = constants.value(std::string(key) + "_sha256", Json()); hash.is_string())
      settings[key] = std::string(kModelHashPrefix) + hash.get<std::string>();
  }
}

std::optional<DiffusionConstants> diffusion_constants(const PlanFile& file, const RenderJob& job) {
  const auto found = file.constants.find("diffusion");
  if (found == file.constants.end()) return std::nullopt;
  JsonReader reader(*found, file.name + ": diffusion", ErrorKind::usage);
  DiffusionConstants constants;
  constants.model = reader.text("model");
  constants.model_sha256 = reader.text("model_sha256");
  constants.guided = reader.boolean("guided");
  constants.coherent = reader.boolean_or("coherent", false);
  constants.text_chunks = static_cast<int>(reader.integer("text_chunks"));
  constants.device_class = reader.text("device_class");
  constants.dtype = reader.text("dtype");
  constants.engine = reader.text("engine");
  constants.threads = static_cast<int>(reader.integer("threads"));
  constants.slots = static_cast<int>(reader.integer("slots"));
  if (constants.slots < 1)
    throw_error(ErrorKind::usage, "{}: slots = {} is below 1", reader.where(), constants.slots);
  reader.refuse_unknown();
  const DiffusionSettings& asked = job.diffusion;
  constants.scheduler = asked.scheduler;
  constants.steps = asked.steps;
  constants.strength_mode = asked.strength_mode;
  constants.eta = asked.eta;
  constants.reading = asked.reading;
  constants.control_map = asked.control_map;
  return constants;
}

}  // namespace spectradiff
