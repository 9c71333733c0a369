#include "spectradiff/session/looks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>
#include <set>
#include <utility>

#include "passing_folder.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"
#include "spectradiff/media/picture_reader.h"
#include "spectradiff/render/frame_sink.h"
#include "spectradiff/session/session.h"
#include "spectradiff/session/settings_files.h"
#include "spectradiff/session/song_input.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

// Messages of a single look would bury the sheet: what is warned of is said once, progress is shown.
class LookObserver : public RenderObserver {
 public:
  explicit LookObserver(RenderObserver& observer) : observer_(observer) {}
  void detail(std::string_view message) override { observer_.detail(message); }
  void info(std::string_view message) override { observer_.detail(message); }
  void warn(std::string_view message) override {
    if (said_.insert(std::string(message)).second) observer_.warn(message);
  }
  void begin_stage(std::string_view, int64_t total, int64_t there) override {
    observer_.begin_stage(look_, total, there);
  }
  void advance(int64_t done, std::optional<double> left_s) override { observer_.advance(done, left_s); }
  void end_stage() override { observer_.end_stage(); }
  void begin_look(std::string look) { look_ = std::move(look); }

 private:
  RenderObserver& observer_;
  std::set<std::string> said_;
  std::string look_;
};

fs::path made_scratch_folder() {
  std::string name = (fs::temp_directory_path() / "spectradiff-try-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr)
    throw_error(ErrorKind::output, "{}: no folder can be made there", fs::temp_directory_path().string());
  return name;
}

// [frames], the mean over the frames [i + begin, i + end), as far as there are any.
std::vector<double> means_around(const std::vector<float>& values, int64_t begin, int64_t end) {
  const auto count = static_cast<int64_t>(values.size());
  std::vector<double> sums(values.size() + 1, 0);
  std::partial_sum(values.begin(), values.end(), sums.begin() + 1, std::plus<double>());
  std::vector<double> means(values.size());
  for (int64_t i = 0; i < count; ++i) {
    const int64_t from = std::clamp<int64_t>(i + begin, 0, count - 1);
    const int64_t to = std::clamp<int64_t>(i + end, from + 1, count);
    means[static_cast<size_t>(i)] =
        (sums[static_cast<size_t>(to)] - sums[static_cast<size_t>(from)]) / static_cast<double>(to - from);
  }
  return means;
}

std::array<Moment, kMoments> telling_moments(const Features& features) {
  constexpr float kHardlyHeard = -50;  // LUFS
  const double fps = features.settings.fps.to_double();
  const auto second = std::max<int64_t>(1, std::llround(fps));
  std::vector<float> loudness = features.find("loudness")->values;
  for (float& value : loudness) value = std::max(value, kHardlyHeard);
  const std::vector<double> level = means_around(loudness, -second / 2, second / 2 + 1);
  const std::vector<double> before = means_around(loudness, -2 * second, 0);
  const std::vector<double> after = means_around(loudness, 0, 2 * second);
  const auto at = [&](size_t frame) { return static_cast<double>(frame) / fps; };
  // Fading in and out tells little of a song.
  const size_t edge = std::min(static_cast<size_t>(3 * second), level.size() / 8);
  size_t loudest = edge, changing = edge;
  for (size_t i = edge; i < level.size() - edge; ++i) {
    if (level[i] > level[loudest]) loudest = i;
    if (std::abs(after[i] - before[i]) > std::abs(after[changing] - before[changing])) changing = i;
  }
  // A little behind the change, what it leads to is there.
  changing = std::min(changing + static_cast<size_t>(second) / 2, level.size() - 1);
  // A song that breaks off is quietest where it changes most: the same picture twice tells less.
  const size_t apart = std::min(static_cast<size_t>(8 * second), level.size() / 16);
  const auto is_near = [&](size_t one, size_t other) {
    return std::max(one, other) - std::min(one, other) < apart;
  };
  std::optional<size_t> quietest;
  for (size_t i = edge; i < level.size() - edge; ++i) {
    if (is_near(i, loudest) || is_near(i, changing)) continue;
    if (level[i] > kHardlyHeard + 5 && (!quietest || level[i] < level[*quietest])) quietest = i;
  }
  return {
      {{"loudest", at(loudest)}, {"quietest", at(quietest.value_or(edge))}, {"most changing", at(changing)}}};
}

Features hear_moments(const std::string& song, const RenderJob& job, RenderObserver& observer) {
  AudioSource source = std::move(open_song(song, job, observer).song);
  FeatureRequest wanted;
  wanted.series.insert("loudness");
  return hear(source, job.analysis, job.input.strict, observer, wanted);
}

std::vector<int64_t> frames_at(const std::array<Moment, kMoments>& moments, const Rational& fps) {
  std::vector<int64_t> frames;
  for (const Moment& moment : moments)
    frames.push_back(static_cast<int64_t>(std::floor(moment.at_s * fps.to_double() + 1e-6)));
  return frames;
}

std::vector<std::string> asked_looks(const std::vector<Layer>& told) {
  const std::string typed = run_settings(told).looks;
  if (typed.empty()) return {kOwnLook, "aurora", "embers", "iris", "kick", "orbit", "reef", "skyline"};
  std::vector<std::string> looks;
  for (const std::string_view part : split(typed, ',')) {
    if (const std::string_view look = trimmed(part); !look.empty()) looks.emplace_back(look);
  }
  if (looks.empty())
    throw_error(ErrorKind::usage, "looks = \"{}\" names none; write aurora,kick or leave it out", typed);
  for (const std::string& look : looks) {
    if (look != kOwnLook) find_preset(look, "looks", {kOwnLook});
  }
  return looks;
}

// What is told of the pictures alone.
std::vector<Layer> told_of_pictures(std::vector<Layer> told) {
  for (Layer& layer : told) {
    if (layer.values.contains("preset"))
      throw_error(ErrorKind::usage,
                  "try takes one preset after the other; name those that you mean with --looks");
    for (const char* key : {"output", "looks"}) layer.values.erase(key);
  }
  return told;
}

SessionRequest request_of(const std::string& song, std::vector<Layer> told, const std::string& look,
                          const fs::path& folder) {
  if (look != kOwnLook)
    told.insert(told.begin(), {"look", {{"preset", Json::array({look})}}, LayerKind::config, {}});
  // A batch that is larger than there are moments would be filled up with pictures that nobody sees.
  told.insert(told.begin(), {"try", {{"batch_size", kMoments}}, LayerKind::config, {}});
  SessionRequest request{Task::render, song, SettingsFiles().below(std::move(told))};
  request.layers.push_back(
      {"try",
       {{"output", (folder / "%d.png").string()}, {"resume", "no"}, {"diffuse_every", 1}, {"chain", "none"}},
       LayerKind::flag,
       {}});
  return request;
}

}  // namespace

std::optional<TriedLooks> try_looks(const LooksRequest& request, RenderObserver& observer,
                                    const std::atomic<int>& stop) {
  if (request.song == "-")
    throw_error(ErrorKind::usage, "try reads the song once for every look; name a file instead of stdin");
  const std::vector<std::string> looks = asked_looks(request.told);
  const std::vector<Layer> told = told_of_pictures(request.told);
  LookObserver quiet(observer);
  SharedResources shared;
  const PassingFolder scratch(made_scratch_folder());
  TriedLooks tried;
  tried.moments =
      telling_moments(hear_moments(request.song, resolve(SettingsFiles().below(told)).job, quiet));
  for (const std::string& name : looks) {
    quiet.begin_look(name);
    const fs::path folder = scratch.path() / std::to_string(tried.looks.size());
    SessionRequest asked = request_of(request.song, told, name, folder);
    // A look may have a frame rate of its own.
    const std::vector<int64_t> frames = frames_at(tried.moments, resolve(asked.layers).job.analysis.fps);
    asked.layers.back().values["frames"] = fmt::format("{}", fmt::join(frames, ","));
    const Outcome outcome = Session::open(asked, shared, quiet).run(stop);
    if (!outcome.complete) return std::nullopt;
    Look look{name, {}};
    const FramePattern pattern((folder / "%d.png").string());
    for (const int64_t frame : frames) {
      const PictureReader reader(pattern.file(frame), Rgb{});
      look.pictures.push_back(reader.at(Rational(0), PictureReader::End::hold));
    }
    tried.looks.push_back(std::move(look));
  }
  return tried;
}

}  // namespace spectradiff
