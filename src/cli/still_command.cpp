// still: one picture for each of some sounds.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>

#include "commands.h"
#include "signals.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/session/output_target.h"
#include "spectradiff/session/session.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSoundEndings = {".wav",  ".flac", ".mp3", ".ogg", ".oga", ".opus", ".m4a", ".aac",
                                      ".aiff", ".aif",  ".au",  ".wma", ".w64", ".caf",  ".mp4", ".webm"};

bool is_sound_name(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return std::find(kSoundEndings.begin(), kSoundEndings.end(), ending) != kSoundEndings.end();
}

std::vector<std::string> sounds_of_folder(const std::string& folder) {
  std::vector<std::string> sounds;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
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
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
    if (!line.empty() && line.front() != '#') sounds.push_back(line);
  }
  if (sounds.empty()) throw_error(ErrorKind::input, "{}: this list names no sound", file);
  return sounds;
}

std::vector<std::string> named_sounds(const Arguments& arguments) {
  std::vector<std::string> sounds;
  for (const std::string& name : arguments.subjects) {
    std::error_code failed;
    std::vector<std::string> more = {name};
    if (fs::is_directory(name, failed)) more = sounds_of_folder(name);
    if (fs::path(name).extension() == ".txt") more = sounds_of_list(name);
    sounds.insert(sounds.end(), more.begin(), more.end());
  }
  return sounds;
}

// The whole sound is one frame: at less than one in all its seconds.
Layer still_layer(const std::string& sound, const Arguments& arguments, const std::string& pattern) {
  const double seconds = AudioSource::open(sound).info().duration_s();
  Layer layer{"still", Json::object(), LayerKind::flag, {}};
  layer.values = {{"fps", fmt::format("1/{}", static_cast<int64_t>(std::ceil(seconds)) + 1)},
                  {"frames", "0"},
                  {"output", pattern}};
  const auto told = [&](const char* key) {
    return std::any_of(arguments.layers.begin(), arguments.layers.end(),
                       [&](const Layer& each) { return each.values.contains(key); });
  };
  if (!told("sound_embedding")) layer.values["sound_embedding"] = "melspectrogram";
  if (!told("sound_slice")) layer.values["sound_slice"] = "still";
  if (!told("text_to_image") && !told("strength")) layer.values["text_to_image"] = true;
  if (!told("prompt")) layer.values["prompt"] = "";
  return layer;
}

std::string feature_of(const SessionRequest& request) {
  Settings settings = resolve(request.layers);
  return find_option("sound_embedding")->get(settings).get<std::string>();
}

// Where a sound's picture goes: -o picture.png of one, else FOLDER/STEM/FEATURE00000.png.
struct StillTarget {
  std::string pattern;
  fs::path picture;  // what it becomes; empty: as the pattern has it
};

StillTarget target_of(const std::string& sound, const Arguments& arguments, const std::string& feature,
                      bool alone) {
  const std::string& output = arguments.run.output;
  const std::string stem = fs::path(sound).stem().string();
  if (alone && (output.empty() || output.ends_with(".png"))) {
    const fs::path picture = output.empty() ? fs::path(stem + ".png") : fs::path(output);
    const fs::path folder = picture.parent_path() / ("." + picture.filename().string() + ".still");
    return {(folder / "%05d.png").string(), picture};
  }
  const fs::path folder = fs::path(output.empty() ? "." : output) / stem;
  return {(folder / (feature + "%05d.png")).string(), {}};
}

// Tells of the picture where a run tells of the folder that it is made in.
class PictureTeller : public RenderObserver {
 public:
  PictureTeller(Console& console, const StillTarget& target)
      : console_(console),
        folder_(fs::path(target.pattern).parent_path().string()),
        picture_(target.picture) {}

  void detail(std::string_view message) override { console_.detail(told(message)); }
  void info(std::string_view message) override { console_.info(told(message)); }
  void warn(std::string_view message) override { console_.warn(told(message)); }
  void event(std::string_view name, const Json& fields) override {
    Json of_picture = fields;
    for (const char* key : {"output", "path"}) {
      if (of_picture.contains(key)) of_picture[key] = told(of_picture[key].get<std::string>());
    }
    console_.event(name, of_picture);
  }
  void begin_stage(std::string_view stage, int64_t total, int64_t there) override {
    console_.begin_stage(stage, total, there);
  }
  void advance(int64_t done, std::optional<double> left_s) override { console_.advance(done, left_s); }
  void end_stage() override { console_.end_stage(); }

 private:
  std::string told(std::string_view message) const {
    std::string text(message);
    if (const size_t at = text.find(folder_); !picture_.empty() && at != text.npos)
      text.replace(at, folder_.size(), picture_);
    return text;
  }

  Console& console_;
  const std::string folder_, picture_;
};

// The hidden folder of one picture goes, whatever becomes of it.
class HiddenFolder {
 public:
  explicit HiddenFolder(const StillTarget& target) {
    const fs::path folder = fs::path(target.pattern).parent_path();
    fs::create_directories(folder);
    if (!target.picture.empty()) folder_ = folder;
  }
  ~HiddenFolder() {
    std::error_code failed;
    if (!folder_.empty()) fs::remove_all(folder_, failed);
  }
  HiddenFolder(const HiddenFolder&) = delete;
  HiddenFolder& operator=(const HiddenFolder&) = delete;

 private:
  fs::path folder_;
};

}  // namespace

int run_still(const Arguments& arguments, Console& console) {
  const std::vector<std::string> sounds = named_sounds(arguments);
  if (sounds.size() > 1 && arguments.run.output.ends_with(".png"))
    throw_error(ErrorKind::usage, "output = {}: {} sounds need a folder", arguments.run.output,
                sounds.size());
  SharedResources shared;
  install_signal_handlers();
  for (const std::string& sound : sounds) {
    SessionRequest request{Task::render, sound, arguments.layers};
    request.layers.push_back(still_layer(sound, arguments, "%d.png"));
    const StillTarget target = target_of(sound, arguments, feature_of(request), sounds.size() == 1);
    request.layers.back().values["output"] = target.pattern;
    if (!target.picture.empty()) check_output_file("output", target.picture, arguments.run.overwrite);
    const HiddenFolder folder(target);
    PictureTeller teller(console, target);
    const Outcome outcome = Session::open(request, shared, teller).run(stop_requests());
    if (!outcome.complete) return kStopped;
    if (!target.picture.empty()) fs::rename(FramePattern(target.pattern).file(0), target.picture);
  }
  return kComplete;
}

}  // namespace spectradiff
