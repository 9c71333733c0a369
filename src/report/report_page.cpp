#include "spectradiff/report/report_page.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "page_parts.h"
#include "spectradiff/image/resize.h"
#include "spectradiff/media/jpeg.h"

namespace spectradiff {
namespace {

constexpr size_t kMostPoints = 2400;  // of a curve
constexpr int64_t kMostPictures = 60;
constexpr double kWidestPicture = 200, kMostPixels = 200 * 200;

// What a reader can tell apart.
Json rounded(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == 0) return 0;
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 3);
  const double near = std::round(value / unit) * unit;
  // A power of ten is not exact: the shortest text that means the rounded value is.
  return Json(std::stod(fmt::format("{:.4g}", near)));
}

// Of many values their extremes, in the order they come.
Json points_of(const std::vector<double>& values) {
  Json points = Json::array();
  if (values.size() <= kMostPoints) {
    for (const double value : values) points.push_back(rounded(value));
    return points;
  }
  constexpr size_t kParts = kMostPoints / 2;
  for (size_t part = 0; part < kParts; ++part) {
    const auto begin = values.begin() + static_cast<ptrdiff_t>(part * values.size() / kParts);
    const auto end = values.begin() + static_cast<ptrdiff_t>((part + 1) * values.size() / kParts);
    const auto [low, high] = std::minmax_element(begin, end);
    points.push_back(rounded(*std::min(low, high)));
    points.push_back(rounded(*std::max(low, high)));
  }
  return points;
}

std::string base64(const std::vector<uint8_t>& bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t rest = std::min<size_t>(3, bytes.size() - i);
    uint32_t bits = 0;
    for (size_t k = 0; k < 3; ++k) bits = bits << 8 | (k < rest ? bytes[i + k] : 0U);
    for (size_t k = 0; k < 4; ++k) text += k <= rest ? kLetters[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

Json curve_json(const ReportCurve& curve) {
  const auto [low, high] = std::minmax_element(curve.values.begin(), curve.values.end());
  return {{"name", curve.name},
          {"moved", curve.moved},
          {"low", rounded(*low)},
          {"high", rounded(*high)},
          {"values", points_of(curve.values)}};
}

Json page_json(const ReportPage& page) {
  Json pictures = Json::array(), sections = Json::array(), curves = Json::array(), beats = Json::array();
  for (const ReportPicture& picture : page.pictures)
    pictures.push_back({{"frame", picture.frame}, {"src", "data:image/jpeg;base64," + base64(picture.jpeg)}});
  for (const Section& section : page.sections) {
    sections.push_back({{"begin", rounded(section.begin_s)},
                        {"end", rounded(section.end_s)},
                        {"number", section.label},
                        {"label", label_text(section.label)},
                        {"energy", rounded(std::round(section.energy * 100) / 100)}});
  }
  for (const double beat : page.beats_s) beats.push_back(std::round(beat * 1000) / 1000);
  for (const ReportCurve& curve : page.curves) {
    if (!curve.values.empty()) curves.push_back(curve_json(curve));
  }
  Json measures = Json::array(), settings = Json::array();
  for (const auto& [name, meaning, value] : page.measures) {
    measures.push_back({{"name", name},
                        {"meaning", meaning},
                        {"value", value.is_number_float() ? rounded(value.get<double>()) : value}});
  }
  for (const auto& [key, value, origin] : page.settings)
    settings.push_back({{"key", key}, {"value", value}, {"origin", origin}});
  return {{"title", page.title},
          {"version", page.version},
          {"facts", page.facts},
          {"fps", page.fps.to_double()},
          {"first", page.first},
          {"frames", page.frames},
          {"ratio", static_cast<double>(page.picture.width) / page.picture.height},
          {"pictures", pictures},
          {"wave", {{"peak", points_of(page.peak.values)}, {"rms", points_of(page.rms.values)}}},
          {"beats", beats},
          {"sections", sections},
          {"curves", curves},
          {"measures", measures},
          {"settings", settings},
          {"command", page.command},
          {"frames_command", page.frames_command}};
}

// Nothing in the data can end the element that holds it.
std::string inside_script(const std::string& text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) safe += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return safe;
}

void put_in(std::string& html, std::string_view mark, std::string_view text) {
  html.replace(html.find(mark), mark.size(), text);
}

}  // namespace

std::string report_html(const ReportPage& page) {
  std::string html(kPageHtml);
  put_in(html, "@STYLE@", kPageStyle);
  put_in(html, "@SCRIPT@", kPageScript);
  put_in(html, "@DATA@", inside_script(json_text(page_json(page))));
  return html;
}

ReportStrip::ReportStrip(int64_t run) : total_(run), places_(std::min(run, kMostPictures)) {}

void ReportStrip::take(int64_t frame, const Canvas& picture) {
  // The middle of each of the places' parts of the run.
  const auto place = static_cast<int64_t>(pictures.size());
  if (place < places_ && taken_ == (2 * place + 1) * total_ / (2 * places_)) {
    const auto [width, height] = picture.size();
    const double scale = std::min(
        {1.0, kWidestPicture / width, std::sqrt(kMostPixels / (static_cast<double>(width) * height))});
    const auto side = [&](int whole) {
      return std::max(2, static_cast<int>(std::lround(whole * scale)) / 2 * 2);
    };
    pictures.push_back({frame, encode_jpeg(fit_to_size(picture, {side(width), side(height)}, Fit::stretch))});
  }
  ++taken_;
}

}  // namespace spectradiff
