#include "setting_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aspect.h"
#include "setting_needs.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/job_words.h"
#include "spectradiff/config/options.h"
#include "spectradiff/paint/picture_source.h"
#include "spectradiff/timeline/given_series.h"

namespace spectradiff {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "BREAK" and "AND" where no letter stands beside them.
bool has_word(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    const size_t end = at + word.size();
    if (begins && (end == text.size() || !is_letter(text[end]))) return true;
  }
  return false;
}

// From one sign to another, when `fits` takes what lies between: "<lora:x:0.8>".
template <typename Fits>
void add_bracketed(std::string_view text, char open, char close, Fits fits, std::vector<std::string>& found) {
  for (size_t at = text.find(open); at != text.npos; at = text.find(open, at + 1)) {
    const size_t end = text.find(close, at);
    if (end == text.npos) return;
    if (fits(text.substr(at + 1, end - at - 1))) found.emplace_back(text.substr(at, end + 1 - at));
  }
}

std::vector<std::string> foreign_words(std::string_view text) {
  std::vector<std::string> found;
  add_bracketed(
      text, '<', '>',
      [](std::string_view inner) {
        return inner.starts_with("lora:") || inner.starts_with("lyco:") || inner.starts_with("hypernet:");
      },
      found);
  add_bracketed(
      text, '[', ']',
      [](std::string_view inner) {
        const size_t colon = inner.rfind(':');
        return colon != inner.npos && colon + 1 < inner.size() &&
               inner.find_first_not_of("0123456789.", colon + 1) == inner.npos;
      },
      found);
  // Not of prompts that are shouted.
  const bool has_small = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  for (const char* word : {"BREAK", "AND"}) {
    if (has_small && has_word(text, word)) found.emplace_back(word);
  }
  return found;
}

// Files beside the song, of one kind, that no expression reads.
void warn_of_unread(const std::string& key, const std::map<std::string, std::string>& files,
                    const std::set<std::string>& words, RenderObserver& observer) {
  for (const auto& [name, file] : files) {
    const auto reads = [&, name = name](const std::string& word) {
      const auto given = given_name(word);
      const bool is_kind =
          given && (given->prefix == key + ":" || (key == "midi" && given->prefix == kPitchPrefix));
      return is_kind && given->file == name;
    };
    if (std::none_of(words.begin(), words.end(), reads))
      observer.warn(fmt::format("{} {} changes nothing: no expression reads {}:{}; --blur \"8*{}:{}\" would",
                                flag_of(key), name, key, name, key, name));
  }
}

// Signals of flags that no option reads. A report draws them all.
void warn_of_idle_signals(const std::vector<Layer>& layers, const Resolution& settings,
                          RenderObserver& observer) {
  if (!settings.run.report.empty()) return;
  const std::set<std::string> idle = idle_signals(settings.job);
  for (const Layer& layer : layers) {
    if (layer.kind != LayerKind::flag || !layer.values.contains("signal")) continue;
    for (const auto& [name, text] : layer.values["signal"].items()) {
      if (idle.contains(name))
        observer.warn(fmt::format("--signal {} changes nothing: no option reads it; --blur \"8*{}\" would",
                                  name, name));
    }
  }
}

}  // namespace

void warn_of_idle_flags(const std::vector<Layer>& layers, const Resolution& settings,
                        const OutputTarget& target, RenderObserver& observer) {
  for (const auto& [key, kind] : settings.kinds) {
    const Option* option = kind == LayerKind::flag ? find_option(key) : nullptr;
    if (option == nullptr) continue;
    if (const std::string missing = missing_for(*option, settings, target); !missing.empty())
      observer.warn(fmt::format("{} changes nothing: {}", option->flag(), missing));
  }
  warn_of_idle_signals(layers, settings, observer);
  const InputSettings& beside = settings.job.input;
  if (beside.stems.empty() && beside.midi.empty() && beside.labels.empty()) return;
  const std::set<std::string> words = words_read(settings.job);
  warn_of_unread("stem", beside.stems, words, observer);
  warn_of_unread("midi", beside.midi, words, observer);
  warn_of_unread("labels", beside.labels, words, observer);
}

void warn_of_foreign_words(const Resolution& settings, RenderObserver& observer) {
  if (!settings.diffuses) return;
  const DiffusionSettings& diffusion = settings.job.diffusion;
  std::vector<std::string> texts = {diffusion.prompt, diffusion.negative_prompt, diffusion.end_prompt};
  for (const PromptKey& key : diffusion.prompts)
    texts.insert(texts.end(), {key.prompt, key.negative.value_or("")});
  for (const auto& [region, text] : diffusion.conditioning.region_prompts) texts.push_back(text);
  std::vector<std::string> all;
  for (const std::string& text : texts) {
    for (std::string& word : foreign_words(text)) {
      if (std::find(all.begin(), all.end(), word) == all.end()) all.push_back(std::move(word));
    }
  }
  if (all.empty()) return;
  constexpr size_t kMost = 5;
  const size_t more = all.size() - std::min(kMost, all.size());
  all.resize(std::min(kMost, all.size()));
  observer.warn(
      fmt::format("{}{} in the prompts {} read as plain words: other programs' signs mean nothing here; "
                  "export_model.py --lora builds a LoRA into a model, --prompts changes prompts over "
                  "the song",
                  join(all, ", "), more > 0 ? fmt::format(" and {} more", more) : "",
                  all.size() + more == 1 ? "is" : "are"));
}

void warn_of_unknown_size(const Resolution& settings, RenderObserver& observer) {
  const Manifest* model = settings.model();
  if (model == nullptr || settings.run.draft) return;
  const Size size = settings.job.paint.size;
  const std::vector<Size>& known = model->verified_sizes;
  if (std::find(known.begin(), known.end(), size) != known.end()) return;
  if (known.empty()) {
    observer.warn(
        fmt::format("the model {} names no size that it was tried at: look at the pictures", model->name));
    return;
  }
  const Size nearest = most_like(known, size);
  std::vector<std::string> names;
  for (const Size& each : known) names.push_back(fmt::format("{}x{}", each.width, each.height));
  const Size asked = settings.job.output.size.value_or(size);
  observer.warn(
      fmt::format("the model {} knows {}, not {}x{}: pictures may melt or repeat themselves, and large "
                  "ones take long; --size {}x{} --output-size {}x{} gives that size",
                  model->name, join(names, ", "), size.width, size.height, nearest.width, nearest.height,
                  asked.width, asked.height));
}

void tell_first_pictures(const RenderJob& job, RenderObserver& observer) {
  const auto tell = [&](const char* option, const std::string& path) {
    if (const int64_t first = first_number(path, option); first != 0) {
      observer.info(
          fmt::format("{} = {} begins with number {}: that picture is shown with the song's first frame",
                      option, path, first));
    }
  };
  if (shows_image(job.paint) && !job.paint.image.path.empty()) tell("image", job.paint.image.path);
  if (!job.diffusion.control_video.empty()) tell("control_video", job.diffusion.control_video);
}

}  // namespace spectradiff
