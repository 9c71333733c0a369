#include "video_output.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "spectradiff/base/error.h"
#include "spectradiff/media/probe.h"

namespace spectradiff {
namespace {

// Plays the plan's pieces of the song one after another.
class SongReader {
 public:
  SongReader(AudioSource& source, std::vector<SampleRange> pieces)
      : source_(source), pieces_(std::move(pieces)) {
    seek();
  }

  int64_t read(float* interleaved, int64_t frames) {
    while (piece_ < pieces_.size() && left_ == 0) {
      ++piece_;
      seek();
    }
    if (piece_ == pieces_.size()) return 0;
    const int64_t got = source_.read(interleaved, std::min(frames, left_));
    left_ = got > 0 ? left_ - got : 0;
    return got;
  }

 private:
  void seek() {
    if (piece_ == pieces_.size()) return;
    source_.seek(pieces_[piece_].begin);
    left_ = pieces_[piece_].size();
  }

  AudioSource& source_;
  const std::vector<SampleRange> pieces_;
  size_t piece_ = 0;
  int64_t left_ = 0;
};

// What holds transparent pictures was chosen here, and so is what it takes.
void suit_chosen_codec(VideoSettings& settings) {
  const VideoSettings defaults;
  for (const std::string& key : settings_not_taken(settings)) {
    if (key == "crf") settings.crf = defaults.crf;
    if (key == "encoder_preset") settings.encoder_preset = defaults.encoder_preset;
    if (key == "pixel_format") settings.pixel_format = default_pixel_format(settings.video_codec);
  }
}

}  // namespace

VideoSettings video_settings(const RenderJob& job, const OutputTarget& target) {
  VideoSettings settings;
  settings.container = target.container;
  settings.fps = job.analysis.fps;
  settings.picture_size = job.paint.size;
  settings.output_size = job.output.size.value_or(job.paint.size);
  settings.fit = job.output.fit;
  settings.transparent = job.paint.colour.background.transparent;
  settings.video_codec = job.output.video_codec == "auto"
                             ? default_video_codec(target.container, settings.transparent)
                             : job.output.video_codec;
  settings.crf = job.output.crf;
  settings.encoder_preset = job.output.encoder_preset;
  settings.pixel_format = job.output.pixel_format;
  settings.audio_codec = job.output.audio_codec;
  settings.audio_bitrate = job.output.audio_bitrate;
  if (settings.transparent && job.output.video_codec == "auto" && !is_loop(target.container))
    suit_chosen_codec(settings);
  settings.threads = job.threads;
  settings.max_bytes = job.output.max_bytes.value_or(0);
  return settings;
}

VideoConstants video_constants(const RenderJob& job, const OutputTarget& target,
                               const EncoderChoice& encoders) {
  VideoConstants video;
  video.size = job.output.size.value_or(job.paint.size);
  video.fit = job.output.fit;
  video.flash_limit = job.output.flash_limit;
  if (target.kind == OutputTarget::Kind::frames) return video;
  const VideoSettings settings = video_settings(job, target);
  video.container = container_name(settings.container);
  if (is_loop(settings.container)) {
    video.max_bytes = job.output.max_bytes;
    return video;
  }
  video.codec = settings.video_codec;
  video.encoder_preset = settings.encoder_preset;
  video.pixel_format = settings.pixel_format;
  video.crf = settings.crf;
  // "copy (mp3)": which packets these are, the song says.
  video.sound = encoders.audio_encoder.empty()
                    ? "none"
                    : encoders.audio_encoder.substr(0, encoders.audio_encoder.find(' '));
  video.sound_bitrate = settings.audio_bitrate;
  return video;
}

SoundTrack sound_track(AudioSource& source, const Plan& plan) {
  SoundTrack sound;
  sound.file = source.file();
  sound.lossless = source.info().lossless;
  sound.whole = plan.sound_samples() == source.info().samples && !source.info().mended;
  sound.sample_rate_hz = source.info().sample_rate_hz;
  sound.channels = source.info().channels;
  sound.channel_mask = source.info().channel_mask;
  sound.samples = plan.sound_samples();
  sound.read = [reader = std::make_shared<SongReader>(source, plan.sound())](
                   float* interleaved, int64_t frames) { return reader->read(interleaved, frames); };
  return sound;
}

void try_encoder(SessionState& state) {
  const auto pictures = static_cast<int64_t>(state.plan.shown.size());
  if (is_loop(state.target.container) && pictures > kMostLoopPictures) {
    throw_error(
        ErrorKind::usage,
        "output = {}: {} pictures are no loop to share, of which {} are the most; --start 1:00 --duration "
        "6s takes a part, or end the name in .mp4",
        state.target.path.string(), pictures, kMostLoopPictures);
  }
  const SoundTrack sound = sound_track(state.input.song, state.plan);
  const VideoSettings video = video_settings(state.settings.job, state.target);
  const bool is_silent = video.audio_codec == "none" || is_loop(video.container);
  state.encoders = state.shared.encoders.check(video, is_silent ? nullptr : &sound);
}

bool lasts_as_long(const LoopFacts& loop, const Plan& plan, const Rational& fps) {
  if (loop.pictures == 1) return true;  // all of them looked the same
  constexpr double kTick = 0.011;       // GIF's
  return std::abs(loop.duration_s - static_cast<double>(plan.shown.size()) / fps.to_double()) < kTick;
}

void check_finished_loop(const EncodedLoop& loop, const Plan& plan, const Rational& fps) {
  const LoopFacts facts = read_loop(loop.bytes, "the finished loop");
  if (lasts_as_long(facts, plan, fps) && (facts.is_endless || facts.pictures == 1)) return;
  throw_error(ErrorKind::internal, "the finished loop lasts {:.3f} s in {} pictures, so it was not kept",
              facts.duration_s, facts.pictures);
}

void check_finished_video(const std::filesystem::path& file, const Plan& plan, const Rational& fps,
                          bool with_sound) {
  const VideoProbe probe = probe_video(file);
  if (probe.pictures != static_cast<int64_t>(plan.shown.size())) {
    throw_error(ErrorKind::internal, "the finished video holds {} pictures instead of {}, so it was not kept",
                probe.pictures, plan.shown.size());
  }
  // A container states the end of the sound in whole packets of up to 1152 samples.
  const double tolerance_s = std::max(1.01 / fps.to_double(), 0.03);
  if (with_sound && std::abs(probe.video_duration_s - probe.audio_duration_s) > tolerance_s) {
    throw_error(ErrorKind::internal,
                "the finished video shows {:.4f} s and sounds for {:.4f} s, so it was not kept",
                probe.video_duration_s, probe.audio_duration_s);
  }
}

}  // namespace spectradiff
