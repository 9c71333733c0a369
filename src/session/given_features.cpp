#include "given_features.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/base/threads.h"
#include "spectradiff/config/job_words.h"
#include "spectradiff/config/journey_plan.h"
#include "spectradiff/config/modulation.h"
#include "spectradiff/config/options.h"
#include "spectradiff/config/scene_plan.h"
#include "spectradiff/render/executor.h"
#include "spectradiff/render/statistics.h"
#include "spectradiff/timeline/given_series.h"

namespace spectradiff {
namespace {

// Its rms alone, of few and cheap bins.
Series stem_level(const std::string& name, AudioSource& stem, const RenderJob& job, const Features& song,
                  RenderObserver& observer) {
  AnalysisSettings settings;
  settings.fps = job.analysis.fps;
  settings.bins = 1;
  settings.spacing = BinSpacing::seed;
  settings.window = TimeSpan::milliseconds(50);
  settings.window_shape = WindowShape::rect;
  FeatureRequest wanted;
  wanted.series.insert("rms");
  const size_t known = stem.notes().size();
  const Features heard = analyze(stem, settings, wanted);
  warn_of_notes(stem, known, job.input.strict, observer);
  Series level{name, "", heard.find("rms")->values};
  level.values.resize(static_cast<size_t>(song.frames));
  return level;
}

// Mean difference of each picture from the one before, as a share of full brightness.
class ChangeSink : public FrameSink {
 public:
  explicit ChangeSink(int64_t frames) : values_(static_cast<size_t>(frames)) {}

  void accept(int64_t frame, const Canvas& picture) override {
    if (last_.size() == picture.size())
      values_[static_cast<size_t>(frame)] = static_cast<float>(mean_change(last_, picture));
    last_ = picture.clone();
  }

  std::vector<float> take() { return std::move(values_); }

 private:
  std::vector<float> values_;
  Canvas last_;
};

// What is left of the job is painted.
RenderJob painting_of(RenderJob job) {
  const auto paints = [](const std::string& key) {
    const auto& number = find_option(key)->number;
    return number && (number->put_painting != nullptr || number->put_journey != nullptr);
  };
  std::erase_if(job.expressions, [&](const auto& each) { return !paints(each.first); });
  for (Scene& scene : job.scenes)
    std::erase_if(scene.changes, [&](const auto& each) { return !paints(each.first); });
  job.selection = {};
  job.diffusion.enabled = false;
  job.diffusion.every = 1;
  return job;
}

Series painted_change(const RenderJob& whole, const Features& features, RenderObserver& observer) {
  const RenderJob job = painting_of(whole);
  Plan plan = make_plan(job, features.sample_rate_hz, features.samples);
  plan.constants.paint = settled(job.paint);
  std::vector<std::string> notes;
  std::vector<MovedOption> moved = moved_options(job, features, frames_of(plan), &notes);
  moved = moved_by_scenes(std::move(moved), plan, job, features, notes);
  move_plan(plan, job, moved);
  if (moves_painting(job)) put_views(plan, job, features);
  observer.info(
      fmt::format("change: {} painted once to see what changes", counted(features.frames, "frame")));
  ChangeSink sink(features.frames);
  const std::atomic<int> stop = 0;
  Run run{plan, features, sink, stop};
  run_threaded(run, thread_count(job.threads));
  return {kChange, "", sink.take()};
}

}  // namespace

bool reads_given_series(const RenderJob& job) {
  const std::set<std::string> words = words_read(job);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_given_name(word); });
}

void add_given_series(Features& features, SongInput& input, const RenderJob& job, bool paints,
                      RenderObserver& observer) {
  const std::set<std::string> words = words_read(job);
  for (const std::string& word : words) {
    const auto given = given_name(word);
    if (!given) continue;
    const std::string& file = given->file;
    if (given->prefix == kStemPrefix) {
      features.series.push_back(stem_level(word, input.stems.at(file), job, features, observer));
    } else if (given->prefix == kLabelsPrefix) {
      features.series.push_back(label_series(word, input.labels.at(file), features));
    } else {
      features.series.push_back(note_series(word, input.midi.at(file), features));
    }
  }
  if (!words.contains(kChange)) return;
  if (!paints)
    throw_error(ErrorKind::usage, "change: analyze paints nothing that could change; render and paint do");
  Series change = painted_change(job, features, observer);
  features.series.push_back(std::move(change));
}

}  // namespace spectradiff
