#include "spectradiff/report/tables.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/base/json.h"

namespace spectradiff {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 16;

// Gathers text into pieces worth a system call.
class TextWriter {
 public:
  explicit TextWriter(const TextSink& sink) : sink_(sink) { piece_.reserve(kPieceBytes); }

  TextWriter& operator<<(std::string_view text) {
    piece_ += text;
    if (piece_.size() + 64 > kPieceBytes) flush();
    return *this;
  }

  template <typename Number>
  void number(Number value, std::string_view unknown) {
    if (!std::isfinite(value)) {
      *this << unknown;
      return;
    }
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    *this << std::string_view(text, static_cast<size_t>(end - text));
  }

  void flush() {
    if (!piece_.empty()) sink_(piece_);
    piece_.clear();
  }

 private:
  const TextSink& sink_;
  std::string piece_;
};

std::vector<const Series*> columns_of(const Features& features, std::span<const std::string> names) {
  std::vector<const Series*> columns;
  for (const std::string& name : names) {
    const Series* series = features.find(name);
    if (series == nullptr)
      throw_error(ErrorKind::internal, "the series {} was not computed, but is to be written", name);
    columns.push_back(series);
  }
  return columns;
}

double frame_time_s(const Features& features, int64_t frame) {
  const Rational& fps = features.settings.fps;
  return static_cast<double>(frame) * static_cast<double>(fps.den) / static_cast<double>(fps.num);
}

template <typename Numbers>
void write_array(TextWriter& out, const Numbers& numbers) {
  std::string_view separator = "[";
  for (const auto number : numbers) {
    out << separator;
    out.number(number, "null");
    separator = ", ";
  }
  out << (numbers.empty() ? "[]" : "]");
}

Json sections_json(const Events& events) {
  Json sections = Json::array();
  for (const Section& section : events.sections) {
    sections.push_back({{"begin_s", section.begin_s},
                        {"end_s", section.end_s},
                        {"label", label_text(section.label)},
                        {"energy", section.energy},
                        {"energy_class", energy_text(section.energy_class)}});
  }
  return sections;
}

std::vector<double> sections_s(const Events& events) {
  std::vector<double> times;
  for (const Section& section : events.sections) times.push_back(section.begin_s);
  return times;
}

void write_events(TextWriter& out, const Features& features) {
  const Events& events = features.events;
  out << "\"events\": {\n\"onsets_s\": ";
  write_array(out, events.onsets_s);
  out << ",\n\"beats_s\": ";
  write_array(out, events.beats_s);
  out << ",\n\"downbeats_s\": ";
  write_array(out, downbeats_s(features));
  out << ",\n\"sections_s\": ";
  write_array(out, sections_s(events));
  out << ",\n\"sections\": " << json_text(sections_json(events));
  out << ",\n\"drops_s\": ";
  write_array(out, events.drops_s);
  Json builds = Json::array();
  for (const Build& build : events.builds)
    builds.push_back({{"begin_s", build.begin_s}, {"end_s", build.end_s}});
  out << ",\n\"builds\": " << json_text(builds) << "\n},\n";
}

Json scalars_json(const Features& features) {
  Json tempos = Json::array();
  for (const TempoPart& part : features.tempos)
    tempos.push_back({{"begin_s", part.begin_s}, {"tempo_bpm", part.bpm}});
  return {{"tempo_bpm", features.tempo_bpm > 0 ? Json(features.tempo_bpm) : Json(nullptr)},
          {"tempo_candidates_bpm", features.tempo_candidates_bpm},
          {"tempos", tempos},
          {"beats_per_bar",
           features.events.beats_s.empty() ? Json(nullptr) : Json(features.events.beats_per_bar)},
          {"key", features.key.empty() ? Json(nullptr) : Json(features.key)},
          {"duration_s", static_cast<double>(features.samples) / features.sample_rate_hz}};
}

}  // namespace

std::vector<double> downbeats_s(const Features& features) {
  std::vector<double> times;
  for (const int beat : features.events.downbeats)
    times.push_back(features.events.beats_s[static_cast<size_t>(beat)]);
  return times;
}

void write_series_csv(const Features& features, std::span<const std::string> series, const TextSink& sink) {
  const std::vector<const Series*> columns = columns_of(features, series);
  TextWriter out(sink);
  out << "frame,time_s";
  for (const std::string& name : series) out << "," << name;
  out << "\n";
  for (int64_t frame = 0; frame < features.frames; ++frame) {
    out << fmt::format_int(frame).c_str() << ",";
    out.number(frame_time_s(features, frame), "");
    for (const Series* column : columns) {
      out << ",";
      out.number(column->values[static_cast<size_t>(frame)], "");
    }
    out << "\n";
  }
  out.flush();
}

void write_analysis_json(const std::string& file, const AudioInfo& audio, const Features& features,
                         std::span<const std::string> series, const TextSink& sink) {
  const std::vector<const Series*> columns = columns_of(features, series);
  const Json about = {{"file", file},
                      {"format", audio.format},
                      {"sample_rate_hz", features.sample_rate_hz},
                      {"channels", audio.channels},
                      {"samples", features.samples}};
  TextWriter out(sink);
  out << "{\n\"schema\": 1,\n\"audio\": " << json_text(about) << ",\n";
  out << fmt::format("\"fps\": \"{}\",\n\"frames\": {},\n\"series\": {{", features.settings.fps.text(),
                     features.frames);
  std::string_view separator = "\n";
  for (const Series* column : columns) {
    out << separator << json_text(column->name) << ": ";
    write_array(out, column->values);
    separator = ",\n";
  }
  out << (columns.empty() ? "" : "\n") << "},\n";
  write_events(out, features);
  out << "\"scalars\": " << json_text(scalars_json(features)) << "\n}\n";
  out.flush();
}

}  // namespace spectradiff
