#include "frame_spectrum.h"

#include <algorithm>
#include <cmath>

#include "constant_q.h"
#include "fft.h"
#include "log_spectrum.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/frame_time.h"

namespace spectradiff {
namespace {

constexpr int kMaxBins = 4096;
constexpr int kMinWindowSamples = 20;  // the seeds' first index, 10, is then still inside the FFT
constexpr int kMaxWindowSamples = 1 << 22;
constexpr int kMaxConstantQSeconds = 1;  // every bar has a kernel as long as its window
// Log spacing pads its window to at least this multiple, so that interpolated bands miss at most 4 % of a
// sine.
constexpr int kZeroPadding = 2;

// The seeds' frame: |rfft(piece, n)| at chosen indices, in double precision, as NumPy computes it.
class SeedSpectrum final : public FrameSpectrum {
 public:
  SeedSpectrum(const AnalysisSettings& settings, int window_samples, int sample_rate_hz)
      : fps_(settings.fps),
        sample_rate_hz_(sample_rate_hz),
        fft_(window_samples),
        indices_(seed_bin_indices(window_samples, settings.bins)) {
    // SpD5 ends a piece one frame's length, rounded down, behind its start: where the length is no integer,
    // the sample before the next start can belong to no piece.
    piece_samples_ = std::min<int64_t>(window_samples, frame_start_sample(1, sample_rate_hz, fps_));
    window_ = make_window(settings.window_shape, static_cast<int>(piece_samples_));
    for (const int index : indices_) {
      frequencies_hz_.push_back(
          static_cast<float>(static_cast<double>(index) * sample_rate_hz / window_samples));
    }
  }

  SampleRange window(int64_t frame) const override {
    const int64_t begin = frame_start_sample(frame, sample_rate_hz_, fps_);
    return {begin, begin + piece_samples_};
  }
  void magnitudes(const SampleWindow::View& view, float* magnitudes) override {
    double* input = fft_.input();
    for (size_t i = 0; i < window_.size(); ++i) input[i] = static_cast<double>(view.samples[i]) * window_[i];
    const std::complex<double>* spectrum = fft_.run();
    for (const int index : indices_) *magnitudes++ = static_cast<float>(std::abs(spectrum[index]));
  }
  const std::vector<float>& frequencies_hz() const override { return frequencies_hz_; }
  double full_scale() const override {
    double sum = 0;
    for (const float weight : window_) sum += weight;
    return sum / 2;
  }

 private:
  const Rational fps_;
  const int sample_rate_hz_;
  RealFft<double> fft_;
  const std::vector<int> indices_;
  int64_t piece_samples_;
  std::vector<float> window_;
  std::vector<float> frequencies_hz_;
};

// LogSpectrum or ConstantQ, in the middle of the frame.
template <typename Spectrum>
class CentredSpectrum final : public FrameSpectrum {
 public:
  template <typename... Making>
  CentredSpectrum(const AnalysisSettings& settings, int sample_rate_hz, const Making&... making)
      : fps_(settings.fps), sample_rate_hz_(sample_rate_hz), spectrum_(making..., sample_rate_hz) {}

  SampleRange window(int64_t frame) const override {
    const SampleRange range = frame_sample_range(frame, sample_rate_hz_, fps_);
    const int64_t begin = range.begin + range.size() / 2 - spectrum_.window_samples() / 2;
    return {begin, begin + spectrum_.window_samples()};
  }
  void magnitudes(const SampleWindow::View& view, float* magnitudes) override {
    spectrum_.magnitudes(view, magnitudes);
  }
  const std::vector<float>& frequencies_hz() const override { return spectrum_.centres_hz(); }
  double full_scale() const override { return 1; }

 private:
  const Rational fps_;
  const int sample_rate_hz_;
  Spectrum spectrum_;
};

int checked_window(const AnalysisSettings& settings, int sample_rate_hz) {
  const int64_t samples = settings.window.to_samples(sample_rate_hz, settings.fps);
  const int most =
      settings.spacing == BinSpacing::cqt ? kMaxConstantQSeconds * sample_rate_hz : kMaxWindowSamples;
  if (samples < kMinWindowSamples || samples > most) {
    throw_error(ErrorKind::usage, "window = {} is {} samples at {} Hz; {} to {} are allowed",
                settings.window.text(), samples, sample_rate_hz, kMinWindowSamples, most);
  }
  return static_cast<int>(samples);
}

}  // namespace

std::unique_ptr<FrameSpectrum> make_frame_spectrum(const AnalysisSettings& settings, int sample_rate_hz) {
  if (settings.bins < 1 || settings.bins > kMaxBins) {
    throw_error(ErrorKind::usage, "bins = {} is outside 1..{}", settings.bins, kMaxBins);
  }
  const int window_samples = checked_window(settings, sample_rate_hz);
  if (settings.spacing == BinSpacing::seed) {
    return std::make_unique<SeedSpectrum>(settings, window_samples, sample_rate_hz);
  }
  const double fmax_hz = std::min(settings.fmax_hz, sample_rate_hz / 2.0);
  if (!(settings.fmin_hz > 0) || !(settings.fmin_hz < fmax_hz)) {
    throw_error(ErrorKind::usage,
                "fmin = {} Hz must be above 0 and below fmax, which is {} Hz for this song's {} Hz",
                settings.fmin_hz, fmax_hz, sample_rate_hz);
  }
  const LogBands bands{settings.bins, settings.fmin_hz, fmax_hz};
  if (settings.spacing == BinSpacing::cqt) {
    return std::make_unique<CentredSpectrum<ConstantQ>>(settings, sample_rate_hz, bands, window_samples,
                                                        settings.window_shape,
                                                        sample_rate_hz / settings.fps.to_double());
  }
  const int64_t frame_samples = frame_start_sample(1, sample_rate_hz, settings.fps);
  return std::make_unique<CentredSpectrum<LogSpectrum>>(settings, sample_rate_hz, window_samples,
                                                        fast_fft_size(kZeroPadding * window_samples),
                                                        settings.window_shape, bands, frame_samples);
}

}  // namespace spectradiff
