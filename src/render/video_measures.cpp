#include "spectradiff/render/video_measures.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "spectradiff/render/beat_measures.h"
#include "spectradiff/render/look_measures.h"

namespace spectradiff {
namespace {

Json known(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

// The longest stretch and what the music does in it.
class StretchMeasures {
 public:
  StretchMeasures(const PictureStatistics& pictures, const HeardMusic& music)
      : fps_(pictures.fps().to_double()), stretch_(pictures.longest_stretch()), music_(music) {
    if (stretch_.changes.empty()) return;
    changes_.assign(stretch_.changes.begin() + 1, stretch_.changes.end());
    smooth_ = smoothed_change(changes_, fps_);
    const auto count = static_cast<int64_t>(stretch_.looks.size());
    const auto heard = static_cast<int64_t>(music.onset_strength.size());
    for (int64_t frame = stretch_.first; !music.onset_strength.empty() && frame < stretch_.first + count;
         ++frame)
      onset_.push_back(frame < heard ? music.onset_strength[static_cast<size_t>(frame)] : 0);
  }

  void add_to(std::vector<Measure>& measures) const {
    add_beats(measures);
    add_onsets(measures);
    add_looks(measures);
  }

 private:
  double seconds(double frame) const { return (static_cast<double>(stretch_.first) + frame) / fps_; }

  void add_beats(std::vector<Measure>& measures) const {
    std::vector<double> events_s;
    for (const size_t event : visual_events(smooth_, fps_))
      events_s.push_back(seconds(static_cast<double>(event) + 1));
    // What begins within the frame of the first change can be met by it.
    const auto found = measure_beats(events_s, music_.beats_s, seconds(1) - 1e-6,
                                     seconds(static_cast<double>(stretch_.looks.size())));
    const auto add = [&](const char* name, const char* meaning, auto&& get) {
      measures.push_back({name, meaning, found ? known(get(*found)) : Json()});
    };
    using M = BeatMeasures;
    add("beat_alignment", "how near changes of the picture are to beats, 0 to 1 (AIST++, 50 ms)",
        [](const M& m) { return m.scores.alignment; });
    add("beat_alignment_recall", "how near beats are to changes, 0 to 1",
        [](const M& m) { return m.scores.alignment_recall; });
    add("beat_alignment_f", "both in one, 0 to 1", [](const M& m) { return m.scores.alignment_f; });
    add("beat_alignment_z", "standard deviations by which that is better than chance",
        [](const M& m) { return m.alignment_f.z; });
    add("beat_alignment_excess", "by how much that is better than chance",
        [](const M& m) { return m.alignment_f.excess; });
    add("beat_match_error_s", "seconds between beats and the changes matched with them (MVAA)",
        [](const M& m) { return m.scores.match_error_s; });
    add("beat_match_excess_s", "by how many seconds that is better than chance",
        [](const M& m) { return m.match_error.excess; });
    add("beat_hit", "share of changes within 70 ms of a beat", [](const M& m) { return m.scores.hit; });
    add("beat_coverage", "share of beats within 70 ms of a change",
        [](const M& m) { return m.scores.coverage; });
    add("beat_hit_f", "both in one, 0 to 1", [](const M& m) { return m.scores.hit_f; });
    add("beat_hit_z", "standard deviations by which that is better than chance",
        [](const M& m) { return m.hit_f.z; });
    add("beat_hit_excess", "by how much that is better than chance",
        [](const M& m) { return m.hit_f.excess; });
  }

  void add_onsets(std::vector<Measure>& measures) const {
    std::optional<OnsetLag> lag;
    if (!onset_.empty()) lag = onset_lag(smooth_, {onset_.begin() + 1, onset_.end()}, fps_);
    measures.push_back({"onset_lag_s",
                        "seconds by which changes follow the onsets; below 0: come before them",
                        lag ? Json(lag->frames / fps_) : Json()});
    measures.push_back({"onset_lag_correlation", "how well they follow them then, -1 to 1",
                        lag ? Json(lag->correlation) : Json()});
  }

  void add_looks(std::vector<Measure>& measures) const {
    const auto flicker = fast_flicker(stretch_.looks, onset_, fps_);
    measures.push_back({"fast_flicker", "lightness that comes and goes 3 to 15 times a second, 0 to 1",
                        flicker ? Json(flicker->all) : Json()});
    measures.push_back({"unexplained_flicker", "what of it does not follow the onsets",
                        flicker ? Json(flicker->unexplained) : Json()});
    measures.push_back({"colour_drift_per_minute", "how far the mean colour goes in a minute, in Delta E",
                        known(drift_per_minute(stretch_.looks, fps_))});
    std::vector<double> begins_s;
    for (const double begin : music_.section_begins_s) begins_s.push_back(begin - seconds(0));
    measures.push_back({"section_contrast",
                        "the look's change where a section begins, as a multiple of that within",
                        known(section_contrast(stretch_.looks, begins_s, fps_))});
  }

  double fps_;
  PictureStatistics::Stretch stretch_;
  const HeardMusic& music_;
  std::vector<double> changes_, smooth_;  // from the second frame on
  std::vector<double> onset_;             // [frames of the stretch]; empty: no music
};

void add_motion(std::vector<Measure>& measures, const std::optional<Motion>& motion) {
  const auto add = [&](const char* name, const char* meaning, double Motion::* value) {
    measures.push_back({name, meaning, motion ? Json(*motion.*value) : Json()});
  };
  add("motion", "how far things move from picture to picture in the median, in widths (optical flow)",
      &Motion::flow);
  add("warp_error", "change that is left once the motion is gone along, 0 to 1", &Motion::warp_error);
  add("unwarped_change", "the same change without going along", &Motion::unwarped);
}

}  // namespace

std::vector<Measure> video_measures(const PictureStatistics& pictures, const HeardMusic& music) {
  const double flicker = pictures.flicker();
  std::vector<Measure> measures = {
      {"flicker", "mean change of a pixel's value from picture to picture, 0 to 1", flicker},
      {"temporal_flickering", "the same as VBench has it: 1 is a still picture", 1 - flicker},
      {"change_onset_correlation", "how well changes follow the onsets, -1 to 1",
       known(pictures.change_onset_correlation(music.onset_strength))},
      {"held_change", "change between onsets as a share of that at onsets",
       known(pictures.held_change(music.onset_strength))},
      {"beat_error_s", "seconds from a beat to the nearest peak of change",
       known(pictures.beat_error_s(music.beats_s))},
      {"flashes_per_s", "flashes in the worst second (WCAG 2.3.1: more than 3 can cause seizures)",
       pictures.flashes_per_s()},
      {"level", "mean value of a pixel, 0 to 1", pictures.level()},
      {"colour_drift", "mean colour of the last tenth against the first, in Delta E",
       known(pictures.colour_drift())}};
  StretchMeasures(pictures, music).add_to(measures);
  add_motion(measures, pictures.motion());
  return measures;
}

Json measures_to_json(const std::vector<Measure>& measures) {
  Json json;
  for (const Measure& measure : measures) json[measure.name] = measure.value;
  return json;
}

Json statistics_to_json(const PictureStatistics& pictures, const HeardMusic& music,
                        const StageSeconds& seconds) {
  Json json = measures_to_json(video_measures(pictures, music));
  json["seconds"] = {{"analyze", seconds.analyze},
                     {"load", seconds.load},
                     {"paint", seconds.paint},
                     {"diffuse", seconds.diffuse},
                     {"interpolate", seconds.interpolate},
                     {"upscale", seconds.upscale},
                     {"encode", seconds.encode},
                     {"total", seconds.total}};
  return json;
}

}  // namespace spectradiff
