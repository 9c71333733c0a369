#include "song_meters.h"

#include <fmt/format.h>

#include <algorithm>

#include "librosa_series.h"
#include "pauses.h"
#include "rises.h"
#include "sections.h"
#include "spectradiff/audio/resample.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/threads.h"

namespace spectradiff {
namespace {

// Bass, mid and treble in Hz.
const std::pair<const char*, Band> kNamedBands[] = {
    {"bass", {20, 250}}, {"mid", {250, 4000}}, {"treble", {4000, 16000}}};

}  // namespace

SongMeters::SongMeters(const AnalysisSettings& settings, const FeatureRequest& wanted, const AudioInfo& song)
    : settings_(settings),
      wanted_(wanted),
      sample_rate_hz_(song.sample_rate_hz),
      given_beats_(settings, {song.sample_rate_hz, song.samples}) {
  for (const std::string& name : wanted.series) {
    if (!is_series_name(name)) throw_error(ErrorKind::usage, "there is no series {}", name);
    const auto& of_librosa = librosa_series_names();
    if (std::find(of_librosa.begin(), of_librosa.end(), name) != of_librosa.end()) {
      of_librosa_.insert(name);
      continue;
    }
    wants_timbre_ = wants_timbre_ || name.starts_with("mel_") || name.starts_with("mfcc_");
    wants_chroma_ = wants_chroma_ || name.starts_with("chroma_");
  }
  wants_chroma_ = wants_chroma_ || wanted.all;
  make_meters(song);
}

bool SongMeters::wants(std::string_view series) const {
  if (wanted_.series.contains(std::string(series))) return true;
  const auto& names = series_names();
  return wanted_.all && std::find(names.begin(), names.end(), series) != names.end();
}

bool SongMeters::wants_any(std::initializer_list<const char*> series) const {
  return std::any_of(series.begin(), series.end(), [&](const char* name) { return wants(name); });
}

bool SongMeters::wants_beats() const {
  return wants_sections() || wanted_.beats || wants_any({"beat", "beat_phase", "bar_phase"});
}

// The slowest first: there may be fewer threads than meters.
void SongMeters::make_meters(const AudioInfo& song) {
  std::vector<MeterPool::Meter> meters;
  const auto attach = [&](auto& meter) {
    meters.push_back({[&meter](const SongBlock& block) { meter.add(block.mono.data(), block.samples()); },
                      [&meter] { meter.finish(); }});
  };
  const bool wants_parts = wants_any({"harmonic", "percussive"});
  const bool wants_chroma = wants_key() || wants_beats();
  if (wants_parts || wants_chroma) {
    attach(long_.emplace(sample_rate_hz_, wants_chroma, wants_parts));
  }
  std::vector<Band> bands;
  for (const auto& [name, band] : kNamedBands) {
    if (!wants(name)) continue;
    band_names_.emplace_back(name);
    bands.push_back(band);
  }
  for (const std::string& name : wanted_.series) {
    if (const auto band = band_of_name(name)) {
      band_names_.push_back(name);
      bands.push_back(*band);
    }
  }
  const bool wants_mel = wants_timbre_ || wanted_.onsets || wants("onset") || wants_beats();
  if (wants_mel || !bands.empty()) attach(short_.emplace(song, wants_mel, bands));
  if (wants("loudness")) {
    MomentaryLoudness& meter = loudness_.emplace(song.channels, sample_rate_hz_, settings_.fps);
    meters.push_back(
        {[&meter](const SongBlock& block) { meter.add(block.interleaved.data(), block.samples()); },
         [&meter] { meter.finish(); }});
  }
  if (wants_any({"centroid", "spread", "skewness", "kurtosis"}))
    attach(moments_.emplace(sample_rate_hz_, settings_.fps));
  if (wanted_.sound || !of_librosa_.empty()) {
    mono_.reserve(static_cast<size_t>(song.samples));
    meters.push_back({[this](const SongBlock& block) {
                        const std::vector<float>& mean = block.exact_mean();
                        mono_.insert(mono_.end(), mean.begin(), mean.end());
                      },
                      [] {}});
  }
  if (wants_any({"rms", "peak", "rms_db"})) attach(level_.emplace(sample_rate_hz_, settings_.fps));
  pool_.emplace(std::move(meters), thread_count(wanted_.threads));
}

void SongMeters::put(const std::string& name, const std::string& unit, std::vector<float> values) {
  if (wants(name)) series_.push_back({name, unit, std::move(values)});
}

void SongMeters::finish(Features& features) {
  pool_->finish();
  std::vector<float> rms;
  if (level_) {
    LevelMeter::Result levels = level_->result();
    rms = levels.rms;
    put("rms", "", std::move(levels.rms));
    put("peak", "", std::move(levels.peak));
  }
  if (loudness_) put("loudness", "LUFS", loudness_->values());
  if (moments_) {
    put("centroid", "Hz", std::move(moments_->centroid));
    put("spread", "Hz", std::move(moments_->spread));
    put("skewness", "", std::move(moments_->skewness));
    put("kurtosis", "", std::move(moments_->kurtosis));
  }
  hear_rhythm(features);
  const HopReducer long_reducer(long_hops(sample_rate_hz_).hop_samples, sample_rate_hz_, settings_.fps,
                                features.frames);
  if (long_ && !long_->harmonic().empty()) {
    put("harmonic", "", long_reducer.mean(long_->harmonic()));
    put("percussive", "", long_reducer.mean(long_->percussive()));
  }
  if (short_) {
    const HopReducer reducer(short_hops(sample_rate_hz_).hop_samples, sample_rate_hz_, settings_.fps,
                             features.frames);
    add_bands(reducer);
    if (wants_timbre_) add_timbre(reducer);
  }
  if (wants_key()) {
    features.key = long_->key();
    add_chroma(long_reducer);
  }
  for (Series& one : librosa_series(mono_, features, of_librosa_, rms)) series_.push_back(std::move(one));
  if (wanted_.sound) {
    features.sound =
        std::make_shared<const EmbeddedSong>(EmbeddedSong{resampled(mono_, sample_rate_hz_, kSoundRateHz)});
  }
  mono_ = {};
  const auto place = [](const Series& one) {
    const auto& names = series_names();
    return std::find(names.begin(), names.end(), one.name) - names.begin();
  };
  std::stable_sort(series_.begin(), series_.end(), [&](const Series& a, const Series& b) {
    return std::pair(place(a), a.name) < std::pair(place(b), b.name);
  });
  features.series = std::move(series_);
}

void SongMeters::hear_rhythm(Features& features) {
  if (!short_ || short_->mel().hops() == 0) return;
  const int hop_samples = short_hops(sample_rate_hz_).hop_samples;
  const double hops_per_second = static_cast<double>(sample_rate_hz_) / hop_samples;
  const std::vector<float> strength = onset_strength(short_->mel());
  if (wanted_.all || wanted_.onsets) {
    for (const int64_t hop : pick_onsets(strength, hops_per_second)) {
      features.events.onsets_s.push_back((static_cast<double>(hop) - kLateHops) / hops_per_second);
    }
  }
  if (wants("onset")) {
    const HopReducer reducer(hop_samples, sample_rate_hz_, settings_.fps, features.frames);
    std::vector<float> values = reducer.maximum(strength);
    const float maximum = *std::max_element(values.begin(), values.end());
    for (float& value : values) value = maximum > 0 ? value / maximum : 0.0f;
    put("onset", "", std::move(values));
  }
  if (wants_beats()) hear_beats_and_sections(features, hops_per_second);
}

void SongMeters::hear_beats_and_sections(Features& features, double hops_per_second) {
  const double long_per_second =
      static_cast<double>(sample_rate_hz_) / long_hops(sample_rate_hz_).hop_samples;
  const SongHops hops{short_->mel(), hops_per_second, long_->chroma(), long_per_second};
  const SongSpan song{sample_rate_hz_, features.samples};
  BeatGrid grid = given_beats_.find(hops, song);
  if (const std::string note = given_beats_.note(song); !note.empty()) features.notes.push_back(note);
  BeatSeries series = beat_series(grid, settings_, sample_rate_hz_, features.frames);
  put("beat", "", std::move(series.beat));
  put("beat_phase", "", std::move(series.beat_phase));
  put("bar_phase", "", std::move(series.bar_phase));
  Events& events = features.events;
  if (wants_sections()) {
    const std::vector<Bar> bars = hear_bars(hops, grid, song.duration_s());
    events.pauses = find_pauses(hops.mel, hops_per_second);
    events.sections = find_sections(bars, events.pauses, hops);
    Rises rises = find_rises(bars, events.sections);
    events.drops_s = std::move(rises.drops_s);
    events.builds = std::move(rises.builds);
  }
  events.beats_s = std::move(grid.beats_s);
  events.downbeats = std::move(grid.downbeats);
  events.beats_per_bar = grid.beats_per_bar;
  features.tempo_candidates_bpm = std::move(grid.candidates_bpm);
  features.tempos = std::move(grid.tempos);
  features.tempo_bpm = grid.tempo_bpm;
}

void SongMeters::add_bands(const HopReducer& reducer) {
  for (size_t i = 0; i < band_names_.size(); ++i) put(band_names_[i], "", reducer.mean(short_->energy(i)));
}

void SongMeters::add_chroma(const HopReducer& reducer) {
  std::vector<float> hops(long_->chroma().size());
  for (size_t pitch = 0; pitch < kPitchClasses.size(); ++pitch) {
    const std::string name = fmt::format("chroma_{}", kPitchClasses[pitch]);
    if (!wants(name)) continue;
    for (size_t hop = 0; hop < hops.size(); ++hop) hops[hop] = long_->chroma()[hop][pitch];
    put(name, "", reducer.mean(hops));
  }
}

void SongMeters::add_timbre(const HopReducer& reducer) {
  const MelFrames& mel = short_->mel();
  const double floor_db = MelFrames::decibels(mel.floor());
  std::vector<float> hops(static_cast<size_t>(mel.hops()));
  for (int band = 0; band < kMelBands; ++band) {
    const std::string name = fmt::format("mel_{}", band);
    if (!wants(name)) continue;
    for (size_t hop = 0; hop < hops.size(); ++hop) {
      const double db = MelFrames::decibels(mel.hop(static_cast<int64_t>(hop))[band]);
      hops[hop] = static_cast<float>(std::pow(10, db / 10));
    }
    std::vector<float> values = reducer.mean(hops);
    for (float& value : values)
      value = static_cast<float>(std::max<double>(10 * std::log10(value), floor_db));
    put(name, "dB", std::move(values));
  }
  const Cepstrum cepstrum(kMfccCoefficients);
  std::vector<std::vector<float>> mfcc(kMfccCoefficients, std::vector<float>(hops.size()));
  float coefficients[kMfccCoefficients];
  for (size_t hop = 0; hop < hops.size(); ++hop) {
    cepstrum.apply(mel, static_cast<int64_t>(hop), coefficients);
    for (size_t k = 0; k < kMfccCoefficients; ++k) mfcc[k][hop] = coefficients[k];
  }
  for (size_t k = 0; k < kMfccCoefficients; ++k) put(fmt::format("mfcc_{}", k), "", reducer.mean(mfcc[k]));
}

}  // namespace spectradiff
