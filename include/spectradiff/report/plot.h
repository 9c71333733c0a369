// A song on one page: waveform, level, log spectrogram, onsets and beats, chroma, over a common time axis.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "spectradiff/features/features.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/report/song_view.h"

namespace spectradiff {

// A line of its own in the panel "curves", as a signal or an expression gives it.
struct PlotCurve {
  std::string name;
  std::vector<float> values;  // [frames]; finite
};

constexpr int kPlotColumns = 1440;  // of the time axis, pixels: what view_song is best asked for

// What plot_song draws of the features; what is missing in them is left out of the picture.
FeatureRequest plot_request();

// 1600x1200, higher with curves. `title` is the song's name, `facts` a line on it, both UTF-8. The same
// arguments give the same bytes on one machine.
Canvas plot_song(const SongView& view, const Features& features, const std::string& title,
                 const std::string& facts, std::span<const PlotCurve> curves = {});

}  // namespace spectradiff
