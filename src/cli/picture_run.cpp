#include "picture_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "old_render.h"
#include "picture_job.h"
#include "preview.h"
#include "signals.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"
#include "spectradiff/base/threads.h"
#include "spectradiff/config/options.h"
#include "spectradiff/diffusion/diffuser.h"
#include "spectradiff/media/probe.h"
#include "spectradiff/render/executor.h"

namespace spectradiff {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kOnset = "onset";

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Frames per network call where the user leaves it open: enough to fill the device, little enough for its
// memory.
int default_batch_size(const std::string& device, Size size) {
  if (device.starts_with("cuda")) return 8;
  if (device.starts_with("mps")) return 2;
  constexpr int kSmallPicture = 448 * 256;
  return size.width * size.height <= kSmallPicture ? 8 : 2;
}

// Plays the plan's pieces of the song one after another.
class SongReader {
 public:
  SongReader(AudioSource& source, const std::vector<SampleRange>& pieces) : source_(source), pieces_(pieces) {
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
  const std::vector<SampleRange>& pieces_;
  size_t piece_ = 0;
  int64_t left_ = 0;
};

EngineRequest engine_request(const RenderJob& job) {
  return {job.diffusion.device, job.diffusion.dtype,      job.threads,
          job.paint.size,       job.diffusion.batch_size, job.is_guided()};
}

// All prompts of the plan.
std::set<std::string> texts_of(const Plan& plan) {
  std::set<std::string> texts;
  for (const PromptPair& pair : plan.prompts) texts.insert({pair.prompt, pair.negative});
  return texts;
}

std::unique_ptr<Diffuser> diffuser_on(Networks& networks, const RenderJob& job, const Plan& plan,
                                      const Manifest& manifest, int batch_size) {
  auto diffuser = std::make_unique<Diffuser>(
      networks, manifest,
      DiffuserSettings{job.diffusion.scheduler, job.diffusion.steps, job.diffusion.strength_mode,
                       job.diffusion.eta, batch_size, job.is_guided(), job.diffusion.reading});
  diffuser->expect(texts_of(plan));
  return diffuser;
}

std::unique_ptr<Diffuser> make_diffuser(RenderJob& job, const Plan& plan, const Manifest& manifest,
                                        ModelStore& models, Console& console) {
  const int loads = models.loads();
  int& batch_size = job.diffusion.batch_size;
  // Left open, it is the one that the model has code for.
  if (batch_size == 0 && manifest.compiled && manifest.compiled->size == job.paint.size)
    batch_size = manifest.compiled->batch_size;
  Networks& networks = models.networks(manifest, engine_request(job));
  if (batch_size == 0) batch_size = default_batch_size(networks.device(), job.paint.size);
  for (const std::string& note : models.take_notes()) console.warn(note);
  auto diffuser = diffuser_on(networks, job, plan, manifest, batch_size);
  constexpr size_t kMostShown = 1000;
  for (const std::string& text : texts_of(plan)) {
    if (const std::string cut = diffuser->cut_from(text); !cut.empty()) {
      console.warn(
          fmt::format("a prompt is longer than the model reads (--long-prompts chunk reads all of it); this "
                      "was cut: \"{}\"",
                      shortened(cut, kMostShown)));
    }
  }
  const auto& verified = manifest.verified_sizes;
  if (std::find(verified.begin(), verified.end(), job.paint.size) == verified.end()) {
    console.warn(
        fmt::format("the model {} was not verified at {}x{}: look at the pictures, or export it with "
                    "--sizes {}x{}",
                    manifest.name, job.paint.size.width, job.paint.size.height, job.paint.size.width,
                    job.paint.size.height));
  }
  console.info(fmt::format("model {} on {} in {}, batch size {} ({})", manifest.name, networks.device(),
                           networks.dtype(), job.diffusion.batch_size, networks.engine()));
  console.event("model", {{"name", manifest.name},
                          {"device", networks.device()},
                          {"dtype", networks.dtype()},
                          {"engine", networks.engine()},
                          {"batch_size", job.diffusion.batch_size},
                          {"loaded", models.loads() > loads},
                          {"sha256", manifest.sha256}});
  return diffuser;
}

void check_finished_video(const std::filesystem::path& file, const Plan& plan, const Rational& fps,
                          bool with_sound) {
  const VideoProbe probe = probe_video(file);
  if (probe.pictures != static_cast<int64_t>(plan.shown.size())) {
    throw_error(ErrorKind::internal, "the finished video holds {} pictures instead of {}; it was not kept",
                probe.pictures, plan.shown.size());
  }
  // A container states the end of the sound in whole packets of up to 1152 samples.
  const double tolerance_s = std::max(1.01 / fps.to_double(), 0.03);
  if (with_sound && std::abs(probe.video_duration_s - probe.audio_duration_s) > tolerance_s) {
    throw_error(ErrorKind::internal,
                "the finished video shows {:.4f} s and sounds for {:.4f} s; it was not kept",
                probe.video_duration_s, probe.audio_duration_s);
  }
}

std::string shell_quoted(const std::string& word) {
  const bool plain =
      !word.empty() &&
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,%@") ==
          std::string::npos;
  if (plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// The user's own command, narrowed to one frame. What is added stands before a "--", after which nothing is
// an option.
std::string reproduction(const Arguments& arguments, int64_t frame) {
  std::vector<std::string> words = arguments.typed;
  const std::vector<std::string> narrowed = {"--frames", std::to_string(frame), "-o", "frame-%05d.png"};
  words.insert(std::find(words.begin(), words.end(), "--"), narrowed.begin(), narrowed.end());
  std::string command = "spectradiff";
  for (const std::string& word : words) command += " " + shell_quoted(word);
  return command;
}

}  // namespace

VideoSettings video_settings(const RenderJob& job, const OutputTarget& target, const Manifest* manifest) {
  VideoSettings settings;
  settings.container = target.container;
  settings.fps = job.analysis.fps;
  settings.picture_size = job.paint.size;
  settings.output_size = job.output.size.value_or(job.paint.size);
  settings.fit = job.output.fit;
  settings.video_codec =
      job.output.video_codec == "auto" ? default_video_codec(target.container) : job.output.video_codec;
  settings.crf = job.output.crf;
  settings.encoder_preset = job.output.encoder_preset;
  settings.pixel_format = job.output.pixel_format;
  settings.audio_codec = job.output.audio_codec;
  settings.audio_bitrate = job.output.audio_bitrate;
  settings.threads = job.threads;
  settings.comment = json_text(settings_tag(job, manifest));
  return settings;
}

SoundTrack sound_track(AudioSource& source, const Plan& plan) {
  SoundTrack sound;
  sound.file = source.file();
  sound.lossless = source.info().lossless;
  sound.whole = plan.sound_samples() == source.info().samples && !source.info().mended;
  sound.sample_rate_hz = source.info().sample_rate_hz;
  sound.channels = source.info().channels;
  sound.samples = plan.sound_samples();
  sound.read = [reader = std::make_shared<SongReader>(source, plan.sound)](
                   float* interleaved, int64_t frames) { return reader->read(interleaved, frames); };
  return sound;
}

namespace {

// One run of the plan into the target. The video's final name appears only when all of it is there.
class PictureRun {
 public:
  PictureRun(const Arguments& arguments, Console& console, PictureJob& picture)
      : arguments_(arguments),
        console_(console),
        picture_(picture),
        job_(picture.job()),
        target_(picture.target),
        source_(picture.input.song),
        plan_(picture.plan) {}

  RunOutcome run(ModelStore& models, AnalysisStore& analyses) {
    const Clock::time_point begin = Clock::now();
    const std::shared_ptr<const Features> heard = analyze_song(analyses);
    const Features& features = *heard;
    const double analyze_s = seconds_since(begin);
    if (stop_requests().load() > 0) return {};

    const Clock::time_point load_begin = Clock::now();
    const Manifest* manifest = picture_.manifest();
    if (manifest != nullptr) {
      diffuser_ = make_diffuser(job_, plan_, *manifest, models, console_);
      more_precise_ = [this, &models](int64_t frame) { return precise_diffuser(models, frame); };
    }
    if (picture_.interpolation)
      interpolator_ = &models.interpolator(*picture_.interpolation, engine_request(job_));
    const double load_s = seconds_since(load_begin);
    if (stop_requests().load() > 0) return {};

    RunResult result = execute(features);
    for (const std::string& note : models.take_notes()) console_.warn(note);
    result.seconds.analyze = analyze_s;
    result.seconds.load = load_s;
    result.seconds.total = seconds_since(begin);
    report(result, features);
    return {result.complete, result.frames, result.seconds.total};
  }

 private:
  Diffuser* precise_diffuser(ModelStore& models, int64_t frame) {
    const Manifest& manifest = *picture_.manifest();
    EngineRequest request = engine_request(job_);
    request.batch_size = 1;
    Networks* const networks = models.precise_networks(manifest, request);
    if (networks == nullptr) return nullptr;
    warn_of_overflow(frame);
    if (precise_diffuser_ == nullptr) precise_diffuser_ = diffuser_on(*networks, job_, plan_, manifest, 1);
    return precise_diffuser_.get();
  }

  void warn_of_overflow(int64_t frame) {
    constexpr int64_t kMostWarnings = 10;
    ++made_again_;
    const std::string message = fmt::format(
        "frame {}: the model gave NaN or infinity; it is made again in float32 (--dtype float32 makes all "
        "so){}",
        frame, made_again_ == kMostWarnings ? "; --verbose names further frames" : "");
    made_again_ <= kMostWarnings ? console_.warn(message) : console_.detail(message);
  }

  std::shared_ptr<const Features> analyze_song(AnalysisStore& analyses) {
    std::shared_ptr<const Features> heard =
        hear_song(picture_, arguments_.run.statistics, console_, analyses);
    Json facts = {{"frames", heard->frames},
                  {"bins", heard->bins},
                  {"samples", heard->samples},
                  {"sample_rate_hz", heard->sample_rate_hz}};
    if (picture_.manifest() != nullptr) facts["prompt"] = job_.diffusion.prompt;
    console_.event("analysis", facts);
    return heard;
  }

  RunResult execute(const Features& features) {
    if (target_.kind == OutputTarget::Kind::frames) {
      PngSink sink(*target_.pattern, job_.output.size.value_or(job_.paint.size), job_.output.fit,
                   arguments_.run.overwrite);
      return make_pictures(features, sink);
    }
    VideoSettings settings = video_settings(job_, target_, picture_.manifest());
    settings.tags = read_song_tags(source_.file());
    std::optional<SoundTrack> sound;
    if (settings.audio_codec != "none") sound = sound_track(source_, plan_);
    if (target_.kind == OutputTarget::Kind::stream) {
      VideoWriter writer(settings, STDOUT_FILENO, std::move(sound));
      return write_video(features, writer);
    }
    const bool with_sound = sound.has_value();
    PartFile part(target_.path);
    console_.detail("what is done so far plays from " + part.path().string());
    VideoWriter writer(settings, part.path(), std::move(sound));
    RunResult result = write_video(features, writer);
    if (!result.complete) return result;
    check_finished_video(part.path(), plan_, settings.fps, with_sound);
    part.commit(arguments_.run.overwrite);
    return result;
  }

  RunResult write_video(const Features& features, VideoWriter& writer) {
    VideoSink sink(writer);
    RunResult result = make_pictures(features, sink);
    if (!result.complete) return result;
    const VideoSummary summary = writer.finish();
    for (const std::string& note : summary.notes) console_.warn(note);
    console_.event(
        "encode",
        {{"video", summary.video_encoder}, {"audio", summary.audio_encoder}, {"frames", summary.pictures}});
    console_.detail(fmt::format("encoded {} frames with {}, sound: {}", summary.pictures,
                                summary.video_encoder,
                                summary.audio_encoder.empty() ? "none" : summary.audio_encoder));
    return result;
  }

  RunResult make_pictures(const Features& features, FrameSink& sink) {
    console_.begin_stage(diffuser_ != nullptr ? "render" : "paint", static_cast<int64_t>(plan_.shown.size()));
    std::optional<PreviewSink> preview;
    if (const std::string& file = arguments_.run.preview; !file.empty())
      preview.emplace(sink, file, static_cast<int64_t>(plan_.shown.size()), job_.paint.size);
    FrameSink& frames = preview ? *preview : sink;
    const Run run{job_,
                  plan_,
                  features,
                  diffuser_.get(),
                  frames,
                  stop_requests(),
                  [this](int64_t done, int64_t frame) {
                    console_.advance(done);
                    console_.event("frame",
                                   {{"frame", frame}, {"done", done}, {"total", plan_.shown.size()}});
                  },
                  arguments_.run.statistics,
                  picture_.control.get(),
                  more_precise_,
                  interpolator_};
    RunResult result;
    try {
      result = run_threaded(run, thread_count(job_.threads));
      if (preview) preview->finish();
    } catch (const FrameError& error) {
      console_.end_stage();
      if (console_.in_job()) throw;  // its settings are not all on the command line
      throw Error(error.kind(), fmt::format("{}\nreproduce it with: {}", error.what(),
                                            reproduction(arguments_, error.frame())));
    }
    console_.end_stage();
    return result;
  }

  void report(const RunResult& result, const Features& features) {
    if (!result.complete) {
      console_.info(fmt::format("stopped after {} of {} frames{}", result.frames, plan_.shown.size(),
                                target_.kind == OutputTarget::Kind::frames ? "" : "; nothing was kept"));
      return;
    }
    Json done = {{"path", target_.text()}, {"frames", result.frames}, {"seconds", result.seconds.total}};
    if (arguments_.run.json && target_.kind == OutputTarget::Kind::video)
      done["sha256"] = sha256_file(target_.path);
    if (result.pictures) {
      done["stats"] = statistics_to_json(*result.pictures, features.find(kOnset)->values,
                                         features.events.beats_s, result.seconds);
      print_statistics(done["stats"]);
      warn_of_flashes(result.pictures->flashes_per_s());
    }
    console_.info(fmt::format("{}: {} frames in {:.1f} s ({:.1f} frames/s)", target_.text(), result.frames,
                              result.seconds.total,
                              static_cast<double>(result.frames) / result.seconds.total));
    console_.event("done", done);
  }

  // One "name value" per line, the stages as "seconds_paint 0.52".
  void print_statistics(const Json& statistics) {
    if (arguments_.run.json) return;
    std::string text;
    for (const auto& [name, value] : statistics.items()) {
      if (!value.is_object()) text += statistics_line(name, value);
    }
    for (const auto& [stage, seconds] : statistics["seconds"].items())
      text += statistics_line("seconds_" + stage, seconds);
    const bool taken = target_.kind == OutputTarget::Kind::stream || console_.in_job();
    taken ? console_.info(text) : console_.answer(text);
  }

  static std::string statistics_line(const std::string& name, const Json& value) {
    if (value.is_number_float()) return fmt::format("{} {:.4f}\n", name, value.get<double>());
    return fmt::format("{} {}\n", name, value.dump());
  }

  void warn_of_flashes(int flashes_per_s) {
    constexpr int kLimit = 3;  // WCAG 2.3.1
    if (flashes_per_s <= kLimit) return;
    console_.warn(
        fmt::format("the pictures flash {} times within a second: more than {} can cause seizures "
                    "(WCAG 2.3.1); --blur, a smoother preset or --flash-limit {} calms them",
                    flashes_per_s, kLimit, kLimit));
  }

  const Arguments& arguments_;
  Console& console_;
  PictureJob& picture_;
  RenderJob& job_;
  const OutputTarget& target_;
  AudioSource& source_;
  const Plan& plan_;
  std::unique_ptr<Diffuser> diffuser_, precise_diffuser_;
  std::function<Diffuser*(int64_t)> more_precise_;
  int64_t made_again_ = 0;                // pictures that were not finite
  Interpolator* interpolator_ = nullptr;  // of the model store
};

}  // namespace

RunOutcome run_plan(const Arguments& arguments, Console& console, PictureJob& job, ModelStore& models,
                    AnalysisStore& analyses) {
  return PictureRun(arguments, console, job).run(models, analyses);
}

}  // namespace spectradiff
