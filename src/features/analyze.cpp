#include <utility>

#include "frame_spectrum.h"
#include "level.h"
#include "sample_window.h"
#include "song_meters.h"
#include "spectradiff/base/error.h"
#include "spectradiff/features/features.h"
#include "still_spectrogram.h"

namespace spectradiff {
namespace {

// Frames are counted by what can be read: damage may end the song before its header does.
void measure_frames(Features& features, AudioSource& source, FrameSpectrum& spectrum,
                    const FeatureRequest& wanted) {
  SongMeters meters(features.settings, wanted, source.info());
  // The seeds' bins are those of the mean, whatever it loses.
  const auto voice =
      features.settings.spacing == BinSpacing::seed ? SampleWindow::Voice::mean : SampleWindow::Voice::heard;
  SampleWindow samples(source, voice, meters.wants_channels(),
                       [&](SongBlock block) { meters.add(std::move(block)); });

  const auto bins = static_cast<size_t>(features.bins);
  const int64_t expected = frame_count(features.samples, features.sample_rate_hz, features.settings.fps);
  features.magnitudes.reserve(static_cast<size_t>(expected) * bins);
  for (int64_t frame = 0;; ++frame) {
    const SampleRange range = spectrum.window(frame);
    const SampleWindow::View view = samples.view(range);
    if (frame_start_sample(frame, features.sample_rate_hz, features.settings.fps) >= samples.song_samples())
      break;
    features.magnitudes.resize(static_cast<size_t>(frame + 1) * bins);
    spectrum.magnitudes(view, features.magnitudes.data() + static_cast<size_t>(frame) * bins);
    features.frames = frame + 1;
  }
  features.samples = samples.song_samples();
  if (features.frames == 0) throw_error(ErrorKind::input, "no sample of the song can be read");
  meters.finish(features);
}

}  // namespace

Features analyze(AudioSource& source, const AnalysisSettings& settings, const FeatureRequest& wanted) {
  Features features;
  features.settings = settings;
  features.sample_rate_hz = source.info().sample_rate_hz;
  features.samples = source.info().samples;
  features.bins = settings.bins;
  const auto spectrum = make_frame_spectrum(settings, features.sample_rate_hz);
  features.bin_frequency_hz = spectrum->frequencies_hz();
  measure_frames(features, source, *spectrum, wanted);
  set_levels(features, spectrum->full_scale(), source);
  if (wanted.still) features.still = still_spectrogram(source);
  return features;
}

}  // namespace spectradiff
