#include "run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "music.h"
#include "spectradiff/base/duration_text.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

// values[frame] of the page's frames, 0 where there are none.
ReportCurve curve_of(std::string name, const std::vector<float>& values, const ReportPage& page) {
  ReportCurve curve{std::move(name), false, std::vector<double>(static_cast<size_t>(page.frames), 0)};
  for (int64_t i = 0; i < page.frames; ++i) {
    const auto frame = static_cast<size_t>(page.first + i);
    if (frame < values.size()) curve.values[static_cast<size_t>(i)] = values[frame];
  }
  return curve;
}

void add_music(ReportPage& page, const Features& features) {
  page.peak = curve_of("peak", features.find("peak")->values, page);
  page.rms = curve_of("rms", features.find("rms")->values, page);
  page.beats_s = features.events.beats_s;
  page.sections = features.events.sections;
  page.curves.push_back(
      curve_of("onset: what sets in, as loud as it is new", features.find("onset")->values, page));
  if (features.tempo_bpm > 0) page.facts.push_back(fmt::format("{:.1f} BPM", features.tempo_bpm));
  if (!features.key.empty()) page.facts.push_back(features.key);
}

void add_seen(ReportPage& page, const std::vector<PictureStatistics::Seen>& seen) {
  ReportCurve change{"change of the picture", false,
                     std::vector<double>(static_cast<size_t>(page.frames), 0)};
  ReportCurve flashes{"flashes in the last second", false, change.values};
  for (const PictureStatistics::Seen& each : seen) {
    const auto at = static_cast<size_t>(each.frame - page.first);
    change.values[at] = each.change;
    flashes.values[at] = each.flashes;
  }
  page.curves.push_back(std::move(change));
  page.curves.push_back(std::move(flashes));
}

// A row's value holds until the next one's.
ReportCurve moved_curve(const MovedOption& moved, const std::vector<int64_t>& frames, const RenderJob& job,
                        const ReportPage& page) {
  const auto expression = job.expressions.find(moved.key);
  ReportCurve curve{
      expression == job.expressions.end() ? moved.key : moved.key + " = " + expression->second, true, {}};
  size_t row = 0;
  for (int64_t frame = page.first; frame < page.first + page.frames; ++frame) {
    while (row + 1 < frames.size() && frames[row + 1] <= frame) ++row;
    curve.values.push_back(moved.values[row]);
  }
  return curve;
}

void add_settings(ReportPage& page, const Resolution& settings) {
  const Json values = settings_to_json(settings);
  for (const auto& [key, value] : values.items()) {
    const auto origin = settings.origins.find(key);
    page.settings.push_back({key, value, origin == settings.origins.end() ? "default" : origin->second});
  }
}

}  // namespace

void add_report_needs(FeatureRequest& wanted) {
  add_measure_needs(wanted);
  wanted.series.insert({"peak", "rms"});
  wanted.key = true;
}

ReportPage page_of_pictures(const PictureStatistics& pictures, const Features* features, ReportStrip strip,
                            std::vector<Measure> measures) {
  const std::vector<PictureStatistics::Seen> seen = pictures.seen();
  ReportPage page;
  page.fps = pictures.fps();
  page.first = seen.front().frame;
  page.frames = seen.back().frame - page.first + 1;
  page.measures = std::move(measures);
  page.pictures = std::move(strip.pictures);
  page.facts = {duration_text(static_cast<double>(seen.size()) / page.fps.to_double()),
                fmt::format("{} at {} fps", counted(std::ssize(seen), "frame"), page.fps.number_text())};
  if (features != nullptr) add_music(page, *features);
  add_seen(page, seen);
  return page;
}

ReportPage page_of_run(const SessionState& state, const PictureStatistics& pictures, ReportStrip strip,
                       double seconds) {
  const Features& features = *state.features;
  ReportPage page = page_of_pictures(pictures, &features, std::move(strip),
                                     video_measures(pictures, heard_music(features)));
  const RenderJob& job = state.settings.job;
  const std::filesystem::path output = state.target.text();
  page.title =
      output == "-" ? "stdout" : (output.has_filename() ? output : output.parent_path()).filename().string();
  page.picture = state.plan.constants.video.size;
  page.facts.push_back(fmt::format("{}x{}", page.picture.width, page.picture.height));
  page.facts.push_back(state.settings.model() != nullptr ? "model " + state.settings.model()->name
                                                         : "painted, not diffused");
  page.facts.push_back(fmt::format("made in {}", duration_text(seconds)));
  const std::vector<int64_t> frames = frames_of(state.plan);
  std::vector<ReportCurve> moved;
  for (const MovedOption& each : state.moved) moved.push_back(moved_curve(each, frames, job, page));
  page.curves.insert(page.curves.begin(), std::make_move_iterator(moved.begin()),
                     std::make_move_iterator(moved.end()));
  add_settings(page, state.settings);
  return page;
}

}  // namespace spectradiff
