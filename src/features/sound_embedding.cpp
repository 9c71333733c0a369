#include "spectradiff/features/sound_embedding.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "sound_spectra.h"
#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

constexpr double kEmbeddedTopHz = 8000, kMfccTopHz = kSoundRateHz / 2.0;
constexpr int kMfccs = 13;

// Time down the rows, brought to so many along straight lines from the first to the last.
Matrix with_rows(const Matrix& array, int rows) {
  if (array.rows == rows) return array;
  Matrix made{rows, array.columns, {}};
  const auto columns = static_cast<size_t>(array.columns);
  for (int row = 0; row < rows; ++row) {
    const double place = rows > 1 ? static_cast<double>(row) * (array.rows - 1) / (rows - 1) : 0;
    const int before = std::min(static_cast<int>(place), array.rows - 1);
    const float share = static_cast<float>(place - before);
    const float* from = array.values.data() + static_cast<size_t>(before) * columns;
    const float* to = from + (before + 1 < array.rows ? columns : 0);
    for (size_t column = 0; column < columns; ++column)
      made.values.push_back(from[column] + share * (to[column] - from[column]));
  }
  return made;
}

void repeat_until(std::vector<float>& values, size_t count) {
  const size_t own = values.size();
  values.resize(count);
  for (size_t i = own; i < count; ++i) values[i] = values[i - own];
}

void take_out_means(Matrix& array) {
  const auto columns = static_cast<size_t>(array.columns);
  for (size_t row = 0; row < static_cast<size_t>(array.rows); ++row) {
    const auto begin = array.values.begin() + static_cast<ptrdiff_t>(row * columns);
    const double mean =
        std::accumulate(begin, begin + static_cast<ptrdiff_t>(columns), 0.0) / static_cast<double>(columns);
    std::for_each(begin, begin + static_cast<ptrdiff_t>(columns),
                  [&](float& value) { value -= static_cast<float>(mean); });
  }
}

// -80..0 dB to 0..1.
void to_unit_decibels(std::vector<float>& powers, std::optional<double> song_loudest) {
  const double loudest =
      song_loudest.value_or(powers.empty() ? 0 : *std::max_element(powers.begin(), powers.end()));
  to_decibels(powers, loudest, song_loudest);
  for (float& value : powers) value = (value + 80) / 80;
}

Matrix first_samples(const HeardSound& sound, int64_t begin, int rows, int columns) {
  Matrix made{rows, columns, std::vector<float>(static_cast<size_t>(rows) * static_cast<size_t>(columns))};
  const int64_t end = std::min(sound.heard.end, begin + static_cast<int64_t>(made.values.size()));
  for (int64_t i = std::max(begin, sound.heard.begin); i < end; ++i)
    made.values[static_cast<size_t>(i - begin)] = sound.song[static_cast<size_t>(i)];
  return made;
}

// [columns][bins] of the piece, every `hop` samples from its begin, time down the rows.
Matrix magnitudes(SpectrumAround& spectrum, const HeardSound& sound, std::span<const int64_t> middles) {
  Matrix made{static_cast<int>(middles.size()), spectrum.bins(), {}};
  made.values.resize(middles.size() * static_cast<size_t>(spectrum.bins()));
  float* row = made.values.data();
  for (const int64_t middle : middles) {
    spectrum.power(sound, middle, row);
    row += spectrum.bins();
  }
  for (float& value : made.values) value = std::sqrt(value);
  return made;
}

std::vector<int64_t> middles_of(const SampleRange& piece, int rows, bool evenly) {
  std::vector<int64_t> middles;
  if (evenly) {
    for (int64_t row = 0; row < rows; ++row) middles.push_back(piece.begin + row * piece.size() / rows);
    return middles;
  }
  const int64_t hop = piece.size() / rows + 1;
  for (int64_t column = 0; column <= piece.size() / hop; ++column)
    middles.push_back(piece.begin + column * hop);
  return middles;
}

Matrix transposed(const Matrix& array) {
  Matrix made{array.columns, array.rows, std::vector<float>(array.values.size())};
  for (int row = 0; row < array.rows; ++row) {
    for (int column = 0; column < array.columns; ++column) {
      made.values[static_cast<size_t>(column) * static_cast<size_t>(array.rows) + static_cast<size_t>(row)] =
          array.values[static_cast<size_t>(row) * static_cast<size_t>(array.columns) +
                       static_cast<size_t>(column)];
    }
  }
  return made;
}

int fft_window(int columns) {
  return std::max(2 * (columns - 1), 2);
}

}  // namespace

// What one thread computes with.
struct SoundEmbedder::Worker {
  explicit Worker(int columns) : spectrum(fft_window(columns)), mel(kEmbeddedTopHz), mfcc(kMfccTopHz) {}
  SpectrumAround spectrum;
  MelSpectrogram mel, mfcc;
};

SoundEmbedder::SoundEmbedder(std::shared_ptr<const EmbeddedSong> song, int rows, int columns)
    : song_(std::move(song)), rows_(rows), columns_(columns) {
  if (rows < 1 || columns < 2)
    throw_error(ErrorKind::internal, "an embedding of {} x {} holds no sound", rows, columns);
}
SoundEmbedder::~SoundEmbedder() = default;

std::unique_ptr<SoundEmbedder::Worker> SoundEmbedder::take_worker() const {
  {
    std::lock_guard lock(mutex_);
    if (!workers_.empty()) {
      auto worker = std::move(workers_.back());
      workers_.pop_back();
      return worker;
    }
  }
  return std::make_unique<Worker>(columns_);
}

void SoundEmbedder::give_back(std::unique_ptr<Worker> worker) const {
  std::lock_guard lock(mutex_);
  workers_.push_back(std::move(worker));
}

Matrix SoundEmbedder::raw(const SoundPart& part) const {
  const auto& song = song_->samples;
  const SampleRange whole{0, static_cast<int64_t>(song.size())};
  const SampleRange inside{std::clamp<int64_t>(part.samples.begin, 0, whole.end),
                           std::clamp<int64_t>(part.samples.end, 0, whole.end)};
  const HeardSound sound{song, part.in_song ? whole : inside};
  if (part.still)
    return still_embedding({{song.begin() + inside.begin, song.begin() + inside.end}}, part.feature, rows_,
                           columns_);
  if (part.feature == SoundFeature::waveform)
    return first_samples(sound, part.samples.begin, rows_, columns_);
  auto worker = take_worker();
  Matrix made;
  if (part.feature == SoundFeature::fft) {
    made = with_rows(magnitudes(worker->spectrum, sound,
                                middles_of(part.in_song ? part.samples : inside, rows_, part.in_song)),
                     rows_);
  } else if (part.feature == SoundFeature::melspectrogram) {
    made = worker->mel.of(sound, inside);
    std::optional<double> loudest;
    if (part.in_song) loudest = song_range(part.feature).high;
    to_unit_decibels(made.values, loudest);
    repeat_until(made.values, static_cast<size_t>(rows_) * static_cast<size_t>(columns_));
  } else {
    Matrix decibels = worker->mfcc.of(sound, inside);
    to_decibels(decibels.values, 1);
    Matrix coefficients = cepstrum(decibels, kMfccs);
    take_out_means(coefficients);
    made = zoomed(coefficients, rows_, columns_);
  }
  give_back(std::move(worker));
  made.rows = rows_;
  made.columns = columns_;
  return made;
}

SoundEmbedder::Range SoundEmbedder::song_range(SoundFeature feature) const {
  std::lock_guard lock(range_mutex_);
  for (const auto& [known, range] : ranges_)
    if (known == feature) return range;
  const auto& song = song_->samples;
  const SampleRange whole{0, static_cast<int64_t>(song.size())};
  Range range;
  if (feature == SoundFeature::waveform) {
    const auto [low, high] = std::minmax_element(song.begin(), song.end());
    if (!song.empty()) range = {*low, *high};
  } else {
    auto worker = take_worker();
    const HeardSound sound{song, whole};
    if (feature == SoundFeature::fft) {
      std::vector<float> power(static_cast<size_t>(worker->spectrum.bins()));
      for (int64_t middle = 0; middle < whole.end; middle += columns_) {
        worker->spectrum.power(sound, middle, power.data());
        range.high = std::max(range.high, std::sqrt(*std::max_element(power.begin(), power.end())));
      }
    } else {
      constexpr int64_t kPieceSamples = int64_t{512} * 256;
      for (int64_t begin = 0; begin < whole.end; begin += kPieceSamples) {
        const Matrix mel = worker->mel.of(sound, {begin, std::min(begin + kPieceSamples, whole.end)});
        range.high = std::max(range.high, *std::max_element(mel.values.begin(), mel.values.end()));
      }
    }
    give_back(std::move(worker));
  }
  ranges_.emplace_back(feature, range);
  return range;
}

Matrix SoundEmbedder::unit(std::span<const SoundPart> parts) const {
  Matrix sum{rows_, columns_, std::vector<float>(static_cast<size_t>(rows_) * static_cast<size_t>(columns_))};
  for (const SoundPart& part : parts) {
    if (part.weight == 0) continue;
    const Matrix made = raw(part);
    const auto [low, high] = std::minmax_element(made.values.begin(), made.values.end());
    Range range{*low, *high};
    if (part.in_song && part.feature == SoundFeature::melspectrogram)
      range = {0, song_range(part.feature).high > 0 ? 1.0f : 0.0f};
    if (part.in_song && (part.feature == SoundFeature::waveform || part.feature == SoundFeature::fft))
      range = song_range(part.feature);
    if (!(range.high > range.low)) continue;
    const auto weight = static_cast<float>(part.weight);
    const float span = range.high - range.low;
    for (size_t i = 0; i < sum.values.size(); ++i)
      sum.values[i] += weight * std::clamp((made.values[i] - range.low) / span, 0.0f, 1.0f);
  }
  return sum;
}

double SoundEmbedder::rms(std::span<const SoundPart> parts) const {
  const auto& song = song_->samples;
  double sum = 0;
  for (const SoundPart& part : parts) {
    const int64_t begin = std::clamp<int64_t>(part.samples.begin, 0, static_cast<int64_t>(song.size()));
    const int64_t end = std::clamp<int64_t>(part.samples.end, begin, static_cast<int64_t>(song.size()));
    double squares = 0;
    for (int64_t i = begin; i < end; ++i)
      squares += static_cast<double>(song[static_cast<size_t>(i)]) * song[static_cast<size_t>(i)];
    if (end > begin) sum += part.weight * std::sqrt(squares / static_cast<double>(end - begin));
  }
  return sum;
}

Matrix still_embedding(const EmbeddedSong& sound, SoundFeature feature, int rows, int columns) {
  const SampleRange whole{0, static_cast<int64_t>(sound.samples.size())};
  const HeardSound heard{sound.samples, whole};
  if (feature == SoundFeature::waveform) return first_samples(heard, 0, rows, columns);
  if (feature == SoundFeature::fft) {
    SpectrumAround spectrum(fft_window(columns));
    return zoomed(transposed(magnitudes(spectrum, heard, middles_of(whole, rows, false))), rows, columns);
  }
  Matrix mel = MelSpectrogram(feature == SoundFeature::mfcc ? kMfccTopHz : kEmbeddedTopHz).of(heard, whole);
  if (feature == SoundFeature::melspectrogram) {
    to_unit_decibels(mel.values, std::nullopt);
    return zoomed(mel, rows, columns);
  }
  to_decibels(mel.values, 1);
  Matrix coefficients = cepstrum(mel, kMfccs);
  take_out_means(coefficients);
  return zoomed(coefficients, rows, columns);
}

}  // namespace spectradiff
