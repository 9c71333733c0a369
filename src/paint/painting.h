// What every painter is: a file of its own that makes a Painting, and a row of the table in painter.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/paint/paint_settings.h"

namespace spectradiff {

// The levels that painters see: those of the features, or their smoothed copy.
class Levels {
 public:
  Levels(const Features& features, const Smoothing& smoothing);

  int bins() const { return features_.bins; }
  int64_t frames() const { return features_.frames; }
  const Features& features() const { return features_; }
  const float* frame(int64_t index) const { return levels_ + index * features_.bins; }  // [bins], 0..1
  // level^gamma of one frame, [bins]; a frame outside the song is silent.
  std::vector<float> strengths(int64_t frame, double gamma) const;

 private:
  const Features& features_;
  std::vector<float> smoothed_;  // [frames][bins]; empty: not smoothed
  const float* levels_;
};

// Shared by threads. What is slow to make and needs no frame is made by the constructor.
class Painting {
 public:
  virtual ~Painting() = default;
  // Lays one frame over `canvas`, which holds the base layer and has any size. `now` differs from the
  // constructor's settings in numbers only.
  virtual void paint(const PaintSettings& now, int64_t frame, Canvas& canvas) const = 0;
};

// `levels` outlives the painting; `size` is that of the canvas to come. Error{usage} for settings outside
// their range is thrown before, by check(PaintSettings).
using MakePainting = std::unique_ptr<Painting> (*)(const Levels& levels, const PaintSettings& settings,
                                                   Size size);

std::unique_ptr<Painting> make_hash_field(const Levels&, const PaintSettings&, Size);
std::unique_ptr<Painting> make_pie(const Levels&, const PaintSettings&, Size);
std::unique_ptr<Painting> make_polar(const Levels&, const PaintSettings&, Size);
std::unique_ptr<Painting> make_circles(const Levels&, const PaintSettings&, Size);
std::unique_ptr<Painting> make_spectrogram(const Levels&, const PaintSettings&, Size);
std::unique_ptr<Painting> make_riffusion(const Levels&);  // a style of spectrograms
std::unique_ptr<Painting> make_constant_q_bars(const Levels&, const PaintSettings&, Size);
std::unique_ptr<Painting> make_image(const Levels&, const PaintSettings&, Size);

// Error{usage} naming the number outside its range.
void check(const PaintSettings& settings);

}  // namespace spectradiff
