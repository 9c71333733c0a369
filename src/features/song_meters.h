// Everything that is heard beside the bins: which meters a request needs, and the series made of them.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "beats.h"
#include "hop_meters.h"
#include "loudness.h"
#include "meter_pool.h"
#include "moments.h"
#include "onset.h"
#include "spectradiff/features/features.h"

namespace spectradiff {

class SongMeters {
 public:
  // Error{usage} for a series that is not known and for beats that cannot be. `settings` outlive it.
  SongMeters(const AnalysisSettings& settings, const FeatureRequest& wanted, const AudioInfo& song);

  bool wants_channels() const { return loudness_.has_value(); }
  void add(SongBlock block) { pool_->add(std::move(block)); }
  // features.frames, samples and sample_rate_hz are set; fills series, events, tempo and key.
  void finish(Features& features);

 private:
  bool wants(std::string_view series) const;
  bool wants_any(std::initializer_list<const char*> series) const;
  bool wants_key() const { return wanted_.all || wanted_.key || wants_chroma_; }
  bool wants_sections() const { return wanted_.all || wanted_.sections; }
  bool wants_beats() const;
  void make_meters(const AudioInfo& song);
  void hear_rhythm(Features& features);
  void hear_beats_and_sections(Features& features, double hops_per_second);
  void add_bands(const HopReducer& reducer);
  void add_chroma(const HopReducer& reducer);
  void add_timbre(const HopReducer& reducer);
  void put(const std::string& name, const std::string& unit, std::vector<float> values);

  const AnalysisSettings& settings_;
  const FeatureRequest wanted_;
  const int sample_rate_hz_;
  const GivenBeats given_beats_;
  bool wants_chroma_ = false;
  bool wants_timbre_ = false;
  std::set<std::string> of_librosa_;     // series
  std::vector<float> mono_;              // the song, where something is heard in the whole of it
  std::vector<std::string> band_names_;  // in the order of the short meter's bands
  std::optional<LevelMeter> level_;
  std::optional<MomentMeter> moments_;
  std::optional<MomentaryLoudness> loudness_;
  std::optional<ShortHopMeter> short_;
  std::optional<LongHopMeter> long_;
  std::vector<Series> series_;
  std::optional<MeterPool> pool_;  // last: it works on the meters
};

}  // namespace spectradiff
