#include "spectradiff/features/series.h"

#include <fmt/format.h>

#include <algorithm>

#include "band_name.h"
#include "mel.h"
#include "spectradiff/base/number.h"
#include "spectradiff/features/features.h"

namespace spectradiff {
namespace {

constexpr std::string_view kBandPrefix = "band:";

std::vector<std::string> make_series_names() {
  std::vector<std::string> names = {"rms",        "peak",  "loudness", "centroid",   "spread",    "skewness",
                                    "kurtosis",   "onset", "beat",     "beat_phase", "bar_phase", "harmonic",
                                    "percussive", "bass",  "mid",      "treble"};
  for (const char* pitch : kPitchClasses) names.push_back(fmt::format("chroma_{}", pitch));
  return names;
}

std::vector<std::string> make_timbre_names() {
  std::vector<std::string> names;
  names.reserve(kMelBands + kMfccCoefficients);
  for (int i = 0; i < kMelBands; ++i) names.push_back(fmt::format("mel_{}", i));
  for (int i = 0; i < kMfccCoefficients; ++i) names.push_back(fmt::format("mfcc_{}", i));
  return names;
}

std::vector<std::string> make_librosa_names() {
  std::vector<std::string> names = {"rms_db", "centroid_1024"};
  for (const char* pitch : kPitchClasses) names.push_back(fmt::format("chroma_cqt_{}", pitch));
  names.insert(names.end(), {"mel_level", "mel_power", "percussive_mel", "percussive_peak"});
  return names;
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

const std::vector<std::string>& series_names() {
  static const std::vector<std::string> names = make_series_names();
  return names;
}

const std::vector<std::string>& timbre_series_names() {
  static const std::vector<std::string> names = make_timbre_names();
  return names;
}

const std::vector<std::string>& librosa_series_names() {
  static const std::vector<std::string> names = make_librosa_names();
  return names;
}

std::optional<Band> band_of_name(std::string_view name) {
  if (!name.starts_with(kBandPrefix)) return std::nullopt;
  name.remove_prefix(kBandPrefix.size());
  const size_t colon = name.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto low = parse_real(name.substr(0, colon));
  const auto high = parse_real(name.substr(colon + 1));
  if (!low || !high || !(*low >= 0) || !(*low < *high)) return std::nullopt;
  return Band{*low, *high};
}

bool is_series_name(std::string_view name) {
  return holds(series_names(), name) || holds(timbre_series_names(), name) ||
         holds(librosa_series_names(), name) || band_of_name(name).has_value();
}

const Series* Features::find(std::string_view name) const {
  const auto found =
      std::find_if(series.begin(), series.end(), [&](const Series& one) { return one.name == name; });
  return found == series.end() ? nullptr : &*found;
}

}  // namespace spectradiff
