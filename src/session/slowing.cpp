#include "spectradiff/session/slowing.h"

#include <cmath>

#include "spectradiff/audio/stretch.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/session/song_input.h"

namespace spectradiff {
namespace {

constexpr int kOfFour = 4;

double tempo_of(AudioSource& source, const RenderJob& job, RenderObserver& observer) {
  if (job.analysis.beats.tempo_bpm > 0) return job.analysis.beats.tempo_bpm;
  FeatureRequest wanted;
  wanted.beats = true;
  wanted.threads = job.threads;
  const double tempo_bpm = hear(source, job.analysis, job.input.strict, observer, wanted).tempo_bpm;
  if (!(tempo_bpm > 0))
    throw_error(ErrorKind::input, "no tempo is heard in {}; --tempo says it", source.name());
  return tempo_bpm;
}

std::vector<float> samples_of(AudioSource& source) {
  constexpr int64_t kBlock = 8192;
  const auto channels = static_cast<size_t>(source.info().channels);
  std::vector<float> samples;
  std::vector<float> block(static_cast<size_t>(kBlock) * channels);
  source.seek(0);
  while (const int64_t count = source.read(block.data(), kBlock)) {
    samples.insert(samples.end(), block.begin(),
                   block.begin() + static_cast<std::ptrdiff_t>(static_cast<size_t>(count) * channels));
  }
  return samples;
}

}  // namespace

SlowedSong slow_song(const std::string& song, const RenderJob& job, int frames_per_beat,
                     RenderObserver& observer) {
  AudioSource source = std::move(open_song(song, job, observer).song);
  SlowedSong slowed;
  slowed.channels = source.info().channels;
  slowed.sample_rate_hz = source.info().sample_rate_hz;
  slowed.tempo_bpm = tempo_of(source, job, observer);
  const double frames = job.analysis.fps.to_double() * 60 / slowed.tempo_bpm;
  // A tempo is heard to a thousandth.
  slowed.frames_per_beat =
      frames_per_beat > 0 ? frames_per_beat : kOfFour * static_cast<int>(std::ceil(frames / kOfFour - 0.004));
  const double times = slowed.frames_per_beat / frames;
  constexpr double kMost = 4;
  if (!(times >= 1 / kMost && times <= kMost)) {
    throw_error(
        ErrorKind::usage,
        "frames_per_beat = {}: a beat of {} bpm lasts {} frames, so the song would become {} times as long; "
        "{} to {} is allowed",
        slowed.frames_per_beat, format_real(slowed.tempo_bpm), format_real(std::round(frames * 100) / 100),
        format_real(std::round(times * 100) / 100), std::ceil(frames / kMost), std::floor(frames * kMost));
  }
  slowed.slowed_bpm = slowed.tempo_bpm / times;
  slowed.samples = stretched(samples_of(source), slowed.channels, slowed.sample_rate_hz, times);
  return slowed;
}

}  // namespace spectradiff
