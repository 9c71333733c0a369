// Walks through noise: where a frame's noise lies among those of a few seeds.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "spectradiff/base/rational.h"

namespace spectradiff {

// circle: two seeds, cos θ of the one and sin θ of the other. closed: four seeds, a curve without corners
// that closes, (cos θ, sin θ, cos 2θ, sin 2θ) / √2. random: six seeds; from beat to beat in a direction
// that each beat changes.
enum class WalkKind { none, circle, random, closed };

// Where on the circle a frame is, v being what the walk goes by (0 and more):
// - snap: from beat to beat θ = 2π · distance · v · ease(0..1), v of the interval's end; every beat begins at
//   0 again, as DiffusionMusicVisualizer has it;
// - travel: the same, but each beat goes on where the last one ended;
// - level: θ = π · distance · v;
// - flow: θ = 2π · turns · (sum of v until here) / (sum over the song, or the part of it that is looped): it
//   ends where so many turns end.
enum class WalkMode { snap, travel, level, flow };

struct WalkSettings {
  WalkKind kind = WalkKind::none;
  WalkMode mode = WalkMode::travel;  // of circle; closed always flows
  std::string by;                    // an expression; empty: the mode's own (walk_source)
  double distance = 0.3;             // 0..100; for music to move
  int beats = 1;                     // 1, 2 or 4: how many make a step
  std::string easing = "cubic-in-out";
  double turns = 1;   // 0..1000; whole where the walk is closed
  double jitter = 0;  // 0..1
  double limit = 0;   // turns per second at most, 0..100; 0: none
  // Parts of the picture whose noise goes around a circle of its own by an expression: region, expression.
  std::vector<std::pair<std::string, std::string>> regions;
  friend bool operator==(const WalkSettings&, const WalkSettings&) = default;
};

// Whether its steps are the beats.
bool walks_by_beats(const WalkSettings& settings);

// The expression that a walk goes by where none is given.
std::string walk_source(const WalkSettings& settings);

struct WalkSong {
  std::span<const double> by;           // [frames], >= 0
  std::span<const double> distance;     // [frames]
  std::span<const double> beat_frames;  // ascending, as places among the frames; empty: none
  Rational fps;
  // What a walk that flows goes through in its turns: frames [first, last); last 0: all of them.
  size_t first = 0, last = 0;
};

// [frames][seeds]: the weights of seed, seed + 1, …; their squares sum to 1. Pure: `seed` alone decides what
// is random.
std::vector<std::vector<double>> walk_weights(const WalkSettings& settings, const WalkSong& song,
                                              uint64_t seed);

// The angle θ of a circle or of a closed walk, [frames].
std::vector<double> walk_angles(const WalkSettings& settings, const WalkSong& song, uint64_t seed);

}  // namespace spectradiff
