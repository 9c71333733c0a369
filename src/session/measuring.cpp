#include "spectradiff/session/measuring.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "music.h"
#include "run_report.h"
#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/duration_text.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/frame_time.h"
#include "spectradiff/base/text.h"
#include "spectradiff/features/features.h"
#include "spectradiff/media/picture_reader.h"
#include "spectradiff/session/output_target.h"
#include "spectradiff/session/song_input.h"

namespace spectradiff {
namespace {

constexpr double kMostBeyond_s = 1;

// The frames at the reader's rate that its pictures last.
int64_t frames_of(const PictureReader& reader) {
  return std::max<int64_t>(1, std::llround(reader.duration().to_double() * reader.fps().to_double()));
}

void check_pictures(const PictureReader& reader, const std::string& video) {
  if (reader.pictures() < 2)
    throw_error(ErrorKind::input, "{} holds one picture; what is measured is how pictures change", video);
  constexpr int kMost = 240;
  if (reader.fps() > Rational(kMost))
    throw_error(ErrorKind::input, "{} shows {} pictures per second; up to {} can be measured", video,
                reader.fps().number_text(), kMost);
}

// What is heard with the pictures, from the song's frame `first` on.
struct Music {
  std::optional<Features> features;  // absent: no sound
  int64_t first = 0;
};

void check_length(const AudioInfo& song, const std::string& name, const Resolved& settings,
                  const Rational& fps, double video_s) {
  const double start_s =
      static_cast<double>(settings.job.selection.start.to_samples(song.sample_rate_hz, fps)) /
      song.sample_rate_hz;
  const double rest_s = song.duration_s() - start_s;
  if (rest_s <= 0)
    throw_error(ErrorKind::usage, "start = {} is behind the end of {}, which lasts {}",
                settings.job.selection.start.text(), name, duration_text(song.duration_s()));
  if (rest_s > video_s + kMostBeyond_s && !settings.origins.contains("start")) {
    throw_error(ErrorKind::input,
                "{} lasts {} and the video {}: is that a part of the song? --start T says where it begins "
                "(--start 0 from the beginning)",
                name, duration_text(song.duration_s()), duration_text(video_s));
  }
}

Music hear_music(const MeasureRequest& request, const Resolved& settings, const PictureReader& reader,
                 RenderObserver& observer) {
  Music music;
  if (request.song.empty() && !reader.with_sound()) {
    observer.warn(
        fmt::format("{} has no sound: nothing is said of how it meets the music; name the song behind it",
                    request.video));
    return music;
  }
  RenderJob job = settings.job;
  job.analysis.fps = reader.fps();
  AudioSource song =
      std::move(open_song(request.song.empty() ? request.video : request.song, job, observer).song);
  const double video_s = reader.duration().to_double();
  if (!request.song.empty()) {
    check_length(song.info(), song.name(), settings, job.analysis.fps, video_s);
    const int rate_hz = song.info().sample_rate_hz;
    music.first =
        frame_count(job.selection.start.to_samples(rate_hz, job.analysis.fps), rate_hz, job.analysis.fps);
  }
  FeatureRequest wanted;
  add_measure_needs(wanted);
  if (!settings.run.report.empty()) add_report_needs(wanted);
  music.features = hear(song, job.analysis, job.input.strict, observer, wanted);
  if (const double silent_s = video_s - song.info().duration_s(); silent_s > kMostBeyond_s)
    observer.warn(fmt::format("{} ends {:.1f} s before the video does", song.name(), silent_s));
  return music;
}

std::vector<std::string> music_facts(const Features& features) {
  std::vector<std::string> facts = {
      duration_text(static_cast<double>(features.samples) / features.sample_rate_hz)};
  if (features.tempo_bpm > 0) facts.push_back(fmt::format("{:.1f} BPM", features.tempo_bpm));
  const auto add = [&](const char* what, size_t count) {
    facts.push_back(counted(static_cast<int64_t>(count), what));
  };
  add("beat", features.events.beats_s.size());
  add("section", features.events.sections.size());
  return facts;
}

}  // namespace

void add_files(FileGuard& guard, const MeasureRequest& request) {
  for (const std::string& file : {request.video, request.song})
    if (!file.empty()) guard.reads("video or song", file);
  if (const std::string report = run_settings(request.layers).report; !report.empty())
    guard.writes("report", report);
}

std::optional<MeasuredVideo> measure_video(const MeasureRequest& request, RenderObserver& observer,
                                           const std::atomic<int>& stop) {
  const Resolved settings = resolve(request.layers);
  const bool reports = !settings.run.report.empty();
  FileGuard guard;
  add_files(guard, request);
  guard.check();
  if (reports) check_report_file(settings.run.report, settings.run.overwrite);
  const PictureReader reader(request.video, Rgb{});
  check_pictures(reader, request.video);
  const Music music = hear_music(request, settings, reader, observer);
  MeasuredVideo measured;
  measured.fps = reader.fps();
  measured.frames = frames_of(reader);
  PictureStatistics pictures(measured.fps, measured.frames);
  ReportStrip strip(measured.frames);
  Size size;
  observer.begin_stage("measure", measured.frames, 0);
  for (int64_t frame = 0; frame < measured.frames; ++frame) {
    if (stop.load() > 0) return std::nullopt;
    const Rational time_s(frame * measured.fps.den, measured.fps.num);
    const Canvas picture = reader.at(time_s, PictureReader::End::hold);
    size = picture.size();
    pictures.add(music.first + frame, picture);
    if (reports) strip.take(music.first + frame, picture);
    observer.advance(frame + 1, std::nullopt);
  }
  observer.end_stage();
  if (music.features) measured.music = music_facts(*music.features);
  measured.measures = video_measures(pictures, music.features ? heard_music(*music.features) : HeardMusic{});
  if (reports) {
    measured.report = std::make_shared<ReportPage>(page_of_pictures(
        pictures, music.features ? &*music.features : nullptr, std::move(strip), measured.measures));
    measured.report->title = std::filesystem::path(request.video).filename().string();
    measured.report->picture = size;
    measured.report->facts.push_back(fmt::format("{}x{}", size.width, size.height));
  }
  return measured;
}

}  // namespace spectradiff
