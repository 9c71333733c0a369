// A moment of the spectrum as a picture: the init image of one video frame.
#pragma once

#include <cstdint>
#include <memory>

#include "spectradiff/features/features.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/paint/paint_settings.h"

namespace spectradiff {

// Paints the frames of one song. paint() may run on many threads at once.
class Painter {
 public:
  // `features` must outlive the painter. Error{usage} for settings outside their range; Error{input} for a
  // picture or video that cannot be read.
  Painter(const Features& features, const PaintSettings& settings);
  Painter(Features&&, const PaintSettings&) = delete;
  ~Painter();

  // The picture of one frame after the whole post chain. Pure: the same features, settings and frame give the
  // same bytes. 0 <= frame < features.frames, else Error{internal}.
  Canvas paint(int64_t frame) const;
  // The same with settings that the music has moved: only numbers may differ from the painter's own. What
  // needs no new structure costs no more.
  Canvas paint(const PaintSettings& moved, int64_t frame) const;

  // In two parts, for who lays something between them: the layers alone, in the size that they are painted
  // in, without the frame before; then everything behind them.
  Canvas unarranged(const PaintSettings& moved, int64_t frame) const;
  Canvas finished(Canvas unarranged, const PaintSettings& moved) const;

 private:
  struct Impl;
  std::unique_ptr<const Impl> impl_;
};

// The same settings with nothing left to the painter: it says what lies below it.
PaintSettings settled(PaintSettings settings);

// What the painter needs beside magnitudes and levels.
void add_painter_needs(const PaintSettings& settings, FeatureRequest& wanted);

}  // namespace spectradiff
