#include "session_fixtures.h"

#include <cmath>

#include "fake_model.h"
#include "spectradiff/base/file.h"
#include "test_bundle.h"

namespace spectradiff {
namespace {

constexpr int kRateHz = 8000;

}  // namespace

void write_song(const std::filesystem::path& file) {
  std::string data;
  for (int i = 0; i < kRateHz; ++i) {
    const double t = static_cast<double>(i) / kRateHz;
    const double sample = 0.4 * std::sin(440 * 6.2831853 * t) + 0.4 * t * std::sin(1500 * 6.2831853 * t);
    data += little_endian(static_cast<uint16_t>(std::lround(sample * 32767)), 2);
  }
  write_file(file,
             "RIFF" + little_endian(36 + data.size(), 4) + "WAVEfmt " + little_endian(16, 4) +
                 little_endian(1, 2) + little_endian(1, 2) + little_endian(kRateHz, 4) +
                 little_endian(uint64_t{2} * kRateHz, 4) + little_endian(2, 2) + little_endian(16, 2) +
                 "data" + little_endian(data.size(), 4) + data,
             true);
}

struct FakeBundle::Impl {
  FakeModel model;
  Environment engine{"SPECTRADIFF_ENGINE", FAKE_ENGINE};
};

FakeBundle::FakeBundle(Json look)
    : impl_(new Impl{FakeModel([&](Json& facts) { facts["look"] = std::move(look); })}) {}
FakeBundle::~FakeBundle() = default;

std::string FakeBundle::path() const {
  return impl_->model.folder().string();
}

}  // namespace spectradiff
