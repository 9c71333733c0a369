// Noise that lies still in the world while a camera moves over it.
#pragma once

#include <cstdint>
#include <vector>

namespace spectradiff {

// Where a camera is that flies on and on over a field of noise: a place (u, v) of the latents, from their
// middle, sees the field at (u, v), turned back and divided by `zoom`, from (x, y).
struct NoiseView {
  int64_t octave = 0;       // how often it has come twice as near
  double zoom = 1;          // 1..2
  double turn_degrees = 0;  // clockwise
  // Of the middle, in 2^-20 latent pixels of the octave; only the lowest 58 bits count.
  int64_t x = 0, y = 0;
  friend bool operator==(const NoiseView&, const NoiseView&) = default;
};
inline constexpr int kNoisePlaceBits = 20;

// Noise that is seen by a camera, mixed with a frame's own: (share · seen + (1 - share) · own), of
// variance 1.
struct WorldNoise {
  uint64_t seed = 0;
  NoiseView view;
  double share = 0;  // 0..1
  friend bool operator==(const WorldNoise&, const WorldNoise&) = default;
};

// The view after what is at p, latent pixels from the middle, has gone to zoom e^(i turn) p + (move_x,
// move_y).
NoiseView moved_on(const NoiseView& view, double zoom, double turn_degrees, double move_x, double move_y);

// [channels][height][width]: independent, of mean 0 and variance 1, whatever the view. The field is white at
// every scale: each cell is half its parent of the octave before and what four siblings have apart from their
// mean, by a hash of seed, channel, octave and place. A latent pixel is the sum of the 16 to 64 cells whose
// middles fall into it, over the root of their number; so what it shows moves with the world as far as pixels
// overlap.
std::vector<float> world_noise(uint64_t seed, const NoiseView& view, int channels, int height, int width);

}  // namespace spectradiff
