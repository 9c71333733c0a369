// WAV files made byte by byte, right or wrong on purpose.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spectradiff {

struct WavFormat {
  uint16_t tag = 1;  // 1 integer PCM, 3 float, 7 u-law
  uint16_t channels = 1;
  uint32_t sample_rate_hz = 44100;
  uint16_t bits = 16;
};

constexpr size_t kWavDataSizeOffset = 40;
constexpr size_t kWavHeaderBytes = 44;

inline std::string little_endian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xff);
  return text;
}

inline std::string wav_bytes(const WavFormat& format, std::string_view data) {
  const uint32_t align = format.channels * format.bits / 8u;
  return "RIFF" + little_endian(36 + data.size(), 4) + "WAVEfmt " + little_endian(16, 4) +
         little_endian(format.tag, 2) + little_endian(format.channels, 2) +
         little_endian(format.sample_rate_hz, 4) + little_endian(uint64_t{format.sample_rate_hz} * align, 4) +
         little_endian(align, 2) + little_endian(format.bits, 2) + "data" + little_endian(data.size(), 4) +
         std::string(data);
}

template <typename Sample>
std::string wav_bytes(const WavFormat& format, std::span<const Sample> samples) {
  return wav_bytes(format,
                   std::string_view(reinterpret_cast<const char*>(samples.data()), samples.size_bytes()));
}

inline std::vector<float> as_floats(const std::vector<int16_t>& samples) {
  std::vector<float> scaled(samples.size());
  std::transform(samples.begin(), samples.end(), scaled.begin(),
                 [](int16_t sample) { return sample / 32768.0f; });
  return scaled;
}

inline void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace spectradiff
