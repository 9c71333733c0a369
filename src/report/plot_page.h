// A plot's page and the panels on it, each drawn over the song's common time axis.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "scales.h"
#include "spectradiff/paint/drawing.h"
#include "spectradiff/report/plot.h"

namespace spectradiff {

constexpr Rgb kPaper = {255, 255, 255};
constexpr Rgb kText = {31, 36, 48};
constexpr Rgb kMuted = {107, 114, 128};
constexpr Rgb kGrid = {229, 231, 235};
constexpr Rgb kFrame = {203, 208, 216};

constexpr double kLabelSize = 13;

// Pixels of the page; the time axis is as wide as the panel.
struct Panel {
  double left = 0, top = 0, width = 0, height = 0;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
  double y_of(double value, double low, double high) const {
    return bottom() - (value - low) / (high - low) * height;
  }
};

// What the panels are drawn from; all outlives the page.
struct PlotSource {
  const SongView& view;
  const Features& features;
  std::span<const PlotCurve> curves;

  bool silent() const;
  // 0 at the song's start, 1 at its end.
  double place_of(double seconds) const { return seconds / view.duration_s(); }
};

// A panel's name above its left corner; how its values read, in grey, behind it.
void draw_caption(Drawing& page, const Panel& panel, const std::string& name, const std::string& reading);
void draw_frame(Drawing& page, const Panel& panel);
// Horizontal lines with their values on the left.
void draw_values(Drawing& page, const Panel& panel, const std::vector<Tick>& ticks, double low, double high);
// Words in the middle of a panel that has nothing to show.
void draw_nothing(Drawing& page, const Panel& panel, const std::string& words);

// The panels. Each draws its own caption and values.
void draw_waveform(Drawing& page, const Panel& panel, const PlotSource& source);
void draw_level(Drawing& page, const Panel& panel, const PlotSource& source);
void draw_spectrogram(Drawing& page, const Panel& panel, const PlotSource& source);
void draw_rhythm(Drawing& page, const Panel& panel, const PlotSource& source);
void draw_chroma(Drawing& page, const Panel& panel, const PlotSource& source);
void draw_curves(Drawing& page, const Panel& panel, const PlotSource& source);

}  // namespace spectradiff
