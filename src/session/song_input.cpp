#include "spectradiff/session/song_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/frame_time.h"

namespace spectradiff {
namespace {

constexpr int64_t kBlockFrames = 8192;

// https://…, of which nothing is fetched.
bool is_address(const std::string& path) {
  const size_t mark = path.find("://");
  return mark != std::string::npos && mark > 0 &&
         std::all_of(path.begin(), path.begin() + static_cast<ptrdiff_t>(mark),
                     [](unsigned char c) { return std::isalnum(c) != 0; });
}

AudioSource open_file(const std::string& path, const InputSettings& input, RenderObserver& observer) {
  if (std::error_code failed; is_address(path) && !std::filesystem::exists(path, failed)) {
    throw_error(ErrorKind::input,
                "{} is an address, not a file; pipe its sound in: yt-dlp -f bestaudio -o - '{}' | "
                "spectradiff render - "
                "-o video.mp4",
                path, path);
  }
  AudioSource source = AudioSource::open(path, {input.max_duration.value.to_double(), input.any_sample_rate});
  warn_of_notes(source, 0, input.strict, observer);
  return source;
}

// A sound as long as the song.
AudioSource open_beside(const std::string& option, const std::string& path, const AudioSource& song_source,
                        const RenderJob& job, RenderObserver& observer) {
  AudioSource source = open_file(path, job.input, observer);
  const AudioInfo& song = song_source.info();
  const AudioInfo& heard = source.info();
  const Rational& fps = job.analysis.fps;
  if (!durations_match(song.samples, song.sample_rate_hz, heard.samples, heard.sample_rate_hz, fps)) {
    throw_error(
        ErrorKind::input,
        "{} = {} lasts {:.3f} s and the song {} {:.3f} s; they may differ by one frame ({:.3f} s): export "
        "the stem over the song's whole length",
        option, source.name(), heard.duration_s(), song_source.name(), song.duration_s(),
        1 / fps.to_double());
  }
  source.fit_length(matching_samples(song.samples, song.sample_rate_hz, heard.sample_rate_hz, fps));
  return source;
}

// A song whose analysis does not read it: damage on the way must be known before its frames are counted.
void read_through(AudioSource& song, bool strict, RenderObserver& observer) {
  const size_t known = song.notes().size();
  std::vector<float> block(static_cast<size_t>(kBlockFrames * song.info().channels));
  while (song.read(block.data(), kBlockFrames) > 0) {
  }
  song.seek(0);
  warn_of_notes(song, known, strict, observer);
}

}  // namespace

SongInput open_song(const std::string& path, const RenderJob& job, RenderObserver& observer) {
  const InputSettings& input = job.input;
  const std::string& other = input.analysis_audio;
  if (path == "-" && other == "-") {
    throw_error(ErrorKind::usage,
                "both the song and --analysis-audio read stdin (\"-\"); name a file for one of them");
  }
  SongInput opened{open_file(path, input, observer), std::nullopt, {}, {}, {}};
  if (!other.empty()) {
    opened.analysis = open_beside("analysis_audio", other, opened.song, job, observer);
    read_through(opened.song, input.strict, observer);
  }
  for (const auto& [name, file] : input.stems) {
    if (file == "-")
      throw_error(ErrorKind::usage, "stem {} = -: a stem cannot come from stdin; name a file", name);
    opened.stems.emplace(name, open_beside("stem " + name, file, opened.song, job, observer));
  }
  for (const auto& [name, file] : input.midi) {
    check_there("midi " + name, file);
    opened.midi[name] = parse_midi(read_file(file, kMaxTextBytes, ErrorKind::usage), file);
  }
  for (const auto& [name, file] : input.labels) {
    check_there("labels " + name, file);
    opened.labels[name] = parse_labels(read_file(file, kMaxTextBytes, ErrorKind::usage), file);
  }
  return opened;
}

void warn_of_lowered_fmax(const Resolved& resolved, int sample_rate_hz, RenderObserver& observer) {
  const AnalysisSettings& analysis = resolved.job.analysis;
  const double nyquist_hz = sample_rate_hz / 2.0;
  const auto origin = resolved.origins.find("fmax");
  const bool asked = origin != resolved.origins.end() && origin->second != resolved.run.from;
  if (!asked || analysis.spacing == BinSpacing::seed || analysis.fmax_hz <= nyquist_hz) return;
  observer.warn(
      fmt::format("fmax = {} Hz ({}) is above what this song holds; {} Hz, half its sample rate, is used",
                  analysis.fmax_hz, origin->second, nyquist_hz));
}

Features hear(AudioSource& source, const AnalysisSettings& settings, bool strict, RenderObserver& observer,
              const FeatureRequest& wanted) {
  const size_t known = source.notes().size();
  Features features = analyze(source, settings, wanted);
  warn_of_notes(source, known, strict, observer);
  for (const std::string& note : features.notes) warn_of_input(note, strict, observer);
  if (features.reference == 0)
    warn_of_input(source.name() + " is silent: there is nothing to see in it", strict, observer);
  return features;
}

void warn_of_input(const std::string& message, bool strict, RenderObserver& observer) {
  if (strict) throw_error(ErrorKind::input, "{}; with --strict this is an error", message);
  observer.warn(message);
}

void warn_of_notes(const AudioSource& source, size_t first, bool strict, RenderObserver& observer) {
  for (size_t i = first; i < source.notes().size(); ++i) warn_of_input(source.notes()[i], strict, observer);
}

}  // namespace spectradiff
