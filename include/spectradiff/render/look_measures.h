// What the looks of a video's pictures, one after the other, say about it.
#pragma once

#include <optional>
#include <vector>

#include "spectradiff/render/picture_look.h"

namespace spectradiff {

struct FastFlicker {
  double all = 0;          // root mean square over frames and blocks of L* in hundredths, 3 to 15 Hz
  double unexplained = 0;  // the same without what follows the music's onsets
};

// Lightness that comes and goes 3 to 15 times a second (or up to half the frame rate), where eyes are most
// annoyed by it, in each block of the picture. What follows the music is the part that a linear combination
// of the onset strength in the same band and of its copies delayed by up to 0.3 s makes (least squares, per
// block): what is left is a partial standard deviation. `onset` is [looks], empty: nothing explains anything.
// The band is cut out by a windowed sinc (Hann) of a second. Nothing for fewer frames than four times the
// copies, or frame rates of at most 6.
std::optional<FastFlicker> fast_flicker(const std::vector<PictureLook>& looks,
                                        const std::vector<double>& onset, double fps);

// How far the colour goes in a minute: the length, in CIE 1976 Delta E, of the slope of the line that fits
// the frames' mean colour best. Nothing for fewer than two frames.
std::optional<double> drift_per_minute(const std::vector<PictureLook>& looks, double fps);

// How much more a section's begin changes the look than goes on within sections: the mean distance of the
// histograms of up to 2 s before and after each of the `begins_s` (ascending, from the first picture on), as
// a multiple of the mean distance between neighbouring 2 s of the same section. Nothing without a begin that
// has half a second on either side, without two such neighbours, or where they do not differ.
std::optional<double> section_contrast(const std::vector<PictureLook>& looks,
                                       const std::vector<double>& begins_s, double fps);

}  // namespace spectradiff
