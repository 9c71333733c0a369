#include "metre.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace spectradiff {
namespace {

constexpr size_t kSounds = PulseSounds::kSounds;
constexpr size_t kLowBands = 28;       // up to about 700 Hz
constexpr int64_t kNearHops = 2;       // a pulse's rise is the largest within these
constexpr double kPulsesLearned = 64;  // the weights are for the mean over so many
constexpr double kSlipCost = 7;
constexpr double kUsualBpm = 110;
constexpr double kTinyNorm = 1e-3;

enum Place : size_t { kBar, kMiddle, kBeat, kHalf, kRest, kPlaces };

// Learned; see scripts/songs/fit_metre.py.
constexpr double kWeights[kPlaces][kSounds] = {
    {1.83, 1.21, 0.82, 0.13, 3.45, 2.88, 3.39, 2.39},
    {0.78, 0.73, 0.38, -0.80, -0.84, -1.24, -2.59, -1.89},
    {-1.62, -0.72, -0.18, 2.72, -1.84, -1.03, -0.79, -0.01},
    {-0.49, -0.74, 0.01, -0.72, -0.69, -0.43, -0.07, -0.68},
    {-0.50, -0.48, -1.03, -1.33, -0.08, -0.19, 0.06, 0.19},
};
constexpr double kTempoWeight = 0.61, kTempoSquaredWeight = -2.80;  // by octaves
constexpr double kTripletWeight = -2.13, kThreeWeight = -1.95;
constexpr double kSevenWeight = -2.6;  // not learned: two composed songs of seven are too few

// Which place of a metre a pulse has.
Place place_of(int pulse, int pulses_per_beat, int beats_per_bar) {
  if (pulse == 0) return kBar;
  if (beats_per_bar == 4 && pulse == 2 * pulses_per_beat) return kMiddle;
  if (pulse % pulses_per_beat == 0) return kBeat;
  return pulses_per_beat % 2 == 0 && pulse % pulses_per_beat == pulses_per_beat / 2 ? kHalf : kRest;
}

// Sums over time, so that the mean of any stretch is quick.
template <size_t kSize>
class Means {
 public:
  using Row = std::array<double, kSize>;
  template <typename Value>
  Means(size_t count, Value value) : sums_(count + 1) {
    for (size_t i = 0; i < count; ++i) {
      for (size_t k = 0; k < kSize; ++k) sums_[i + 1][k] = sums_[i][k] + value(i, k);
    }
  }
  Row between(double begin, double end) const {
    const auto last = static_cast<double>(sums_.size()) - 2;
    const auto from = static_cast<size_t>(std::clamp(begin, 0.0, last));
    const auto to = std::max(static_cast<size_t>(std::clamp(end, 0.0, last + 1)), from + 1);
    Row mean;
    for (size_t k = 0; k < kSize; ++k)
      mean[k] = (sums_[to][k] - sums_[from][k]) / static_cast<double>(to - from);
    return mean;
  }

 private:
  std::vector<Row> sums_;
};

// Hops around the middle hear both sides.
double turned(const Means<12>& chroma, double begin, double middle, double end) {
  const auto before = chroma.between(begin, middle - 1);
  const auto after = chroma.between(middle + 0.25, end + 0.25);
  const double before_norm = std::sqrt(std::inner_product(before.begin(), before.end(), before.begin(), 0.0));
  const double after_norm = std::sqrt(std::inner_product(after.begin(), after.end(), after.begin(), 0.0));
  double squares = 0;
  for (size_t k = 0; k < before.size(); ++k) {
    const double away = after[k] / (after_norm + kTinyNorm) - before[k] / (before_norm + kTinyNorm);
    squares += away * away;
  }
  return std::sqrt(squares);
}

double moved(const Means<kLowBands>& low, double begin, double middle, double end) {
  const auto before = low.between(begin, middle - 1);
  const auto after = low.between(middle, end);
  double sum = 0;
  for (size_t k = 0; k < before.size(); ++k) sum += std::abs(after[k] - before[k]);
  return sum / static_cast<double>(kLowBands);
}

void to_unit_deviation(std::vector<std::array<double, kSounds>>& rows) {
  const auto count = static_cast<double>(rows.size());
  for (size_t i = 0; i < kSounds; ++i) {
    double mean = 0, variance = 0;
    for (auto& row : rows) {
      row[i] = std::log1p(row[i]);
      mean += row[i] / count;
    }
    for (const auto& row : rows) variance += (row[i] - mean) * (row[i] - mean) / count;
    for (auto& row : rows) row[i] = (row[i] - mean) / (std::sqrt(variance) + 1e-6);
  }
}

struct Judged {
  double score = -std::numeric_limits<double>::infinity();
  Metre metre;
};

// Seven beats are eighths, and felt in pairs.
double tempo_score(double bpm, int pulses_per_beat, int beats_per_bar) {
  const double felt_bpm = beats_per_bar == 7 ? bpm / 2 : bpm;
  const double octaves = std::log2(felt_bpm / kUsualBpm);
  double score = kTempoWeight * octaves + kTempoSquaredWeight * octaves * octaves;
  if (pulses_per_beat == 3) score += kTripletWeight;
  if (beats_per_bar == 3) score += kThreeWeight;
  if (beats_per_bar == 7) score += kSevenWeight;
  return score;
}

using PlaceScores = std::array<double, kPlaces>;

// The likeliest places of all pulses in bars of this metre.
Judged judge(const std::vector<PlaceScores>& scores, int pulses_per_beat, int beats_per_bar,
             const MetreRequest& request) {
  const int places = pulses_per_beat * beats_per_bar;
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  const double slip_cost = request.even ? -kNever : kSlipCost;
  std::vector<double> best(static_cast<size_t>(places), request.first_begins_bar ? kNever : 0.0);
  best.back() = 0;  // so that the first pulse may begin a bar
  std::vector<std::vector<int>> from;
  for (const PlaceScores& score : scores) {
    const auto most = std::max_element(best.begin(), best.end());
    std::vector<double> next(best.size());
    std::vector<int> before(best.size());
    for (int place = 0; place < places; ++place) {
      const auto at = static_cast<size_t>(place);
      before[at] = (place + places - 1) % places;
      double value = best[static_cast<size_t>(before[at])];
      if (*most - slip_cost > value) {
        value = *most - slip_cost;
        before[at] = static_cast<int>(most - best.begin());
      }
      next[at] = value + score[place_of(place, pulses_per_beat, beats_per_bar)];
    }
    from.push_back(std::move(before));
    best = std::move(next);
  }
  Judged judged;
  judged.metre = {.pulses_per_beat = pulses_per_beat,
                  .beats_per_bar = beats_per_bar,
                  .place = {},
                  .other_pulses_per_beat = {}};
  judged.metre.place.resize(scores.size());
  const auto last = std::max_element(best.begin(), best.end());
  judged.score = *last;
  int place = static_cast<int>(last - best.begin());
  for (size_t pulse = scores.size(); pulse-- > 0;) {
    judged.metre.place[pulse] = place;
    place = from[pulse][static_cast<size_t>(place)];
  }
  return judged;
}

}  // namespace

PulseSounds hear_pulses(const std::vector<double>& pulse_s, const Novelty& novelty, const SongHops& song) {
  PulseSounds sounds;
  if (pulse_s.size() < 2 || song.chroma.empty() || song.mel.hops() == 0) return sounds;
  const int floor = song.mel.floor();
  const Means<12> chroma(song.chroma.size(), [&](size_t hop, size_t k) { return song.chroma[hop][k]; });
  const Means<kLowBands> low(static_cast<size_t>(song.mel.hops()), [&](size_t hop, size_t k) {
    return std::max<int>(song.mel.hop(static_cast<int64_t>(hop))[k], floor) / MelFrames::kUnitsPerDb;
  });
  const int64_t hops = song.mel.hops();
  for (size_t pulse = 0; pulse < pulse_s.size(); ++pulse) {
    const double at_s = pulse_s[pulse];
    const double half_s = pulse > 0 ? at_s - pulse_s[pulse - 1] : pulse_s[1] - pulse_s[0];
    auto& row = sounds.rows.emplace_back();
    const int64_t hop = std::llround(at_s * song.mel_hops_per_second - kNoveltyEarlyHops);
    for (size_t range = 0; range < Novelty::kRanges; ++range) {
      for (int64_t near = std::max<int64_t>(hop - kNearHops, 0); near <= std::min(hop + kNearHops, hops - 1);
           ++near)
        row[range] = std::max<double>(row[range], novelty.rise_db[range][static_cast<size_t>(near)]);
    }
    size_t sound = Novelty::kRanges;
    for (const int reach : {2, 4}) {
      const double beside_s = reach * half_s;
      const double chroma_rate = song.chroma_hops_per_second, mel_rate = song.mel_hops_per_second;
      row[sound++] = turned(chroma, (at_s - beside_s) * chroma_rate, at_s * chroma_rate,
                            (at_s + beside_s) * chroma_rate);
      row[sound++] = moved(low, (at_s - beside_s) * mel_rate, at_s * mel_rate, (at_s + beside_s) * mel_rate);
    }
  }
  to_unit_deviation(sounds.rows);
  return sounds;
}

Metre find_metre(const PulseSounds& sounds, double pulses_per_minute, const MetreRequest& request) {
  std::vector<PlaceScores> scores;
  for (const auto& row : sounds.rows) {
    auto& score = scores.emplace_back();
    for (size_t place = 0; place < kPlaces; ++place) {
      for (size_t i = 0; i < kSounds; ++i) score[place] += kWeights[place][i] * row[i] / kPulsesLearned;
    }
  }
  const auto pulses = static_cast<double>(scores.size());
  std::vector<Judged> all;
  for (int pulses_per_beat = 1; pulses_per_beat <= 4; ++pulses_per_beat) {
    if (request.pulses_per_beat && *request.pulses_per_beat != pulses_per_beat) continue;
    for (const int beats_per_bar : {3, 4, 7}) {
      if (request.beats_per_bar > 0 && beats_per_bar != 4) continue;
      if (beats_per_bar == 7 && pulses_per_beat > 2) continue;
      const int beats = request.beats_per_bar > 0 ? request.beats_per_bar : beats_per_bar;
      Judged& judged = all.emplace_back(judge(scores, pulses_per_beat, beats, request));
      judged.score +=
          pulses / kPulsesLearned * tempo_score(pulses_per_minute / pulses_per_beat, pulses_per_beat, beats);
    }
  }
  if (scores.size() < 2) return {};
  const auto better = [](const Judged& a, const Judged& b) { return a.score > b.score; };
  std::sort(all.begin(), all.end(), better);
  Metre metre = std::move(all.front().metre);
  for (size_t i = 1; i < all.size() && !metre.other_pulses_per_beat; ++i) {
    if (all[i].metre.pulses_per_beat != metre.pulses_per_beat)
      metre.other_pulses_per_beat = all[i].metre.pulses_per_beat;
  }
  return metre;
}

}  // namespace spectradiff
