// Numbers to choose settings by.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "spectradiff/base/rational.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/image/light.h"
#include "spectradiff/render/flashes.h"
#include "spectradiff/render/motion_meter.h"
#include "spectradiff/render/picture_look.h"

namespace spectradiff {

struct StageSeconds {
  double analyze = 0, load = 0, paint = 0, diffuse = 0, interpolate = 0, upscale = 0, encode = 0,
         total = 0;  // busy seconds; paint is summed over its threads
};

// Mean absolute difference of the 8-bit values of two pictures of one size, 0..1.
double mean_change(const Canvas& one, const Canvas& next);

// Fed with every finished frame in order. A frame's change is the mean absolute difference of its 8-bit
// values from those of the frame shown before it, 0..1.
//
// Change meets sound only where both frames are neighbours in the song (a selection can leave frames out).
// Peaks of change: within each unbroken run of frames, change is smoothed by centred triangular weights that
// reach 1/15 s to either side (1 2 1 up to 22 fps), renormalised at the ends; a peak is a frame above the
// one before it, not below the one after it, and above the mean of the smoothed change within a second.
class PictureStatistics {
 public:
  // `frames` in all: so that the first and the last tenth are known.
  PictureStatistics(const Rational& fps, int64_t frames);

  void add(int64_t frame, const Canvas& picture);

  double flicker() const;  // mean change, 0..1
  double level() const;    // mean 8-bit value, 0..1

  // Pearson's correlation of a frame's change with its onset strength, -1..1. Nothing for fewer than three
  // changes or where either does not vary. `onset_strength` is [frames of the song].
  std::optional<double> change_onset_correlation(const std::vector<float>& onset_strength) const;

  // Mean change of held frames as a share of that at onsets. At an onset: a strength of 0.3 or more; held:
  // more than half a second from any such frame of the song. Nothing without both, or without change at
  // onsets.
  std::optional<double> held_change(const std::vector<float>& onset_strength) const;

  // Mean over the beats shown of the time between a beat's frame and the nearest peak of change in its run,
  // at most half of the beat's shorter distance to a neighbouring beat (half a second for an only beat),
  // which is also the error of a beat that finds no peak. Seconds; nothing without a beat. `beats_s` ascends.
  std::optional<double> beat_error_s(const std::vector<double>& beats_s) const;

  // CIE 1976 Delta E between the mean CIELAB of the first and of the last tenth of the frames (rounded up).
  // Nothing for fewer than two frames.
  std::optional<double> colour_drift() const;

  int flashes_per_s() const { return flashes_.per_second(); }

  // Frames that follow one another in the song.
  struct Stretch {
    int64_t first = 0;               // the first one's number
    std::vector<PictureLook> looks;  // one per frame
    std::vector<double> changes;     // LookMeter::change(), of the first 0
  };
  // Nothing where no optical flow can be found (flow/optical_flow.h).
  std::optional<Motion> motion() const;

  Stretch longest_stretch() const;  // of several the first; empty without frames
  const Rational& fps() const { return fps_; }

  // One per frame.
  struct Seen {
    int64_t frame = 0;
    double change = 0;  // LookMeter::change()
    int flashes = 0;    // in the second that ends with it
  };
  std::vector<Seen> seen() const;

 private:
  struct Change {
    int64_t frame = 0;
    double value = 0;
    double seen = 0;               // LookMeter::change()
    int flashes = 0;               // FlashCounter::latest()
    bool after_neighbour = false;  // the picture before is that of frame - 1
  };
  struct Run;
  std::vector<Run> runs() const;

  Rational fps_;
  int64_t total_;
  int64_t tenth_;
  Canvas previous_;
  double level_sum_ = 0;
  std::vector<Change> changes_;   // [frames], the first one's value is 0
  Lab first_tenth_, last_tenth_;  // sums
  LightGrid light_;
  LookMeter meter_;
  std::vector<PictureLook> looks_;  // [frames]
  FlashCounter flashes_;
  std::optional<MotionMeter> motion_;  // absent: no flow can be found here
};

}  // namespace spectradiff
