// The bins of one video frame, by either spacing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sample_window.h"
#include "spectradiff/features/features.h"

namespace spectradiff {

// One thread.
class FrameSpectrum {
 public:
  virtual ~FrameSpectrum() = default;
  // The samples it looks at; their begin never decreases with the frame.
  virtual SampleRange window(int64_t frame) const = 0;
  virtual void magnitudes(const SampleWindow::View& view, float* magnitudes) = 0;  // [bins]
  virtual const std::vector<float>& frequencies_hz() const = 0;                    // [bins]
  virtual double full_scale() const = 0;  // the magnitude of a sine of amplitude 1
};

// Error{usage} naming the setting that a song of this sample rate cannot have.
std::unique_ptr<FrameSpectrum> make_frame_spectrum(const AnalysisSettings& settings, int sample_rate_hz);

}  // namespace spectradiff
