#include "sections.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "changes.h"
#include "segmentation.h"

namespace spectradiff {
namespace {

// Chosen with those of segmentation.cpp.
constexpr double kPlayingLikeness = 1.2, kHarmonyLikeness = 2.9;
constexpr double kSameLabel = 2.3;
constexpr double kLeastSpreadDb = 6;    // of sections' energies, where they differ less
constexpr double kDensityWeight = 0.3;  // of how much begins, beside how loud it is

constexpr size_t kFewBars = 24;

struct Stretch {
  size_t begin, end;
  size_t length() const { return end - begin; }
};

template <size_t kSize>
double squared_distance(const std::array<double, kSize>& a, const std::array<double, kSize>& b) {
  double sum = 0;
  for (size_t i = 0; i < kSize; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

class Likeness {
 public:
  Likeness(const BarSounds& sounds, const std::vector<Stretch>& stretches)
      : sounds_(sounds), stretches_(stretches), playing_(stretches.size()) {
    for (size_t i = 0; i < stretches.size(); ++i) {
      for (size_t bar = stretches[i].begin; bar < stretches[i].end; ++bar) {
        for (size_t k = 0; k < playing_[i].size(); ++k)
          playing_[i][k] += sounds.playing[bar][k] / static_cast<double>(stretches[i].length());
      }
    }
  }

  // In terms of noise.
  double distance(size_t a, size_t b) const {
    const double playing = squared_distance(playing_[a], playing_[b]) / sounds_.playing_noise;
    return kPlayingLikeness * playing + kHarmonyLikeness * std::max(harmony_distance(a, b) - 1, 0.0);
  }

 private:
  // The shorter one is moved along the longer one; 1 is what noise alone makes.
  double harmony_distance(size_t a, size_t b) const {
    const auto [shorter, longer] = stretches_[a].length() < stretches_[b].length()
                                       ? std::pair(stretches_[a], stretches_[b])
                                       : std::pair(stretches_[b], stretches_[a]);
    double least = std::numeric_limits<double>::infinity();
    for (size_t from = longer.begin; from + shorter.length() <= longer.end; ++from) {
      double sum = 0;
      for (size_t bar = 0; bar < shorter.length(); ++bar)
        sum += squared_distance(sounds_.harmony[shorter.begin + bar], sounds_.harmony[from + bar]);
      least = std::min(least, sum);
    }
    return least / static_cast<double>(shorter.length()) / 2 / sounds_.harmony_noise;
  }

  const BarSounds& sounds_;
  const std::vector<Stretch>& stretches_;
  std::vector<std::array<double, BarSounds::kPlaying>> playing_;  // means
};

// Each stretch joins the label whose stretches are nearest in the mean, or begins a new one.
std::vector<int> labels_of(const Likeness& likeness, size_t stretches) {
  std::vector<std::vector<size_t>> labelled;
  std::vector<int> labels;
  for (size_t i = 0; i < stretches; ++i) {
    double nearest = kSameLabel;
    size_t label = labelled.size();
    for (size_t other = 0; other < labelled.size(); ++other) {
      double mean = 0;
      for (const size_t member : labelled[other])
        mean += likeness.distance(i, member) / static_cast<double>(labelled[other].size());
      if (mean >= nearest) continue;
      nearest = mean;
      label = other;
    }
    if (label == labelled.size()) labelled.emplace_back();
    labelled[label].push_back(i);
    labels.push_back(static_cast<int>(label));
  }
  return labels;
}

double energy_db(const std::vector<Bar>& bars, const Stretch& stretch) {
  double sum = 0;
  for (size_t bar = stretch.begin; bar < stretch.end; ++bar)
    sum += bars[bar].level_db + kDensityWeight * bars[bar].density_db;
  return sum / static_cast<double>(stretch.length());
}

std::vector<size_t> cut_few(const std::vector<Bar>& bars, const SongHops& song) {
  std::vector<size_t> cuts = {0};
  for (const double change_s : find_changes(song, bars.back().end_s)) {
    const auto nearest = std::min_element(bars.begin(), bars.end(), [&](const Bar& a, const Bar& b) {
      return std::abs(a.begin_s - change_s) < std::abs(b.begin_s - change_s);
    });
    const auto at = static_cast<size_t>(nearest - bars.begin());
    if (at > cuts.back()) cuts.push_back(at);
  }
  return cuts;
}

// A section that begins in a pause begins with what sounds after it; one in which nothing sounds is none.
std::vector<Section> begun_in_sound(std::vector<Section> sections, const std::vector<Pause>& pauses) {
  std::vector<Section> begun = {sections.front()};
  for (size_t i = 1; i < sections.size(); ++i) {
    Section section = sections[i];
    section.begin_s = std::min(after_pause(section.begin_s, pauses), section.end_s);
    begun.back().end_s = section.begin_s;
    if (section.begin_s < section.end_s) begun.push_back(section);
  }
  std::vector<int> seen;  // labels, in the order in which they come
  for (Section& section : begun) {
    const auto found = std::find(seen.begin(), seen.end(), section.label);
    const auto label = static_cast<int>(found - seen.begin());
    if (found == seen.end()) seen.push_back(section.label);
    section.label = label;
  }
  return begun;
}

SectionEnergy class_of(double energy) {
  if (energy < 1.0 / 3) return SectionEnergy::low;
  return energy > 2.0 / 3 ? SectionEnergy::high : SectionEnergy::middle;
}

}  // namespace

std::vector<Section> find_sections(const std::vector<Bar>& bars, const std::vector<Pause>& pauses,
                                   const SongHops& song) {
  if (bars.empty()) return {};
  const BarSounds sounds = compare_bars(bars);
  std::vector<Stretch> stretches;
  for (const size_t begin : bars.size() < kFewBars ? cut_few(bars, song) : cut_at_changes(sounds)) {
    if (!stretches.empty()) stretches.back().end = begin;
    stretches.push_back({begin, bars.size()});
  }
  const std::vector<int> labels = labels_of(Likeness(sounds, stretches), stretches.size());
  std::vector<double> energies_db;
  for (const Stretch& stretch : stretches) energies_db.push_back(energy_db(bars, stretch));
  const auto [least, most] = std::minmax_element(energies_db.begin(), energies_db.end());
  const double middle_db = (*least + *most) / 2, spread_db = std::max(*most - *least, kLeastSpreadDb);
  std::vector<Section> sections;
  for (size_t i = 0; i < stretches.size(); ++i) {
    const double energy = std::clamp(0.5 + (energies_db[i] - middle_db) / spread_db, 0.0, 1.0);
    sections.push_back({.begin_s = bars[stretches[i].begin].begin_s,
                        .end_s = bars[stretches[i].end - 1].end_s,
                        .label = labels[i],
                        .energy = energy,
                        .energy_class = class_of(energy)});
  }
  return begun_in_sound(std::move(sections), pauses);
}

}  // namespace spectradiff
