#include "fft.h"

#include <fftw3.h>

#include <algorithm>
#include <bit>
#include <mutex>
#include <new>

#include "spectradiff/features/features.h"

namespace spectradiff {
namespace {

// FFTW's planner is the one part of it that threads must not share, in the whole process.
std::mutex& planner_mutex() {
  static std::mutex mutex;
  return mutex;
}

struct FloatApi {
  using Complex = fftwf_complex;
  using Handle = fftwf_plan;
  static void* allocate(size_t bytes) { return fftwf_malloc(bytes); }
  static void release(void* memory) { fftwf_free(memory); }
  static Handle plan(int size, float* in, Complex* out) {
    return fftwf_plan_dft_r2c_1d(size, in, out, FFTW_ESTIMATE);
  }
  static void run(Handle handle) { fftwf_execute(handle); }
  static void destroy(Handle handle) { fftwf_destroy_plan(handle); }
};

struct DoubleApi {
  using Complex = fftw_complex;
  using Handle = fftw_plan;
  static void* allocate(size_t bytes) { return fftw_malloc(bytes); }
  static void release(void* memory) { fftw_free(memory); }
  static Handle plan(int size, double* in, Complex* out) {
    return fftw_plan_dft_r2c_1d(size, in, out, FFTW_ESTIMATE);
  }
  static void run(Handle handle) { fftw_execute(handle); }
  static void destroy(Handle handle) { fftw_destroy_plan(handle); }
};

template <typename Real>
using Api = std::conditional_t<std::is_same_v<Real, float>, FloatApi, DoubleApi>;

template <typename Real>
struct Release {
  void operator()(void* memory) const { Api<Real>::release(memory); }
};

}  // namespace

template <typename Real>
struct RealFft<Real>::Plan {
  using Fftw = Api<Real>;

  explicit Plan(int size)
      : input(static_cast<Real*>(Fftw::allocate(sizeof(Real) * static_cast<size_t>(size)))),
        output(static_cast<typename Fftw::Complex*>(
            Fftw::allocate(sizeof(typename Fftw::Complex) * static_cast<size_t>(size / 2 + 1)))) {
    if (!input || !output) throw std::bad_alloc();
    std::fill_n(input.get(), size, Real{0});
    std::lock_guard lock(planner_mutex());
    handle = Fftw::plan(size, input.get(), output.get());
  }
  ~Plan() {
    std::lock_guard lock(planner_mutex());
    Fftw::destroy(handle);
  }

  std::unique_ptr<Real, Release<Real>> input;
  std::unique_ptr<typename Fftw::Complex, Release<Real>> output;
  typename Fftw::Handle handle;
};

template <typename Real>
RealFft<Real>::RealFft(int size) : size_(size), plan_(std::make_unique<Plan>(size)) {
  input_ = plan_->input.get();
}

template <typename Real>
RealFft<Real>::~RealFft() = default;

template <typename Real>
const std::complex<Real>* RealFft<Real>::run() {
  Api<Real>::run(plan_->handle);
  return reinterpret_cast<const std::complex<Real>*>(plan_->output.get());
}

template class RealFft<float>;
template class RealFft<double>;

struct InverseFft::Plan {
  using Fftw = DoubleApi;

  explicit Plan(int size)
      : input(static_cast<Fftw::Complex*>(
            Fftw::allocate(sizeof(Fftw::Complex) * static_cast<size_t>(size / 2 + 1)))),
        output(static_cast<double*>(Fftw::allocate(sizeof(double) * static_cast<size_t>(size)))) {
    if (!input || !output) throw std::bad_alloc();
    std::lock_guard lock(planner_mutex());
    handle = fftw_plan_dft_c2r_1d(size, input.get(), output.get(), FFTW_ESTIMATE);
  }
  ~Plan() {
    std::lock_guard lock(planner_mutex());
    Fftw::destroy(handle);
  }

  std::unique_ptr<Fftw::Complex, Release<double>> input;
  std::unique_ptr<double, Release<double>> output;
  Fftw::Handle handle;
};

InverseFft::InverseFft(int size) : plan_(std::make_unique<Plan>(size)) {
  input_ = reinterpret_cast<std::complex<double>*>(plan_->input.get());
}

InverseFft::~InverseFft() = default;

const double* InverseFft::run() {
  DoubleApi::run(plan_->handle);
  return plan_->output.get();
}

int fast_fft_size(int size) {
  const auto needed = static_cast<unsigned>(std::max(size, 8));
  const unsigned power = std::bit_ceil(needed);
  if (power / 8 * 5 >= needed) return static_cast<int>(power / 8 * 5);
  if (power / 4 * 3 >= needed) return static_cast<int>(power / 4 * 3);
  return static_cast<int>(power);
}

std::string features_library_version() {
  const std::string version = fftwf_version;
  return version.substr(0, version.find("-sse"));
}

}  // namespace spectradiff
