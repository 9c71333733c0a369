#include "spectradiff/timeline/notes.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "spectradiff/base/mirrored.h"

namespace spectradiff {
namespace {

constexpr int64_t kSlopeFrames = 9;

double sum_of(const NoteValues& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<double> gaussian_weights(double deviation) {
  const auto reach = static_cast<int64_t>(4 * deviation + 0.5);
  std::vector<double> weights;
  for (int64_t i = -reach; i <= reach; ++i)
    weights.push_back(std::exp(-0.5 * static_cast<double>(i * i) / (deviation * deviation)));
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

void smooth_line(std::vector<double>& line, double deviation) {
  const std::vector<double> weights = gaussian_weights(deviation);
  const auto reach = static_cast<int64_t>(weights.size() / 2), count = static_cast<int64_t>(line.size());
  std::vector<double> made(line.size());
  for (int64_t at = 0; at < count; ++at) {
    double sum = 0;
    for (int64_t i = -reach; i <= reach; ++i)
      sum += weights[static_cast<size_t>(i + reach)] * line[static_cast<size_t>(mirrored(at + i, count))];
    made[static_cast<size_t>(at)] = sum;
  }
  line = std::move(made);
}

std::vector<NoteMix> mix_lerp(std::span<const NoteValues> chroma, std::span<const double> amount) {
  std::vector<NoteMix> mixes(chroma.size());
  for (size_t frame = 0; frame < chroma.size(); ++frame) {
    NoteMix& mix = mixes[frame];
    mix.along.fill(1);
    double rest = 1;  // what later notes leave of this one
    for (size_t note = kNotes; note-- > 0;) {
      const double share = std::clamp(amount[frame] * chroma[frame][note], 0.0, 1.0);
      mix.weights[note] = share * rest;
      rest *= 1 - share;
    }
  }
  return mixes;
}

std::vector<NoteMix> mix_persistence(std::span<const NoteValues> chroma, std::span<const double> amount) {
  constexpr double kKept = 0.8, kLoud = 0.4, kBoost = 1.75;
  std::vector<NoteMix> mixes(chroma.size());
  NoteValues persistence{};
  for (size_t frame = 0; frame < chroma.size(); ++frame) {
    const NoteValues& now = chroma[frame];
    NoteMix& mix = mixes[frame];
    mix.arcs = true;
    for (size_t note = 0; note < kNotes; ++note) {
      const bool rises = frame > 0 && now[note] > chroma[frame - 1][note];
      persistence[note] = rises ? persistence[note] + 1 : persistence[note] * kKept;
    }
    const auto loudest = static_cast<size_t>(std::max_element(now.begin(), now.end()) - now.begin());
    const double sum = sum_of(now);
    if (sum <= 0) continue;
    for (size_t note = 0; note < kNotes; ++note) {
      const bool boosted = now[note] > kLoud && persistence[note] < persistence[loudest];
      mix.weights[note] = now[note] / sum * (boosted ? kBoost : 1);
      mix.along[note] = std::clamp(amount[frame] * now[note], 0.0, 1.0);
    }
    const double total = sum_of(mix.weights);
    for (double& weight : mix.weights) weight /= total;
  }
  return mixes;
}

// Each interval from one onset to the next as [first, last), the one before the first onset included.
template <typename Take>
void for_each_interval(size_t frames, std::span<const int64_t> onsets, Take take) {
  size_t first = 0;
  for (const int64_t onset : onsets) {
    const size_t next = std::min(frames, static_cast<size_t>(std::max<int64_t>(onset, 0)));
    if (next > first) take(first, next);
    first = std::max(first, next);
  }
  if (first < frames) take(first, frames);
}

std::vector<NoteMix> mix_focus(std::span<const NoteValues> chroma, std::span<const int64_t> onsets,
                               std::span<const double> amount, double smooth) {
  const std::vector<NoteValues> slopes = note_slopes(chroma);
  std::vector<double> along(chroma.size());
  std::vector<size_t> notes(chroma.size());
  for_each_interval(chroma.size(), onsets, [&](size_t first, size_t last) {
    const NoteValues& slope = slopes[first];
    const auto note =
        static_cast<size_t>(std::max_element(slope.begin(), slope.end(),
                                             [](double a, double b) { return std::abs(a) < std::abs(b); }) -
                            slope.begin());
    double low = chroma[first][note], high = low;
    for (size_t frame = first; frame < last; ++frame) {
      low = std::min(low, chroma[frame][note]);
      high = std::max(high, chroma[frame][note]);
    }
    for (size_t frame = first; frame < last; ++frame) {
      notes[frame] = note;
      along[frame] = high > low ? amount[frame] * (chroma[frame][note] - low) / (high - low) : 0;
    }
  });
  smooth_values(along, smooth);
  std::vector<NoteMix> mixes(chroma.size());
  for (size_t frame = 0; frame < mixes.size(); ++frame) {
    mixes[frame].arcs = true;
    mixes[frame].weights[notes[frame]] = 1;
    mixes[frame].along[notes[frame]] = std::clamp(along[frame], 0.0, 1.0);
  }
  return mixes;
}

std::vector<NoteMix> mix_cumulative(std::span<const NoteValues> chroma, std::span<const int64_t> onsets,
                                    const NoteSettings& settings, std::span<const double> amount) {
  const std::vector<NoteValues> slopes = note_slopes(chroma);
  std::vector<NoteValues> weights(chroma.size());
  for_each_interval(chroma.size(), onsets, [&](size_t first, size_t last) {
    std::array<size_t, kNotes> order{};
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return std::abs(slopes[first][a]) > std::abs(slopes[first][b]);
    });
    for (size_t frame = first; frame < last; ++frame) {
      double sum = 0;
      for (int i = 0; i < settings.top; ++i) sum += chroma[frame][order[static_cast<size_t>(i)]];
      if (sum <= 0) continue;
      for (int i = 0; i < settings.top; ++i) {
        const size_t note = order[static_cast<size_t>(i)];
        weights[frame][note] = chroma[frame][note] / sum;
      }
    }
  });
  constexpr double kAcrossNotes = 1;
  if (settings.smooth_frames > 0) smooth_notes(weights, settings.smooth_frames, kAcrossNotes);
  std::vector<NoteMix> mixes(chroma.size());
  for (size_t frame = 0; frame < mixes.size(); ++frame) {
    mixes[frame].along.fill(1);
    const double sum = sum_of(weights[frame]);
    if (sum <= 0) continue;
    for (size_t note = 0; note < kNotes; ++note)
      mixes[frame].weights[note] = weights[frame][note] / sum * std::clamp(amount[frame], 0.0, 1.0);
  }
  return mixes;
}

}  // namespace

std::vector<NoteValues> note_slopes(std::span<const NoteValues> chroma) {
  const auto count = static_cast<int64_t>(chroma.size());
  std::vector<NoteValues> slopes(chroma.size());
  if (count < kSlopeFrames) return slopes;
  constexpr int64_t kHalf = kSlopeFrames / 2;
  double squares = 0;
  for (int64_t i = -kHalf; i <= kHalf; ++i) squares += static_cast<double>(i * i);
  for (int64_t frame = 0; frame < count; ++frame) {
    const int64_t middle = std::clamp(frame, kHalf, count - 1 - kHalf);
    for (size_t note = 0; note < kNotes; ++note) {
      double sum = 0;
      for (int64_t i = -kHalf; i <= kHalf; ++i)
        sum += static_cast<double>(i) * chroma[static_cast<size_t>(middle + i)][note];
      slopes[static_cast<size_t>(frame)][note] = sum / squares;
    }
  }
  return slopes;
}

void smooth_values(std::vector<double>& values, double frames) {
  if (frames > 0 && !values.empty()) smooth_line(values, frames);
}

void smooth_notes(std::vector<NoteValues>& values, double frames, double notes) {
  std::vector<double> line(values.size());
  for (size_t note = 0; frames > 0 && note < kNotes; ++note) {
    for (size_t frame = 0; frame < values.size(); ++frame) line[frame] = values[frame][note];
    smooth_values(line, frames);
    for (size_t frame = 0; frame < values.size(); ++frame) values[frame][note] = line[frame];
  }
  for (NoteValues& row : values) {
    std::vector<double> across(row.begin(), row.end());
    smooth_values(across, notes);
    std::copy(across.begin(), across.end(), row.begin());
  }
}

std::vector<NoteMix> mix_notes(std::span<const NoteValues> chroma, std::span<const int64_t> onsets,
                               const NoteSettings& settings, std::span<const double> amount) {
  std::vector<NoteMix> mixes;
  switch (settings.mode) {
    case NotesMode::lerp:
      mixes = mix_lerp(chroma, amount);
      break;
    case NotesMode::persistence:
      mixes = mix_persistence(chroma, amount);
      break;
    case NotesMode::focus:
      mixes = mix_focus(chroma, onsets, amount, settings.smooth_frames);
      break;
    case NotesMode::cumulative:
      mixes = mix_cumulative(chroma, onsets, settings, amount);
      break;
  }
  for (size_t frame = 0; settings.shuffles > 1 && frame < mixes.size(); ++frame)
    mixes[frame].part = static_cast<int>(frame * static_cast<size_t>(settings.shuffles) / mixes.size());
  return mixes;
}

}  // namespace spectradiff
