#include "spectradiff/config/frame_keys.h"

#include <algorithm>
#include <array>
#include <map>

#include "plan_json.h"
#include "spectradiff/base/sha256.h"

namespace spectradiff {
namespace {

// Raised by whoever changes what the same recipe's picture looks like: frames made before are then others.
constexpr int kPictureRevision = 2;

// What every painting's pixels come from.
Json painting_material(const Constants& constants) {
  std::map<std::string, std::string> files = constants.files;
  for (const char* key : {"analysis_audio", "control_image", "control_video", "depth", "reference"})
    files.erase(key);
  std::erase_if(files, [](const auto& file) { return only_makes_rows(file.first); });
  SongFacts heard = constants.song;
  if (const auto stem = constants.files.find("analysis_audio"); stem != constants.files.end())
    heard.sha256 = stem->second;
  return {{"revision", kPictureRevision},
          {"song", song_to_json(heard)},
          {"files", files},
          {"settings", options_of(job_of(constants), OptionClass::picture, kPaint)}};
}

// What diffused pixels come from beside.
Json diffusion_material(const Constants& constants) {
  Json material = diffusion_to_json(*constants.diffusion);
  material.erase("model");  // a name; the hash says which
  for (const char* key : {"scheduler", "steps", "strength_mode", "eta", "prompt_weighting", "long_prompts"})
    material[key] = find_option(key)->get({job_of(constants), {}});
  for (const char* key : {"control_image", "control_video", "depth", "reference"}) {
    if (const auto file = constants.files.find(key); file != constants.files.end())
      material[key] = file->second;
  }
  if (constants.diffusion->control_map != ControlMap::none)
    material["control_map"] = find_option("control_map")->get({job_of(constants), {}});
  return material;
}

// What the trails come from that lead to frames, which are asked for in ascending order: the numbers of all
// paintings since they began.
class TrailKeys {
 public:
  explicit TrailKeys(const Plan& plan) : plan_(plan) {}

  std::string key_to(int64_t frame) {
    if (const int64_t begin = trail_begin(plan_, frame); begin >= next_) {
      next_ = begin;
      key_ = sha256_hex(std::to_string(begin));
    }
    for (; next_ <= frame; ++next_) {
      const std::vector<double>* const numbers = painting_of(plan_, next_);
      if (numbers != nullptr) key_ = sha256_hex(key_ + json_text(Json(*numbers)));
    }
    return key_;
  }

 private:
  const Plan& plan_;
  int64_t next_ = 0;
  std::string key_;
};

// What the music moved nowhere paints as if nothing had asked it to.
void add_moved(Json& entry, const Plan& plan, const Recipe& row, const std::vector<double>& settled) {
  for (size_t i = 0; i < row.painting.size(); ++i) {
    if (row.painting[i] != settled[i]) entry[plan.painting[i].key] = row.painting[i];
  }
}

// What anchors come from beside what all frames have in common, by frame.
std::map<int64_t, FrameKey> anchor_keys(const Plan& plan, const std::vector<double>& settled) {
  std::map<int64_t, FrameKey> keys;
  TrailKeys trails(plan);
  for (const Recipe& anchor : plan.anchors) {
    Json entry = {{"frame", anchor.frame}, {"init", init_to_json(anchor.init)}};
    add_moved(entry, plan, anchor, settled);
    add_view(entry, anchor);
    if (!plan.trails.empty()) entry["trail"] = trails.key_to(anchor.frame);
    add_diffusion(entry, plan, anchor);
    keys[anchor.frame] = sha256_hex(json_text(entry));
  }
  return keys;
}

}  // namespace

bool only_makes_rows(std::string_view file) {
  const std::string_view option = file.substr(0, file.find(':'));
  constexpr std::array<std::string_view, 7> kOfRows = {"beats", "prompts", "notes", "scenes",
                                                       "stem",  "midi",    "labels"};
  return std::find(kOfRows.begin(), kOfRows.end(), option) != kOfRows.end();
}

std::vector<FrameKey> frame_keys(const Plan& plan) {
  const Constants& constants = plan.constants;
  Json material = painting_material(constants);
  if (constants.diffusion) material["diffusion"] = diffusion_material(constants);
  const std::string common = sha256_hex(json_text(material));
  std::vector<double> settled;  // [plan.painting]
  for (const PaintingNumber& number : plan.painting)
    settled.push_back(find_option(number.key)->get({job_of(constants), {}}).get<double>());
  std::vector<FrameKey> keys;
  std::map<int64_t, FrameKey> latest;  // of each chain
  TrailKeys trails(plan);
  const std::map<int64_t, FrameKey> anchors = anchor_keys(plan, settled);
  for (const Recipe& row : plan.rows) {
    Json entry = {{"common", common}, {"frame", row.frame}};
    add_moved(entry, plan, row, settled);
    add_view(entry, row);
    if (!plan.trails.empty()) entry["trail"] = trails.key_to(row.frame);
    if (constants.diffusion) {
      add_diffusion(entry, plan, row);
      if (row.anchor) entry["anchor"] = anchors.at(*row.anchor);
      entry["slot"] = row.chain % constants.diffusion->slots;
      if (row.init.from_noise) entry["init"] = init_to_json(row.init);
      if (row.init.previous) {
        entry["init"] = init_to_json(row.init);
        entry["init"]["previous"] = latest[row.chain];
        if (const auto& giver = row.init.colours_of)
          entry["init"]["colours_of"] = keys[static_cast<size_t>(find_row(plan, *giver) - plan.rows.begin())];
      }
    }
    keys.push_back(sha256_hex(json_text(entry)));
    latest[row.chain] = keys.back();
  }
  return keys;
}

std::vector<FrameKey> shown_keys(const Plan& plan) {
  const Constants& constants = plan.constants;
  const RenderJob job = job_of(constants);
  const std::vector<FrameKey> made = frame_keys(plan);
  Json common = {{"interpolation_model_sha256", constants.interpolation_sha256}};
  if (!constants.upscale_sha256.empty()) common["upscale_sha256"] = constants.upscale_sha256;
  for (const char* key : {"output_size", "fit", "interpolate", "flash_limit"})
    common[key] = find_option(key)->get({job, {}});
  std::vector<FrameKey> keys;
  size_t row = 0;
  for (const ShownFrame& shown : plan.shown) {
    while (plan.rows[row].frame < shown.frame) ++row;
    Json entry = {{"common", common}, {"frame", shown.frame}, {"to", made[row]}};
    if (plan.rows[row].frame != shown.frame) {
      add_way(entry, plan.rows[row]);
      entry.update({{"from", made[row - 1]}, {"frames", {plan.rows[row - 1].frame, plan.rows[row].frame}}});
    }
    if (constants.video.flash_limit && !keys.empty()) entry["before"] = keys.back();
    keys.push_back(sha256_hex(json_text(entry)));
  }
  return keys;
}

}  // namespace spectradiff
