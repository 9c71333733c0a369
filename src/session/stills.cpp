#include "spectradiff/session/stills.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <optional>

#include "passing_folder.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/session/output_target.h"
#include "spectradiff/session/session.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSoundEndings = {".wav",  ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac",
                                      ".aiff", ".aif",  ".au",  ".wma", ".w64", ".caf",  ".mp4", ".webm"};

// What a folder for pictures is hardly called: the endings of other pictures, and of videos.
constexpr std::array kOtherEndings = {".jpg",  ".jpeg", ".gif", ".webp", ".apng", ".tif",
                                      ".tiff", ".bmp",  ".mp4", ".mov",  ".mkv",  ".webm"};

template <size_t N>
bool ends_in(const fs::path& file, const std::array<const char*, N>& endings) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

bool is_sound_name(const fs::path& file) {
  return ends_in(file, kSoundEndings);
}

void check_output_name(const std::string& output) {
  if (output == "-" || ends_in(output, kOtherEndings))
    throw_error(ErrorKind::usage,
                "output = {}: a still is a PNG picture; end its name in .png, or name a folder for the "
                "pictures of several sounds",
                output);
}

std::vector<std::string> sounds_of_folder(const std::string& folder) {
  std::vector<std::string> sounds;
  constexpr auto kReadable = fs::directory_options::skip_permission_denied;
  for (const auto& entry : fs::recursive_directory_iterator(folder, kReadable)) {
    if (entry.is_regular_file() && is_sound_name(entry.path()) &&
        entry.path().filename().string().front() != '.')
      sounds.push_back(entry.path().string());
  }
  std::sort(sounds.begin(), sounds.end());
  if (sounds.empty())
    throw_error(ErrorKind::input, "{}: there is no sound in this folder ({})", folder,
                fmt::format("{}", fmt::join(kSoundEndings, " ")));
  return sounds;
}

// A line each, relative to the current folder; empty ones and those that begin with # are passed over.
std::vector<std::string> sounds_of_list(const std::string& file) {
  std::vector<std::string> sounds;
  const std::string text = read_file(file, kMaxTextBytes, ErrorKind::input);
  for (std::string_view rest = text; !rest.empty();) {
    std::string_view line = take_line(rest);
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.remove_suffix(1);
    if (!line.empty() && line.front() != '#') sounds.emplace_back(line);
  }
  if (sounds.empty()) throw_error(ErrorKind::input, "{}: this list names no sound", file);
  return sounds;
}

std::vector<std::string> named_sounds(const std::vector<std::string>& names) {
  std::vector<std::string> sounds;
  for (const std::string& name : names) {
    std::error_code failed;
    std::vector<std::string> more = {name};
    if (fs::is_directory(name, failed)) more = sounds_of_folder(name);
    if (fs::path(name).extension() == ".txt") more = sounds_of_list(name);
    sounds.insert(sounds.end(), more.begin(), more.end());
  }
  return sounds;
}

// The whole sound is one frame: at less than one in all its seconds.
Layer still_layer(double seconds, const std::vector<Layer>& layers) {
  Layer layer{"still", Json::object(), LayerKind::flag, {}};
  layer.values = {{"fps", fmt::format("1/{}", static_cast<int64_t>(std::ceil(seconds)) + 1)},
                  {"frames", "0"},
                  {"output", "%d.png"}};
  const auto told = [&](const char* key) { return last_word(layers, key) != nullptr; };
  if (!told("sound_embedding")) layer.values["sound_embedding"] = "melspectrogram";
  if (!told("sound_slice")) layer.values["sound_slice"] = "still";
  if (!told("text_to_image") && !told("strength")) layer.values["text_to_image"] = true;
  if (!told("prompt")) layer.values["prompt"] = "";
  return layer;
}

std::string feature_of(const SessionRequest& request) {
  return find_option("sound_embedding")->get(resolve(request.layers)).get<std::string>();
}

// Where a sound's picture goes: -o picture.png of one, else FOLDER/STEM/FEATURE00000.png.
struct StillTarget {
  std::string pattern;
  fs::path picture;  // what it becomes; empty: as the pattern has it
};

StillTarget target_of(const std::string& sound, const std::string& output, const std::string& feature,
                      bool alone) {
  const std::string stem = fs::path(sound).stem().string();
  if (alone && (output.empty() || output.ends_with(".png"))) {
    const fs::path picture = output.empty() ? fs::path(stem + ".png") : fs::path(output);
    const fs::path folder = picture.parent_path() / ("." + picture.filename().string() + ".still");
    return {(folder / "%05d.png").string(), picture};
  }
  const fs::path folder = fs::path(output.empty() ? "." : output) / stem;
  return {(folder / (feature + "%05d.png")).string(), {}};
}

// Tells of the picture where a run tells of the folder that it is made in, and of standard input by that
// name.
class PictureTeller : public RenderObserver {
 public:
  PictureTeller(RenderObserver& observer, const StillTarget& target, const AudioSource& sound)
      : observer_(observer), sound_{sound.file().string(), sound.name()} {
    if (!target.picture.empty()) picture_ = {fs::path(target.pattern).parent_path().string(), target.picture};
  }

  void detail(std::string_view message) override { observer_.detail(told(message)); }
  void info(std::string_view message) override {
    // What one picture takes is hardly worth a line, and names a file that nobody sees.
    if (message.starts_with("to make: ")) return observer_.detail(told(message));
    observer_.info(told(message));
  }
  void warn(std::string_view message) override { observer_.warn(told(message)); }
  void event(std::string_view name, const Json& fields) override {
    Json of_picture = fields;
    for (const char* key : {"output", "path"}) {
      if (of_picture.contains(key)) of_picture[key] = told(of_picture[key].get<std::string>());
    }
    observer_.event(name, of_picture);
  }
  void begin_stage(std::string_view stage, int64_t total, int64_t there) override {
    observer_.begin_stage(stage, total, there);
  }
  void advance(int64_t done, std::optional<double> left_s) override { observer_.advance(done, left_s); }
  void end_stage() override { observer_.end_stage(); }

 private:
  std::string told(std::string_view message) const {
    std::string text(message);
    for (const auto& [name, shown] : {picture_, sound_}) {
      if (const size_t at = text.find(name); !name.empty() && at != text.npos)
        text.replace(at, name.size(), shown);
    }
    return text;
  }

  struct Renamed {
    std::string name, shown;
  };

  RenderObserver& observer_;
  Renamed picture_, sound_;
};

bool make_still(const std::string& sound, const StillsRequest& asked, bool alone, SharedResources& shared,
                RenderObserver& observer, const std::atomic<int>& stop) {
  const RunSettings run = run_settings(asked.layers);
  const AudioSource heard = AudioSource::open(sound);
  // Standard input gives its bytes once.
  SessionRequest request{Task::render, sound == "-" ? heard.file().string() : sound, asked.layers};
  request.layers.push_back(still_layer(heard.info().duration_s(), asked.layers));
  const std::string name = sound == "-" ? "stdin" : sound;
  const StillTarget target = target_of(name, run.output, feature_of(request), alone);
  request.layers.back().values["output"] = target.pattern;
  const fs::path folder = fs::path(target.pattern).parent_path();
  std::optional<PassingFolder> hidden;  // whatever becomes of the picture
  if (!target.picture.empty()) {
    check_output_file("output", target.picture, run.overwrite);
    hidden.emplace(folder);
  }
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw_error(ErrorKind::output, "output = {}: the folder cannot be created: {}", folder.string(),
                failed.message());
  PictureTeller teller(observer, target, heard);
  if (!Session::open(request, shared, teller).run(stop).complete) return false;
  if (hidden) fs::rename(FramePattern(target.pattern).file(0), target.picture);
  return true;
}

}  // namespace

bool make_stills(const StillsRequest& request, RenderObserver& observer, const std::atomic<int>& stop) {
  const std::string output = run_settings(request.layers).output;
  check_output_name(output);
  const std::vector<std::string> sounds = named_sounds(request.sounds);
  if (sounds.size() > 1 && output.ends_with(".png"))
    throw_error(ErrorKind::usage, "output = {}: {} sounds need a folder", output, sounds.size());
  // The others, before the first of them takes its time.
  for (size_t i = 1; i < sounds.size(); ++i) AudioSource::open(sounds[i]);
  SharedResources shared;
  return std::all_of(sounds.begin(), sounds.end(), [&](const std::string& sound) {
    return make_still(sound, request, sounds.size() == 1, shared, observer, stop);
  });
}

}  // namespace spectradiff
