#include "series_list.h"

#include <algorithm>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/features/series.h"

namespace spectradiff {
namespace {

std::vector<std::string> known_names() {
  std::vector<std::string> names = {"all", "chroma", "mel", "mfcc"};
  for (const auto* list : {&series_names(), &timbre_series_names(), &librosa_series_names()})
    names.insert(names.end(), list->begin(), list->end());
  return names;
}

std::vector<std::string> members_of(const std::string& name) {
  if (name == "all") return series_names();
  std::vector<std::string> members;
  if (name == "chroma" || name == "mel" || name == "mfcc") {
    for (const auto* list : {&series_names(), &timbre_series_names()})
      std::copy_if(list->begin(), list->end(), std::back_inserter(members),
                   [&](const std::string& member) { return member.starts_with(name + "_"); });
    return members;
  }
  if (!is_series_name(name))
    throw_error(
        ErrorKind::usage,
        "series = {}: there is no such series{}; use all, chroma, rms, onset, …, band:LO:HI in Hz, mel or "
        "mfcc",
        name, suggestion(name, known_names()));
  return {name};
}

}  // namespace

std::vector<std::string> parse_series_list(std::string_view text) {
  if (text.empty()) return series_names();
  std::vector<std::string> series;
  for (const std::string_view part : split(text, ',')) {
    for (std::string& name : members_of(std::string(part)))
      if (std::find(series.begin(), series.end(), name) == series.end()) series.push_back(std::move(name));
  }
  return series;
}

}  // namespace spectradiff
