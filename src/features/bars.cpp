#include "bars.h"

#include <algorithm>
#include <cmath>

#include "spectradiff/base/percentile.h"

namespace spectradiff {
namespace {

constexpr size_t kLeastDownbeats = 4;
constexpr double kUnmeteredBarS = 2;
constexpr double kDeepDb = 70;
constexpr int kBassBands = 8;  // up to about 200 Hz
constexpr double kQuietDb = -100;
constexpr double kTinyRise = 0.01;

// Edges of bars, the song's begin and end among them. A rest that is shorter than a quarter of a bar belongs
// to its neighbour.
std::vector<double> bar_edges(const BeatGrid& grid, double duration_s) {
  std::vector<double> edges;
  if (grid.downbeats.size() < kLeastDownbeats) {
    for (double at = 0; at < duration_s - kUnmeteredBarS / 4; at += kUnmeteredBarS) edges.push_back(at);
  } else {
    for (const int beat : grid.downbeats) edges.push_back(grid.beats_s[static_cast<size_t>(beat)]);
    std::vector<double> lengths;
    for (size_t i = 1; i < edges.size(); ++i) lengths.push_back(edges[i] - edges[i - 1]);
    const double usual_s = upper_median(lengths);
    std::vector<double> before;
    for (double at = edges.front() - usual_s; at > usual_s / 4; at -= usual_s) before.push_back(at);
    if (edges.front() > usual_s / 4) before.push_back(0);
    std::sort(before.begin(), before.end());
    edges.insert(edges.begin(), before.begin(), before.end());
    edges.front() = 0;
    while (edges.back() + usual_s < duration_s) edges.push_back(edges.back() + usual_s);
    if (edges.size() > 1 && duration_s - edges.back() < usual_s / 4) edges.pop_back();
  }
  if (edges.empty()) edges.push_back(0);
  edges.push_back(duration_s);
  return edges;
}

struct Hops {
  size_t begin, end;
  double count() const { return static_cast<double>(end - begin); }
};

// At least one.
Hops hops_between(double begin_s, double end_s, double per_second, size_t hops) {
  const size_t last = hops - 1;
  const size_t begin = std::min(static_cast<size_t>(std::max(begin_s, 0.0) * per_second), last);
  const size_t end = std::min(static_cast<size_t>(std::max(end_s, 0.0) * per_second), hops);
  return {begin, std::max(end, begin + 1)};
}

double decibels(double power) {
  return power > 0 ? std::max(10 * std::log10(power), kQuietDb) : kQuietDb;
}

void hear_timbre(Bar& bar, const MelFrames& mel, double per_second, double floor_db) {
  const Hops hops = hops_between(bar.begin_s, bar.end_s, per_second, static_cast<size_t>(mel.hops()));
  bar.timbre_db = {};
  double bass = 0, treble = 0;
  for (size_t hop = hops.begin; hop < hops.end; ++hop) {
    const uint16_t* bands = mel.hop(static_cast<int64_t>(hop));
    for (int band = 0; band < kMelBands; ++band) {
      const double db = MelFrames::decibels(bands[band]);
      const auto timbre = static_cast<size_t>(band) * Bar::kTimbres / kMelBands;
      bar.timbre_db[timbre] += std::max(db, floor_db) * Bar::kTimbres / kMelBands / hops.count();
      (band < kBassBands ? bass : treble) += std::pow(10, db / 10) / hops.count();
    }
  }
  bar.bass_db = decibels(bass);
  bar.treble_db = decibels(treble);
  bar.level_db = decibels(bass + treble);
}

void hear_rises(Bar& bar, const Novelty& novelty, double per_second) {
  const Hops hops = hops_between(bar.begin_s, bar.end_s, per_second, novelty.strength.size());
  double sum = 0;
  for (size_t range = 0; range < Novelty::kRanges; ++range) {
    double mean = 0;
    for (size_t hop = hops.begin; hop < hops.end; ++hop) mean += novelty.rise_db[range][hop] / hops.count();
    bar.rises[range] = std::log1p(mean);
    sum += mean;
  }
  bar.density_db = 10 * std::log10(sum + kTinyRise);
}

void hear_chroma(Bar& bar, const std::vector<Chroma>& chroma, double per_second) {
  const double middle_s = (bar.begin_s + bar.end_s) / 2;
  for (size_t half = 0; half < 2; ++half) {
    const Hops hops = hops_between(half == 0 ? bar.begin_s : middle_s, half == 0 ? middle_s : bar.end_s,
                                   per_second, chroma.size());
    bar.chroma[half] = {};
    for (size_t hop = hops.begin; hop < hops.end; ++hop) {
      for (size_t pitch = 0; pitch < chroma[hop].size(); ++pitch)
        bar.chroma[half][pitch] += chroma[hop][pitch] / hops.count();
    }
  }
}

}  // namespace

std::vector<Bar> hear_bars(const SongHops& song, const BeatGrid& grid, double duration_s) {
  const uint16_t loudest = song.mel.maximum();
  std::vector<Bar> bars;
  if (loudest == 0) return bars;
  const std::vector<double> edges = bar_edges(grid, duration_s);
  const Novelty novelty = novelty_of(song.mel);
  for (size_t i = 0; i + 1 < edges.size(); ++i) {
    Bar bar{};
    bar.begin_s = edges[i];
    bar.end_s = edges[i + 1];
    hear_timbre(bar, song.mel, song.mel_hops_per_second, MelFrames::decibels(loudest) - kDeepDb);
    hear_rises(bar, novelty, song.mel_hops_per_second);
    hear_chroma(bar, song.chroma, song.chroma_hops_per_second);
    bars.push_back(bar);
  }
  return bars;
}

}  // namespace spectradiff
