// Frames and moments of a song.
#pragma once

#include <cstdint>
#include <vector>

#include "spectradiff/features/features.h"

namespace spectradiff {

// The frame whose part of the song holds a sample.
int64_t frame_of_sample(int64_t sample, int rate_hz, const Rational& fps);
// The frame that holds a moment, rounded to its nearest sample.
int64_t frame_of_moment(double time_s, const Features& features);
double frame_begin_s(int64_t frame, const Features& features);

// The song's sections; one of label A and energy 0.5 where none were heard.
std::vector<Section> sections_of(const Features& features);

}  // namespace spectradiff
