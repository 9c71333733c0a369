#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "plot_page.h"
#include "spectradiff/base/text.h"
#include "spectradiff/image/colour_map.h"
#include "spectradiff/report/tables.h"

namespace spectradiff {
namespace {

constexpr Rgb kEnvelope = {154, 184, 219};
constexpr Rgb kBody = {43, 92, 150};
constexpr Rgb kClip = {214, 40, 40};
constexpr Rgb kLoudness = {20, 122, 108};
constexpr Rgb kPeak = {158, 166, 179};
constexpr Rgb kOnset = {217, 92, 20};
constexpr auto kCurves = std::to_array<Rgb>({{43, 92, 150},
                                             {217, 92, 20},
                                             {20, 122, 108},
                                             {150, 50, 140},
                                             {176, 134, 0},
                                             {90, 98, 112},
                                             {190, 40, 70},
                                             {70, 140, 190}});
constexpr const char* kMap = "magma";
constexpr double kSpectrogramRangeDb = 80;
constexpr double kLevelRangeDb = 63;
constexpr double kFullScale = 32767.0 / 32768;  // the largest sample of 16 bits
constexpr double kSilencePeak = 1e-5;           // a third of a 16-bit step
constexpr double kLeastMarkDistance = 3.5;
constexpr double kMarkHeight = 15;
constexpr double kLeastStep = 8;

double column_x(const Panel& panel, const PlotSource& source, double column) {
  return panel.left + column / source.view.columns * panel.width;
}

// A point over the middle of each column, and at the panel's sides.
std::vector<Point> line_of(const Panel& panel, const PlotSource& source, const std::vector<float>& columns,
                           double low, double high) {
  std::vector<Point> line;
  const auto y_of = [&](float value) {
    return panel.y_of(std::clamp(static_cast<double>(value), low, high), low, high);
  };
  line.push_back({panel.left, y_of(columns.front())});
  for (size_t i = 0; i < columns.size(); ++i)
    line.push_back({column_x(panel, source, static_cast<double>(i) + 0.5), y_of(columns[i])});
  line.push_back({panel.right(), y_of(columns.back())});
  return line;
}

// A series' curve: a step per frame where frames are wide, else through the middle of each frame, or of each
// column where frames are narrower than that.
std::vector<Point> curve_of(const Panel& panel, const PlotSource& source, const std::vector<float>& values,
                            Pooling pooling, double low, double high) {
  const auto frames = static_cast<double>(values.size());
  if (frames > source.view.columns)
    return line_of(panel, source, pooled(source.features, values, source.view.columns, pooling), low, high);
  const double fps = source.features.settings.fps.to_double();
  const bool steps = source.place_of(1 / fps) * panel.width > kLeastStep;
  std::vector<Point> line;
  for (size_t frame = 0; frame < values.size(); ++frame) {
    const double y = panel.y_of(std::clamp(static_cast<double>(values[frame]), low, high), low, high);
    const auto add = [&](double part) {
      const double place = source.place_of((static_cast<double>(frame) + part) / fps);
      line.push_back({panel.left + std::min(place, 1.0) * panel.width, y});
    };
    if (steps) {
      add(0), add(1);
    } else {
      add(0.5);
    }
  }
  line.insert(line.begin(), {panel.left, line.front().y});
  line.push_back({panel.right(), line.back().y});
  return line;
}

void fill_below(Drawing& page, const Panel& panel, std::vector<Point> line, const Ink& ink) {
  line.push_back({panel.right(), panel.bottom()});
  line.push_back({panel.left, panel.bottom()});
  page.fill_polygon(line, ink);
}

void fill_between(Drawing& page, std::vector<Point> upper, const std::vector<Point>& lower, Rgb colour) {
  const std::vector<Point> top = upper;
  upper.insert(upper.end(), lower.rbegin(), lower.rend());
  page.fill_polygon(upper, ink(colour));
  // Where both meet there is a line still.
  page.stroke_line(top, 1, ink(colour));
  page.stroke_line(lower, 1, ink(colour));
}

std::vector<float> decibels(std::vector<float> values) {
  for (float& value : values) value = 20 * std::log10(std::max(value, 1e-10f));
  return values;
}

std::string hertz_text(double hz) {
  return hz < 1000 ? fmt::format("{:.0f}", hz) : fmt::format("{:.0f}k", hz / 1000);
}

double loudest_sample(const SongView& view) {
  return std::max(*std::max_element(view.highest.begin(), view.highest.end()),
                  -*std::min_element(view.lowest.begin(), view.lowest.end()));
}

// The scale of dB values beside the spectrogram.
void draw_colour_bar(Drawing& page, const Panel& panel, const ColourTable& map, double low, double high) {
  constexpr double kWidth = 12;
  Canvas bar({1, 256});
  for (int y = 0; y < 256; ++y) {
    const Rgb colour = map[static_cast<size_t>(255 - y)];
    bar.row(y)[0] = colour.r, bar.row(y)[1] = colour.g, bar.row(y)[2] = colour.b;
  }
  const double x = panel.right() + 12;
  page.place_picture(bar, {x, panel.top}, kWidth, panel.height, Drawing::Scaling::smooth);
  for (double db = low; db <= high + 1e-6; db += 20)
    page.write_text(number_text(db, 0),
                    {x + kWidth + 4, panel.y_of(db, low, high) + (db == low        ? 0
                                                                  : db + 20 > high ? 9
                                                                                   : 4.5)},
                    {.size = 11}, ink(kMuted));
}

// Vertical strokes at the times; none where they would lie too close to be told apart.
bool draw_marks(Drawing& page, const Panel& panel, const PlotSource& source, const std::vector<double>& times,
                double top, double bottom, double width, const Ink& colour) {
  if (static_cast<double>(times.size()) * kLeastMarkDistance > panel.width) return times.empty();
  for (const double seconds : times) {
    const double x = panel.left + source.place_of(seconds) * panel.width;
    const Point stroke[] = {{x, top}, {x, bottom}};
    page.stroke_line(stroke, width, colour);
  }
  return true;
}

// "92 onsets (orange)", "1 beat (grey)", "21599 beats, too close to draw".
std::string how_many(size_t count, const std::string& what, bool drawn, const std::string& colour) {
  const std::string number = counted(static_cast<int64_t>(count), what);
  if (count == 0) return "no " + what + "s";
  return drawn ? fmt::format("{} ({})", number, colour) : number + ", too close to draw";
}

}  // namespace

bool PlotSource::silent() const {
  return loudest_sample(view) < kSilencePeak;
}

void draw_caption(Drawing& page, const Panel& panel, const std::string& name, const std::string& reading) {
  const TextStyle bold{.size = kLabelSize, .bold = true};
  page.write_text(name, {panel.left, panel.top - 8}, bold, ink(kText));
  page.write_text(reading, {panel.left + page.text_width(name, bold) + 12, panel.top - 8}, {.size = 12},
                  ink(kMuted));
}

void draw_frame(Drawing& page, const Panel& panel) {
  const Point outline[] = {{panel.left, panel.top},
                           {panel.right(), panel.top},
                           {panel.right(), panel.bottom()},
                           {panel.left, panel.bottom()},
                           {panel.left, panel.top}};
  page.stroke_line(outline, 1, ink(kFrame));
}

void draw_values(Drawing& page, const Panel& panel, const std::vector<Tick>& ticks, double low, double high) {
  for (const Tick& tick : ticks) {
    const double y = panel.y_of(tick.value, low, high);
    const Point line[] = {{panel.left, y}, {panel.right(), y}};
    page.stroke_line(line, 1, ink(kGrid));
    page.write_text(tick.label, {panel.left - 8, y + 4.5}, {.size = kLabelSize, .align = TextAlign::right},
                    ink(kMuted));
  }
}

void draw_nothing(Drawing& page, const Panel& panel, const std::string& words) {
  page.write_text(words, {panel.left + panel.width / 2, panel.top + panel.height / 2 + 5},
                  {.size = 15, .align = TextAlign::centre}, ink(kMuted));
}

void draw_waveform(Drawing& page, const Panel& panel, const PlotSource& source) {
  const SongView& view = source.view;
  const double loudest = loudest_sample(view);
  const double range = source.silent() ? 1 : loudest > 0.25 ? std::max(1.0, loudest) : loudest * 1.1;
  std::string reading = fmt::format("peak {} dBFS", number_text(20 * std::log10(loudest), 1));
  if (loudest >= kFullScale) reading += ", red where it reaches full scale";
  const size_t sections = source.features.events.sections.size();
  if (sections > 1) reading += fmt::format("; {} sections (violet)", sections);
  draw_caption(page, panel, "Waveform", source.silent() ? "" : reading);
  draw_values(page, panel, value_ticks(-range, range), -range, range);
  if (source.silent()) return draw_nothing(page, panel, "silence");

  const auto line = [&](const std::vector<float>& columns) {
    return line_of(panel, source, columns, -range, range);
  };
  fill_between(page, line(view.highest), line(view.lowest), kEnvelope);
  std::vector<float> low = view.rms, high = view.rms;
  for (size_t i = 0; i < high.size(); ++i) {
    high[i] = std::min(view.rms[i], view.highest[i]);
    low[i] = std::max(-view.rms[i], view.lowest[i]);
  }
  fill_between(page, line(high), line(low), kBody);
  for (int column = 0; column < view.columns; ++column) {
    const auto i = static_cast<size_t>(column);
    if (view.highest[i] < kFullScale && view.lowest[i] > -kFullScale) continue;
    const double x = column_x(panel, source, column);
    page.fill_rectangle({x, panel.top}, std::max(1.0, panel.width / view.columns), 4, ink(kClip));
  }
}

void draw_level(Drawing& page, const Panel& panel, const PlotSource& source) {
  const Features& features = source.features;
  const Series* loudness = features.find("loudness");
  const Series* peak = features.find("peak");
  const double loudest_db = 20 * std::log10(std::max(loudest_sample(source.view), kSilencePeak));
  // Full scale at the top, unless the song is so quiet that nothing would be left of it.
  const double high = (source.silent() || loudest_db > -20 ? 0.0 : loudest_db) + 3,
               low = high - kLevelRangeDb;
  std::vector<Tick> ticks;
  for (double db = std::floor(high / 20) * 20; db >= low; db -= 20) ticks.push_back({db, number_text(db, 0)});
  draw_caption(page, panel, "Level", "momentary loudness, LUFS (green), and peak, dBFS (grey)");
  draw_values(page, panel, ticks, low, high);
  const auto line = [&](const std::vector<float>& values, Pooling pooling) {
    return curve_of(panel, source, values, pooling, low, high);
  };
  if (loudness != nullptr) {
    const std::vector<Point> curve = line(loudness->values, Pooling::mean);
    fill_below(page, panel, curve, ink(kLoudness, 0.22));
    page.stroke_line(curve, 1.6, ink(kLoudness));
  }
  if (peak != nullptr) page.stroke_line(line(decibels(peak->values), Pooling::maximum), 1.1, ink(kPeak));
}

void draw_spectrogram(Drawing& page, const Panel& panel, const PlotSource& source) {
  const SongView& view = source.view;
  const double loudest = *std::max_element(view.spectrogram_db.begin(), view.spectrogram_db.end());
  const double high = std::ceil(loudest / 5) * 5, low = high - kSpectrogramRangeDb;
  draw_caption(page, panel, "Spectrogram", "Hz; colour is level in dB, 0 a sine of full scale");
  const ColourTable map = colour_map(kMap);
  Canvas picture({view.columns, view.bins});
  for (int bin = 0; bin < view.bins; ++bin) {
    uint8_t* out = picture.row(view.bins - 1 - bin);
    for (int column = 0; column < view.columns; ++column, out += 3) {
      const double db = view.spectrogram_db[static_cast<size_t>(column) * static_cast<size_t>(view.bins) +
                                            static_cast<size_t>(bin)];
      const double share = source.silent() ? 0 : std::clamp((db - low) / (high - low), 0.0, 1.0);
      const Rgb colour = map[static_cast<size_t>(std::lround(share * 255))];
      out[0] = colour.r, out[1] = colour.g, out[2] = colour.b;
    }
  }
  page.place_picture(picture, {panel.left, panel.top}, panel.width, panel.height, Drawing::Scaling::smooth);
  for (const double hz : {50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000}) {
    if (hz < view.fmin_hz || hz > view.fmax_hz) continue;
    const double bin = std::log(hz / view.fmin_hz) / std::log(view.fmax_hz / view.fmin_hz) * (view.bins - 1);
    const double y = panel.y_of(bin + 0.5, 0, view.bins);
    const Point mark[] = {{panel.left - 5, y}, {panel.left, y}};
    page.stroke_line(mark, 1, ink(kMuted));
    page.write_text(hertz_text(hz), {panel.left - 8, y + 4.5},
                    {.size = kLabelSize, .align = TextAlign::right}, ink(kMuted));
  }
  if (!source.silent()) draw_colour_bar(page, panel, map, low, high);
}

void draw_rhythm(Drawing& page, const Panel& panel, const PlotSource& source) {
  const Features& features = source.features;
  const Events& events = features.events;
  const double curve_top = panel.top + kMarkHeight, marks_top = panel.bottom() - kMarkHeight;
  const Panel curve{panel.left, curve_top, panel.width, marks_top - curve_top};

  if (const Series* onset = features.find("onset")) {
    const std::vector<Point> line = curve_of(curve, source, onset->values, Pooling::maximum, 0, 1);
    fill_below(page, curve, line, ink(kOnset, 0.18));
    page.stroke_line(line, 1.2, ink(kOnset));
  }
  const bool onsets =
      draw_marks(page, panel, source, events.onsets_s, panel.top + 2, curve_top - 3, 1.2, ink(kOnset));
  const bool beats = draw_marks(page, panel, source, events.beats_s, marks_top + 6, panel.bottom() - 1, 1.1,
                                ink(kMuted, 0.8));
  const bool bars = draw_marks(page, panel, source, downbeats_s(features), marks_top + 2, panel.bottom() - 1,
                               1.6, ink(kText));
  std::string reading = "onset strength; " + how_many(events.onsets_s.size(), "onset", onsets, "orange");
  reading += "; " + how_many(events.beats_s.size(), "beat", beats, "grey");
  if (bars && !events.beats_s.empty()) reading += ", bars black";
  draw_caption(page, panel, "Onsets and beats", reading);
}

void draw_chroma(Drawing& page, const Panel& panel, const PlotSource& source) {
  constexpr const char* kRows[] = {"C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"};
  const Features& features = source.features;
  draw_caption(page, panel, "Chroma",
               features.key.empty() ? "energy per note; no key" : "energy per note; key " + features.key);
  const ColourTable map = colour_map(kMap);
  Canvas picture({source.view.columns, 12});
  std::vector<std::vector<float>> rows;
  float largest = 1e-6f;  // means over long columns are low: the picture's own largest is the brightest
  for (const std::string& name : series_names()) {
    if (!name.starts_with("chroma_")) continue;
    rows.push_back(pooled(features, features.find(name)->values, source.view.columns, Pooling::mean));
    largest = std::max(largest, *std::max_element(rows.back().begin(), rows.back().end()));
  }
  for (int row = 0; row < 12; ++row) {
    uint8_t* out = picture.row(11 - row);
    for (const float value : rows[static_cast<size_t>(row)]) {
      const Rgb colour = map[static_cast<size_t>(std::lround(std::clamp(value / largest, 0.0f, 1.0f) * 255))];
      *out++ = colour.r, *out++ = colour.g, *out++ = colour.b;
    }
    page.write_text(kRows[row], {panel.left - 8, panel.bottom() - (row + 0.5) * panel.height / 12 + 4.5},
                    {.size = 12, .align = TextAlign::right}, ink(kMuted));
  }
  page.place_picture(picture, {panel.left, panel.top}, panel.width, panel.height, Drawing::Scaling::sharp);
}

void draw_curves(Drawing& page, const Panel& panel, const PlotSource& source) {
  double low = 0, high = 0;
  for (const PlotCurve& curve : source.curves) {
    const auto [least, most] = std::minmax_element(curve.values.begin(), curve.values.end());
    low = std::min(low, static_cast<double>(*least));
    high = std::max(high, static_cast<double>(*most));
  }
  if (high == low) high = low + 1;
  draw_caption(page, panel, "Curves", "");
  draw_values(page, panel, value_ticks(low, high), low, high);
  double x = panel.left + 80;
  for (size_t i = 0; i < source.curves.size(); ++i) {
    const PlotCurve& curve = source.curves[i];
    const Ink colour = ink(kCurves[i % kCurves.size()]);
    page.stroke_line(curve_of(panel, source, curve.values, Pooling::maximum, low, high), 1.5, colour);
    const Point sample[] = {{x, panel.top - 12}, {x + 16, panel.top - 12}};
    page.stroke_line(sample, 3, colour);
    page.write_text(curve.name, {x + 22, panel.top - 8}, {.size = 12}, ink(kText));
    x += 22 + page.text_width(curve.name, {.size = 12}) + 18;
  }
}

}  // namespace spectradiff
