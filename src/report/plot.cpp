#include "spectradiff/report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "plot_page.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

constexpr Size kPage = {1600, 1200};
constexpr double kLeft = 84;
constexpr double kTitleHeight = 92;
constexpr double kCaptionHeight = 30;  // above each panel: its caption
constexpr double kAxisHeight = 40;
constexpr double kWaveformHeight = 150;
constexpr double kLevelHeight = 120;
constexpr double kRhythmHeight = 116;
constexpr double kChromaHeight = 180;
constexpr double kCurvesHeight = 170;
constexpr double kLeastTickDistance = 100;
constexpr size_t kManySections = 24;  // their lines get fainter
constexpr Rgb kSection = {109, 40, 217};

// `text`, with its middle left out where it is wider than `width`.
std::string fitted(const Drawing& page, const std::string& text, double width, const TextStyle& style) {
  if (page.text_width(text, style) <= width) return text;
  const std::vector<std::string_view> views = utf8_characters(text);
  const std::vector<std::string> characters(views.begin(), views.end());
  for (size_t kept = characters.size() - 1; kept > 1; --kept) {
    const auto head = static_cast<std::ptrdiff_t>((kept + 1) / 2),
               tail = static_cast<std::ptrdiff_t>(kept / 2);
    const std::vector<std::string> first(characters.begin(), characters.begin() + head);
    const std::vector<std::string> last(characters.end() - tail, characters.end());
    std::string shorter = join(first, "") + "…" + join(last, "");
    if (page.text_width(shorter, style) <= width) return shorter;
  }
  return "…";
}

void draw_title(Drawing& page, const std::string& title, const std::string& facts) {
  const double width = page.size().width - 2 * kLeft;
  const TextStyle large{.size = 27, .bold = true}, small{.size = 15};
  page.write_text(fitted(page, title, width, large), {kLeft, 46}, large, ink(kText));
  page.write_text(fitted(page, facts, width, small), {kLeft, 74}, small, ink(kMuted));
}

void draw_time_axis(Drawing& page, const Panel& last, const PlotSource& source) {
  const double duration_s = source.view.duration_s();
  for (const Tick& tick : time_ticks(duration_s, static_cast<int>(last.width / kLeastTickDistance))) {
    const double x = last.left + source.place_of(tick.value) * last.width;
    const Point mark[] = {{x, last.bottom()}, {x, last.bottom() + 6}};
    page.stroke_line(mark, 1, ink(kMuted));
    page.write_text(tick.label, {x, last.bottom() + 23}, {.size = kLabelSize, .align = TextAlign::centre},
                    ink(kMuted));
  }
}

void draw_grid(Drawing& page, const Panel& panel, const PlotSource& source) {
  const double duration_s = source.view.duration_s();
  for (const Tick& tick : time_ticks(duration_s, static_cast<int>(panel.width / kLeastTickDistance))) {
    const double x = panel.left + source.place_of(tick.value) * panel.width;
    const Point line[] = {{x, panel.top}, {x, panel.bottom()}};
    page.stroke_line(line, 1, ink(kGrid));
  }
}

// Where sections begin, in every panel; their labels in the first one.
void draw_sections(Drawing& page, const Panel& panel, bool labelled, const PlotSource& source) {
  const std::vector<Section>& sections = source.features.events.sections;
  if (sections.size() < 2) return;
  const TextStyle style{.size = 12, .bold = true};
  double free_from = 0;
  for (size_t i = 0; i < sections.size(); ++i) {
    const double x = panel.left + source.place_of(sections[i].begin_s) * panel.width;
    const Point line[] = {{x, panel.top}, {x, panel.bottom()}};
    if (i > 0) page.stroke_line(line, 1.3, ink(kSection, sections.size() > kManySections ? 0.35 : 0.7));
    const std::string label = label_text(sections[i].label);
    const double width = page.text_width(label, style);
    if (!labelled || x < free_from || x + width + 7 > panel.right()) continue;
    page.fill_rectangle({x + 2, panel.top + 2}, width + 5, 16, ink(kPaper, 0.8));
    page.write_text(label, {x + 4.5, panel.top + 14.5}, style, ink(kSection));
    free_from = x + width + 12;
  }
}

bool has_chroma(const Features& features) {
  return features.find("chroma_c") != nullptr;
}

}  // namespace

FeatureRequest plot_request() {
  FeatureRequest request;
  request.series = {"peak", "rms", "loudness", "onset"};
  for (const std::string& name : series_names())
    if (name.starts_with("chroma_")) request.series.insert(name);
  request.onsets = request.beats = request.key = request.sections = true;
  return request;
}

Canvas plot_song(const SongView& view, const Features& features, const std::string& title,
                 const std::string& facts, std::span<const PlotCurve> curves) {
  struct Row {
    double height;
    void (*draw)(Drawing&, const Panel&, const PlotSource&);
    bool gridded;
  };
  std::vector<Row> rows = {{kWaveformHeight, draw_waveform, true},
                           {kLevelHeight, draw_level, true},
                           {0, draw_spectrogram, false},
                           {kRhythmHeight, draw_rhythm, true}};
  if (has_chroma(features)) rows.push_back({kChromaHeight, draw_chroma, false});
  double used = kTitleHeight + kAxisHeight;
  for (const Row& row : rows) used += row.height + kCaptionHeight;
  rows[2].height = kPage.height - used;
  if (!curves.empty()) rows.push_back({kCurvesHeight, draw_curves, true});

  const double more = curves.empty() ? 0 : kCurvesHeight + kCaptionHeight;
  Drawing page({kPage.width, kPage.height + static_cast<int>(more)});
  const PlotSource source{view, features, curves};
  draw_title(page, title, facts);
  Panel panel{.left = kLeft, .top = kTitleHeight, .width = kPlotColumns};
  for (const Row& row : rows) {
    panel.top += kCaptionHeight;
    panel.height = row.height;
    if (row.gridded) draw_grid(page, panel, source);
    row.draw(page, panel, source);
    draw_sections(page, panel, &row == &rows.front(), source);
    draw_frame(page, panel);
    if (&row != &rows.back()) panel.top += panel.height;
  }
  draw_time_axis(page, panel, source);

  Canvas canvas(page.size(), kPaper);
  page.lay_over(canvas);
  return canvas;
}

}  // namespace spectradiff
