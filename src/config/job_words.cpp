#include "spectradiff/config/job_words.h"

#include <map>
#include <utility>
#include <vector>

#include "bend_text.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/timeline/given_series.h"
#include "spectradiff/timeline/prompt_schedule.h"
#include "spectradiff/timeline/signals.h"

namespace spectradiff {
namespace {

constexpr size_t kShownText = 200;

struct JobExpression {
  std::string key;   // of the option
  std::string text;  // an expression
};

std::vector<JobExpression> expressions_of(const RenderJob& job) {
  std::vector<JobExpression> found;
  for (const auto& [key, text] : job.expressions) found.push_back({key, text});
  for (const Scene& scene : job.scenes) {
    for (const auto& [key, change] : scene.changes) found.push_back({key, change.value});
  }
  const DiffusionSettings& diffusion = job.diffusion;
  if (const auto schedule = diffusion.schedule()) {
    if (!schedule->weight.empty()) found.push_back({"prompt_weight", schedule->weight});
    for (const PromptKey& key : schedule->keys) {
      if (!key.weight.empty()) found.push_back({"prompts", key.weight});
      for (const auto& [option, change] : key.changes) found.push_back({option, change.value});
    }
  }
  if (const std::string& by = diffusion.conditioning.walk.by; !by.empty()) found.push_back({"walk_by", by});
  for (const auto& [region, text] : diffusion.conditioning.walk.regions)
    found.push_back({"walk_regions", text});
  for (const auto& [region, text] : diffusion.conditioning.region_amounts)
    found.push_back({"region_amounts", text});
  for (const BendText& bend : read_bends(diffusion.conditioning.bend)) {
    for (size_t i = kind_of({bend.kind, {}}).channels; i < bend.arguments.size(); ++i)
      found.push_back({"bend", bend.arguments[i]});
  }
  for (const auto& [name, text] : job.signals) found.push_back({"signal", name});
  return found;
}

// Beside signals, what some of them may read.
std::vector<std::string> readable(const SignalSet& signals) {
  std::vector<std::string> names = signals.names();
  names.emplace_back(kProgress);
  return names;
}

void check_given(const RenderJob& job, const JobExpression& from, const std::string& word) {
  const auto given = given_name(word);
  if (!given) return;
  const bool of_stems = given->prefix == kStemPrefix, of_labels = given->prefix == kLabelsPrefix;
  const auto& files = of_stems ? job.input.stems : of_labels ? job.input.labels : job.input.midi;
  if (files.contains(given->file)) return;
  std::vector<std::string> names;
  for (const auto& [name, file] : files) names.push_back(name);
  throw_error(ErrorKind::usage, "{} = {} reads {}, and no file of that name is given{}; {} {}=FILE names it",
              from.key, shortened(from.text, kShownText), word, suggestion(given->file, names),
              of_stems    ? "--stem"
              : of_labels ? "--labels"
                          : "--midi",
              given->file);
}

// What decides the painting, or where it is seen from.
bool decides_painting(const std::string& key) {
  const Option* option = find_option(key);
  return option != nullptr && option->number &&
         (option->number->put_painting != nullptr || option->number->put_journey != nullptr);
}

}  // namespace

std::set<std::string> words_read(const RenderJob& job) {
  const SignalSet signals(job.signals);
  const std::vector<std::string> names = readable(signals);
  std::set<std::string> words;
  for (const JobExpression& each : expressions_of(job))
    words.merge(signals.reads(Expression(each.text, names)));
  return words;
}

std::set<std::string> idle_signals(const RenderJob& job) {
  const SignalSet signals(job.signals);
  const std::vector<std::string> names = readable(signals);
  std::set<std::string> idle;
  for (const auto& [name, text] : job.signals) idle.insert(name);
  for (const JobExpression& each : expressions_of(job)) {
    if (each.key == "signal") continue;
    for (const std::string& word : signals.reads(Expression(each.text, names))) idle.erase(word);
  }
  return idle;
}

void check_words(const RenderJob& job) {
  const SignalSet signals(job.signals);
  const std::vector<std::string> names = readable(signals);
  for (const JobExpression& each : expressions_of(job)) {
    const std::set<std::string> words = signals.reads(Expression(each.text, names));
    for (const std::string& word : words) check_given(job, each, word);
    if (words.contains(kChange) && decides_painting(each.key)) {
      throw_error(
          ErrorKind::usage,
          "{} = {} reads change, which is measured on the painting and its camera; options of diffusion, "
          "such as strength and seed_travel, may read it",
          each.key, shortened(each.text, kShownText));
    }
  }
}

}  // namespace spectradiff
