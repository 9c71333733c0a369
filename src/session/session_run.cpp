#include "session_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "cost_watch.h"
#include "finished_work.h"
#include "frame_record.h"
#include "init_pictures.h"
#include "kept_frames.h"
#include "music.h"
#include "preview_sink.h"
#include "run_diffusers.h"
#include "run_report.h"
#include "run_words.h"
#include "session_state.h"
#include "shards.h"
#include "spectradiff/base/bytes_text.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"
#include "spectradiff/base/threads.h"
#include "spectradiff/config/plan_file.h"
#include "spectradiff/media/song_tags.h"
#include "spectradiff/render/executor.h"
#include "spectradiff/render/opacity_pictures.h"
#include "spectradiff/render/shard.h"
#include "video_output.h"
#include "video_tag.h"

namespace spectradiff {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// What a run holds is abandoned by others only while the run goes on.
class WorkGuard {
 public:
  WorkGuard(OpenWork& work, FrameStore* store, const OutputTarget& target) : work_(work) {
    if (store != nullptr) work_.begin(store, output_of(target));
  }
  ~WorkGuard() { work_.end(); }
  WorkGuard(const WorkGuard&) = delete;
  WorkGuard& operator=(const WorkGuard&) = delete;

 private:
  OpenWork& work_;
};

// Of pictures that are kept elsewhere.
class NoSink : public FrameSink {
 public:
  void accept(int64_t, const Canvas&) override {}
};

// Leaves the search for a loop that fits, which may try its pictures many times.
struct Stopped {};

// One run of the plan into the target.
class SessionRun {
 public:
  SessionRun(SessionState& state, const std::atomic<int>& stop)
      : state_(state),
        stop_(stop),
        observer_(state.observer),
        job_(state.settings.job),
        target_(state.target),
        plan_(state.plan) {}

  Outcome run(Session& session) {
    const Clock::time_point begin = Clock::now();
    tell_job(state_);
    if (target_.pattern) make_frames_folder(*target_.pattern);
    if (const std::string& folder = state_.settings.run.inits; !folder.empty() && state_.settings.diffuses)
      inits_.emplace(folder, state_.settings.run.overwrite);
    store_ = claim_output(state_);
    const WorkGuard work(state_.shared.work, store_.get(), target_);
    session.hear();
    tell_analysis(state_);
    const double analyze_s = seconds_since(begin);
    if (stop_.load() > 0) return {};
    if (is_shard()) {
      choose_shard();
      if (part_.rows.empty()) return report_empty_shard();
    } else if (target_.kind == OutputTarget::Kind::frames) {
      choose_missing();
    }
    auto kept = kept_pictures(state_, is_shard() ? part_ : plan_, store_.get());
    watch_cost(kept.get());
    costs_->tell();

    std::optional<RunResult> made;
    while (!made) {
      try {
        made = load_and_make();
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::memory) throw;
        const bool keeps = store_ != nullptr && store_->pictures() > 0;
        if (!can_step_down())
          throw Error(ErrorKind::memory, error.what() + what_needs_less(state_, keeps ? kept_text() : ""));
      }
      if (made) break;
      step_down();
      kept = kept_pictures(state_, to_make(), store_.get());
      watch_cost(kept.get());
    }
    RunResult& result = *made;
    for (const std::string& note : state_.shared.models.take_notes()) observer_.warn(note);
    result.seconds.analyze = analyze_s;
    result.seconds.load = load_s_;
    result.seconds.total = seconds_since(begin);
    if (is_shard()) return report_shard(result);
    if (result.complete && store_ != nullptr) end_store();
    return report(result);
  }

  // Of pictures that are all there.
  Outcome assemble(KeptPictures& pictures) {
    const Clock::time_point begin = Clock::now();
    tell_job(state_);
    if (target_.pattern) make_frames_folder(*target_.pattern);
    store_ = claim_output(state_);
    const WorkGuard work(state_.shared.work, store_.get(), target_);
    load_showing();
    if (target_.kind == OutputTarget::Kind::frames) choose_missing();
    watch_cost(nullptr);
    kept_ = &pictures;
    makes_ = false;
    RunResult result = write_target();
    result.seconds.total = seconds_since(begin);
    return report(result);
  }

 private:
  RunResult load_and_make() {
    const Clock::time_point load_begin = Clock::now();
    if (state_.settings.diffuses) diffusers_.emplace(state_);
    if (!is_shard()) load_showing();
    load_s_ = seconds_since(load_begin);
    if (stop_.load() > 0) return {};
    return is_shard() ? make_shard() : write_target();
  }

  // Fewer slots make other pictures. So that is for runs that have none yet, that nobody told how many to
  // use, and that others need not agree with.
  bool can_step_down() const {
    const auto& diffusion = plan_.constants.diffusion;
    if (target_.pattern && part_.shown.size() < plan_.shown.size()) return false;
    return diffusion && diffusion->slots > 1 && job_.diffusion.batch_size == 0 && !state_.given &&
           !is_shard() && costs_->pace().pictures() == 0 && (stored_ == nullptr || stored_->count() == 0);
  }

  void step_down() {
    diffusers_.reset();
    int& slots = state_.plan.constants.diffusion->slots;
    slots /= 2;
    if (part_.constants.diffusion) part_.constants.diffusion->slots = slots;
    observer_.warn(fmt::format(
        "out of memory before the first picture: the batch size becomes {} for all of this render; pictures "
        "differ a little from those of {}, and --batch-size {} makes the same ones",
        slots, 2 * slots, slots));
  }

  // The output is complete, whatever becomes of its store.
  void end_store() {
    try {
      state_.settings.run.keep_frames ? store_->flush() : store_->remove();
    } catch (const Error& error) {
      observer_.warn(fmt::format("{} is complete, but its frames could not be {}: {}", target_.text(),
                                 state_.settings.run.keep_frames ? "kept" : "cleared away", error.what()));
    }
  }

  bool is_shard() const { return state_.settings.run.shard.has_value(); }

  // The networks behind the pictures that are made.
  void load_showing() {
    ModelStore& models = state_.shared.models;
    if (state_.interpolation)
      interpolator_ = &models.interpolator(*state_.interpolation, engine_request(state_));
    if (state_.upscaling) upscaler_ = &models.upscaler(*state_.upscaling, engine_request(state_));
  }

  void choose_shard() {
    const Shard& shard = *state_.settings.run.shard;
    part_ = shard_of(plan_, shard);
    std::string text;
    write_plan(plan_, asked_settings(state_), [&](std::string_view line) { text += line; });
    const bool is_piped = state_.request.song == "-";
    tell_shard(*store_, shard, text,
               is_piped ? "" : std::filesystem::absolute(state_.input.song.file()).string());
    tell_part(state_, part_);
  }

  Outcome report_empty_shard() {
    observer_.event("done", {{"path", store_->file().string()}, {"frames", 0}, {"seconds", 0.0}});
    return {true, 0, 0, nullptr};
  }

  void watch_cost(StoredPictures* stored) {
    kept_ = stored_ = stored;
    costs_.emplace(state_, to_make(), store_.get(), stored);
  }

  // All that is to be made, or the part of it that this run makes.
  const Plan& to_make() const {
    return is_shard() || target_.kind == OutputTarget::Kind::frames ? part_ : plan_;
  }

  RunResult make_shard() {
    std::erase_if(part_.shown, [&](const ShownFrame& shown) { return kept_->has(shown.frame); });
    NoSink sink;
    RunResult result = make_pictures(part_, sink);
    store_->flush();
    result.frames = static_cast<int64_t>(part_.rows.size());
    return result;
  }

  Outcome report_shard(const RunResult& result) {
    if (!result.complete) {
      observer_.info("stopped" + kept_text());
      return {};
    }
    const std::string file = store_->file().string();
    observer_.info(fmt::format("{}: {} in {:.1f} s; `spectradiff assemble` makes the video of all shards",
                               file, counted(result.frames, "frame"), result.seconds.total));
    observer_.event("done", {{"path", file}, {"frames", result.frames}, {"seconds", result.seconds.total}});
    return {true, result.frames, result.seconds.total, nullptr};
  }

  RunResult write_target() {
    if (target_.kind == OutputTarget::Kind::frames) return write_frames();
    VideoSettings settings = video_settings(job_, target_);
    settings.picture_size = plan_.constants.shown_size();
    settings.comment = json_text(settings_tag(state_));
    if (is_loop(settings.container)) return write_loop(settings);
    settings.tags = read_song_tags(state_.input.song.file());
    std::optional<SoundTrack> sound;
    if (settings.audio_codec != "none") sound = sound_track(state_.input.song, plan_);
    if (target_.kind == OutputTarget::Kind::stream) {
      VideoWriter writer(settings, STDOUT_FILENO, std::move(sound));
      return write_video(writer);
    }
    const bool with_sound = sound.has_value();
    PartFile part(target_.path);
    observer_.detail("what is finished can be watched in " + part.path().string());
    costs_->writes(part.path());
    VideoWriter writer(settings, part.path(), std::move(sound));
    RunResult result = write_video(writer);
    if (!result.complete) return result;
    check_finished_video(part.path(), plan_, settings.fps, with_sound);
    part.commit(state_.settings.run.overwrite);
    return result;
  }

  RunResult write_loop(const VideoSettings& settings) {
    LoopSink sink(opacity_of_frames());
    RunResult result = make_pictures(plan_, sink);
    if (!result.complete) return result;
    LoopPictures pictures = sink.pictures();
    pictures.at = [this, at = pictures.at](int64_t number) {
      if (stop_.load() > 0) throw Stopped();
      return at(number);
    };
    const auto limit = static_cast<uint64_t>(settings.max_bytes);
    pictures.tried = [this, limit](const std::string& choice, uint64_t bytes) {
      observer_.info(fmt::format("{} takes {}, {} the {} that are allowed{}", choice, bytes_text(bytes),
                                 bytes > limit ? "more than" : "within", bytes_text(limit),
                                 bytes > limit ? "; trying less" : ""));
    };
    EncodedLoop loop;
    try {
      loop = encode_loop(settings, pictures);
    } catch (const Stopped&) {
      result.complete = false;
      return result;
    }
    check_finished_loop(loop, plan_, settings.fps);
    write_file(target_.path, loop.bytes, state_.settings.run.overwrite);
    state_.shared.work.complete();
    observer_.event("encode", {{"video", loop.encoder}, {"audio", ""}, {"frames", plan_.shown.size()}});
    observer_.info(fmt::format("{}: {:.2f} MB, {}, for ever and without sound", target_.text(),
                               static_cast<double>(loop.bytes.size()) / 1e6, loop.choice));
    return result;
  }

  // Once the song is heard.
  OpacityOf opacity_of_frames() {
    if (!plan_.constants.paint.colour.background.transparent) return nullptr;
    opacity_.emplace(plan_, *state_.features);
    return [this](int64_t frame) { return opacity_->at(frame); };
  }

  // What the record vouches for is kept, except where a picture needs those before it.
  void choose_missing() {
    const std::set<int64_t> made = frames_made(state_);
    replaces_ = !made.empty();
    const bool needs_all = plan_.constants.video.flash_limit || measures();
    const std::set<int64_t> kept = needs_all ? std::set<int64_t>() : made;
    if (!kept.empty())
      observer_.info(
          fmt::format("{} of {} there already", kept.size(), counted(std::ssize(plan_.shown), "frame")));
    part_ = part_of(plan_, [&](int64_t frame) { return !kept.contains(frame); });
  }

  RunResult write_frames() {
    std::map<int64_t, FrameKey> keys;
    const std::vector<FrameKey> in_order = shown_keys(plan_);
    for (size_t i = 0; i < in_order.size(); ++i) keys[plan_.shown[i].frame] = in_order[i];
    FrameRecord record(*target_.pattern);
    PngSink sink(
        *target_.pattern, plan_.constants.video.size, plan_.constants.video.fit,
        state_.settings.run.overwrite || replaces_,
        [&](int64_t frame, std::span<const uint8_t> bytes) {
          record.add(frame, keys.at(frame), sha256_hex(bytes));
        },
        opacity_of_frames());
    RunResult result = make_pictures(part_, sink);
    result.frames += static_cast<int64_t>(plan_.shown.size() - part_.shown.size());
    return result;
  }

  RunResult write_video(VideoWriter& writer) {
    VideoSink sink(writer, opacity_of_frames());
    RunResult result = make_pictures(plan_, sink);
    if (!result.complete) return result;
    const VideoSummary summary = writer.finish();
    for (const std::string& note : summary.notes) observer_.warn(note);
    observer_.event(
        "encode",
        {{"video", summary.video_encoder}, {"audio", summary.audio_encoder}, {"frames", summary.pictures}});
    observer_.detail(fmt::format("encoded {} with {}, sound: {}", counted(summary.pictures, "frame"),
                                 summary.video_encoder,
                                 summary.audio_encoder.empty() ? "none" : summary.audio_encoder));
    return result;
  }

  RunResult make_pictures(const Plan& plan, FrameSink& sink) {
    const auto frames = static_cast<int64_t>(plan.shown.size());
    const auto rows = static_cast<int64_t>(plan.rows.size());
    const int64_t there = costs_->there();
    const char* const stage = diffusers_ ? "render" : "paint";
    observer_.begin_stage(makes_ ? stage : "assemble", makes_ ? rows - there : frames, there);
    std::optional<PreviewSink> preview;
    std::optional<ShownPictures> shown;
    if (const std::string& file = state_.settings.run.preview; file == "-") {
      shown.emplace(sink, observer_);
    } else if (!file.empty()) {
      preview.emplace(sink, file, frames, job_.paint.size, observer_);
    }
    std::optional<ReportSink> report;
    FrameSink& previewed = preview ? static_cast<FrameSink&>(*preview) : shown ? *shown : sink;
    if (!state_.settings.run.report.empty()) report.emplace(previewed, strip_.emplace(frames));
    Run run{plan, *state_.features, report ? *report : previewed, stop_};
    run.pace = &costs_->pace();
    run.work = row_work(state_);
    run.made = [this] { costs_->made(); };
    run.progress = [this, frames](int64_t done, int64_t frame) {
      const Pace& pace = costs_->pace();
      costs_->showed(done);
      const std::optional<double> left_s = pace.left_s();
      observer_.advance(makes_ ? pace.pictures() : done, left_s);
      observer_.event(
          "frame",
          {{"frame", frame}, {"done", done}, {"total", frames}, {"left_s", left_s ? Json(*left_s) : Json()}});
    };
    if (diffusers_) {
      run.diffuser = &diffusers_->diffuser();
      if (state_.features->sound != nullptr) {
        const TextShape text = diffusers_->diffuser().text_shape();
        sound_.emplace(state_.features->sound, text.tokens, text.width);
        run.sound = &*sound_;
      }
      run.again = [this](int64_t frame) {
        observer_.warn(fmt::format(
            "frame {}: out of memory; its batch is made once more, by itself, with the same pictures",
            frame));
      };
      run.more_precise = [this](int64_t frame) { return diffusers_->more_precise(frame); };
    }
    run.kept = kept_;
    run.shows = !is_shard();
    run.statistics = measures();
    run.control = state_.control.get();
    run.depth = state_.depth.get();
    if (!state_.reference.empty()) run.reference = &state_.reference;
    if (inits_) run.inits = [this](int64_t frame, const Canvas& init) { inits_->write(frame, init); };
    run.interpolator = interpolator_;
    run.upscaler = upscaler_;
    const int threads = thread_count(job_.threads);
    RunResult result = !makes_ ? show_kept(run) : threads == 1 ? run_serial(run) : run_threaded(run, threads);
    if (result.complete && !is_loop(target_.container)) state_.shared.work.complete();
    if (preview) preview->finish();
    observer_.end_stage();
    return result;
  }

  Outcome report(const RunResult& result) {
    if (!result.complete) {
      observer_.info(fmt::format("stopped after {} of {}{}", result.frames,
                                 counted(std::ssize(plan_.shown), "frame"), kept_text()));
      return {};
    }
    Outcome outcome{true, result.frames, result.seconds.total, nullptr, nullptr};
    Json done = {{"path", target_.text()}, {"frames", result.frames}, {"seconds", result.seconds.total}};
    if (state_.settings.run.json && target_.kind == OutputTarget::Kind::video)
      done["sha256"] = sha256_file(target_.path);
    if (state_.settings.run.statistics) {
      outcome.statistics =
          statistics_to_json(*result.pictures, heard_music(*state_.features), result.seconds);
      done["stats"] = outcome.statistics;
    }
    if (strip_)
      outcome.report = std::make_shared<ReportPage>(
          page_of_run(state_, *result.pictures, std::move(*strip_), result.seconds.total));
    if (result.pictures) warn_of_flashes(result.pictures->flashes_per_s(), observer_);
    observer_.info(fmt::format("{}: {} in {:.1f} s ({:.1f} frames/s)", target_.text(),
                               counted(result.frames, "frame"), result.seconds.total,
                               static_cast<double>(result.frames) / result.seconds.total));
    observer_.event("done", done);
    return outcome;
  }

  bool measures() const { return state_.settings.run.statistics || !state_.settings.run.report.empty(); }

  std::string kept_text() const {
    if (target_.kind == OutputTarget::Kind::frames && kept_ == nullptr) return "";
    if (kept_ == nullptr) return "; nothing was kept";
    store_->flush();
    return fmt::format("; {} finished frames are kept in {}", store_->pictures(), store_->file().string());
  }

  SessionState& state_;
  const std::atomic<int>& stop_;
  RenderObserver& observer_;
  const RenderJob& job_;
  const OutputTarget& target_;
  const Plan& plan_;
  std::unique_ptr<FrameStore> store_;  // holds the claim; null for a stream
  KeptPictures* kept_ = nullptr;
  StoredPictures* stored_ = nullptr;  // the same, where they are kept while they are made
  bool makes_ = true;                 // pictures; false: all are there
  Plan part_;                         // of a shard, or the frames that are not there yet
  bool replaces_ = false;             // files of frames, where their record says so
  std::optional<CostWatch> costs_;
  double load_s_ = 0;
  std::optional<RunDiffusers> diffusers_;
  std::optional<OpacityPictures> opacity_;  // where the background is transparent
  std::optional<SoundEmbedder> sound_;      // where rows are told sound
  Interpolator* interpolator_ = nullptr;    // of the model store
  Upscaler* upscaler_ = nullptr;            // of the model store
  std::optional<InitPictures> inits_;       // where the init pictures are asked for
  std::optional<ReportStrip> strip_;        // where a report is asked for
};

}  // namespace

Outcome Session::run(const std::atomic<int>& stop) {
  return SessionRun(*state_, stop).run(*this);
}

Outcome assemble(SessionState& state, KeptPictures& pictures, const std::atomic<int>& stop) {
  return SessionRun(state, stop).assemble(pictures);
}

}  // namespace spectradiff
