// The forward FFT of real samples.
#pragma once

#include <complex>
#include <memory>

namespace spectradiff {

// X[k] = sum over j of x[j] · exp(-2 pi i j k / size), k = 0..size/2, without any division. Any size >= 1;
// those of fast_fft_size are quick. Planned without measuring, so that a machine always takes the same path.
// One thread at a time per object.
template <typename Real>  // float or double
class RealFft {
 public:
  explicit RealFft(int size);
  ~RealFft();

  int size() const { return size_; }
  int bins() const { return size_ / 2 + 1; }
  Real* input() { return input_; }  // [size], starts as 0; run() keeps it
  const std::complex<Real>* run();  // [bins], valid until the next run()

 private:
  struct Plan;
  int size_;
  Real* input_;
  std::unique_ptr<Plan> plan_;
};

// The way back: run() gives size times the samples whose spectrum was put in, which it destroys.
class InverseFft {
 public:
  explicit InverseFft(int size);
  ~InverseFft();
  std::complex<double>* input() { return input_; }  // [size / 2 + 1]
  const double* run();                              // [size], valid until the next run()

 private:
  struct Plan;
  std::complex<double>* input_;
  std::unique_ptr<Plan> plan_;
};

// The smallest of 1, 3 or 5 times a power of two that is not below `size`; 8 at least.
int fast_fft_size(int size);

}  // namespace spectradiff
