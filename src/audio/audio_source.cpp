#include "spectradiff/audio/audio_source.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "decoder.h"
#include "file_kind.h"
#include "sound_file.h"
#include "spectradiff/base/error.h"
#include "wav_header.h"

namespace spectradiff {
namespace {

constexpr int kMaxChannels = 64;
constexpr int kMinSampleRateHz = 8000;
constexpr int kMaxSampleRateHz = 384000;
constexpr int64_t kMaxHours = 6;
constexpr int64_t kMaxSpoolBytes = int64_t{4} << 30;
constexpr int64_t kBlockFrames = 8192;
constexpr size_t kHeadBytes = 4096;
constexpr double kShortSongSeconds = 0.01;

// Samples are nominal ±1. Beyond this they are damage, and their squares would overflow a sum of floats.
constexpr float kLargestSample = 1e6f;
// Far below the 24-bit step; the arithmetic of denormal numbers is slow.
constexpr float kSmallestSample = 1e-20f;
constexpr float kLoudPeak = 2.0f;
constexpr double kBadSampleLimit = 0.01;
constexpr const char* kConversionHint = "convert it first: ffmpeg -i in out.wav";

std::string duration_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.2f} s", seconds);
  const auto minutes = static_cast<int64_t>(seconds / 60);
  return fmt::format("{}:{:05.2f} min", minutes, seconds - 60.0 * static_cast<double>(minutes));
}

int64_t sanitise(float* samples, int64_t count) {
  int64_t bad = 0;
  for (int64_t i = 0; i < count; ++i) {
    const float magnitude = std::fabs(samples[i]);
    const bool usable = magnitude <= kLargestSample;  // false for NaN
    bad += usable ? 0 : 1;
    samples[i] = usable && magnitude >= kSmallestSample ? samples[i] : 0.0f;
  }
  return bad;
}

void require_sane_header(const WavHeader& header, const std::string& name) {
  if (header.channels < 0) return;
  if (header.channels == 0) throw_error(ErrorKind::input, "{} is damaged: its header says 0 channels", name);
  if (header.channels > kMaxChannels) {
    throw_error(ErrorKind::input, "{} has {} channels; up to {} are read", name, header.channels,
                kMaxChannels);
  }
  if (header.sample_rate_hz < kMinSampleRateHz || header.sample_rate_hz > kMaxSampleRateHz) {
    throw_error(ErrorKind::input, "{} has a sample rate of {} Hz in its header; {} to {} Hz are read", name,
                header.sample_rate_hz, kMinSampleRateHz, kMaxSampleRateHz);
  }
}

void require_sane_info(const AudioInfo& info, const std::string& name) {
  if (info.channels < 1 || info.channels > kMaxChannels) {
    throw_error(ErrorKind::input, "{} has {} channels; 1 to {} are read", name, info.channels, kMaxChannels);
  }
  if (info.sample_rate_hz < kMinSampleRateHz || info.sample_rate_hz > kMaxSampleRateHz) {
    throw_error(ErrorKind::input, "{} has a sample rate of {} Hz; {} to {} Hz are read", name,
                info.sample_rate_hz, kMinSampleRateHz, kMaxSampleRateHz);
  }
}

// With the size of the data chunk set to what follows it, where a streaming writer left 0.
HeaderPatch patch_of(const WavHeader& header) {
  HeaderPatch patch;
  if (!header.size_missing()) return patch;
  const int64_t align = std::max(1, header.block_align);
  const auto size =
      static_cast<uint32_t>(std::min<int64_t>(header.present_bytes / align * align, 0xfffffff0));
  patch.offset = header.data_size_offset;
  for (int i = 0; i < 4; ++i) {
    patch.bytes[i] = static_cast<uint8_t>(size >> 8 * (header.big_endian ? 3 - i : i));
  }
  return patch;
}

std::unique_ptr<Decoder> open_decoder(const SoundFile& file, const HeaderPatch& patch) {
  std::string reason;
  if (auto decoder = open_with_sndfile(file, patch, reason)) return decoder;
  if (file.bytes() == 0) throw_error(ErrorKind::input, "{} is an empty file", file.name());
  const std::string kind = file_kind(file.head(kHeadBytes));
  if (kind.empty()) {
    throw_error(ErrorKind::input, "{} cannot be read as sound ({}); {}", file.name(), reason,
                kConversionHint);
  }
  throw_error(ErrorKind::input,
              "{} is no sound file that can be read: it looks like {}; if there is sound in it, {}",
              file.name(), kind, kConversionHint);
}

// Reads to the end, from the start. Past the longest song allowed it gives up counting.
int64_t count_samples(Decoder& decoder) {
  const int64_t limit = kMaxHours * 3600 * decoder.info().sample_rate_hz;
  std::vector<float> block(static_cast<size_t>(kBlockFrames * decoder.info().channels));
  int64_t count = 0;
  while (count <= limit) {
    const int64_t got = decoder.read(block.data(), kBlockFrames);
    if (got == 0) break;
    count += got;
  }
  return count;
}

// A header's length holds when the last block it promises is there and nothing behind it. Seeking to the very
// last sample of a FLAC file can take as long as decoding all of it.
bool length_holds(Decoder& decoder) {
  const int64_t samples = decoder.info().samples;
  const int64_t tail = std::min(samples, kBlockFrames);
  if (samples <= 0 || !decoder.seek(samples - tail)) return false;
  std::vector<float> block(static_cast<size_t>((kBlockFrames + 1) * decoder.info().channels));
  return decoder.read(block.data(), tail + 1) == tail;
}

}  // namespace

struct AudioSource::Impl {
  explicit Impl(SoundFile opened) : file(std::move(opened)) {}

  void open();
  void settle_length();
  void note_wav_sizes(const WavHeader& header);
  void check_float_samples();
  void seek(int64_t sample);
  int64_t read(float* interleaved, int64_t frames);

  SoundFile file;
  HeaderPatch patch;
  std::unique_ptr<Decoder> decoder;
  AudioInfo info;
  std::vector<std::string> notes;
  int64_t position = 0;
  std::vector<float> mix;  // [kBlockFrames][channels], for read_mono and seek
};

void AudioSource::Impl::open() {
  const std::optional<WavHeader> wav = read_wav_header(file);
  if (wav) {
    require_sane_header(*wav, file.name());
    patch = patch_of(*wav);
  }
  decoder = open_decoder(file, patch);
  info = decoder->info();
  require_sane_info(info, file.name());
  settle_length();
  if (info.samples == 0) {
    throw_error(ErrorKind::input, "{} holds no audio: {}, 0 samples", file.name(), info.format);
  }
  if (info.samples > kMaxHours * 3600 * info.sample_rate_hz) {
    throw_error(ErrorKind::input,
                "{} is longer than {} hours; cut a part out of it first: ffmpeg -i in -t 1:00:00 out.wav",
                file.name(), kMaxHours);
  }
  if (wav) note_wav_sizes(*wav);
  if (decoder->float_samples()) check_float_samples();
  if (info.duration_s() < kShortSongSeconds) {
    notes.push_back(fmt::format("{} is very short: {} samples", file.name(), info.samples));
  }
}

// Probing happens on a decoder of its own, so that what is read later comes from one that never sought.
void AudioSource::Impl::settle_length() {
  const int64_t declared = info.samples;
  if (length_holds(*open_decoder(file, patch))) return;
  info.samples = count_samples(*open_decoder(file, patch));

  // Half of the type's range and more is libsndfile's way to say that nobody knows.
  if (declared <= 0 || declared > INT64_MAX / 2 || info.samples == 0) return;
  const double missing = static_cast<double>(declared - info.samples);
  if (missing <= 0 || (decoder->length_is_estimate() && missing < 0.01 * static_cast<double>(declared)))
    return;
  notes.push_back(fmt::format("{} ends early: {} of {} can be read", file.name(),
                              duration_text(info.duration_s()),
                              duration_text(static_cast<double>(declared) / info.sample_rate_hz)));
}

void AudioSource::Impl::note_wav_sizes(const WavHeader& header) {
  if (header.data_size_offset < 0) return;
  const auto present = static_cast<double>(header.present_bytes);
  const auto declared = static_cast<double>(header.declared_bytes);
  if (header.size_missing()) {
    notes.push_back(fmt::format("{} says that it holds no samples, but {} follow; they are used", file.name(),
                                duration_text(info.duration_s())));
  } else if (declared > present && !header.size_unknown()) {
    notes.push_back(fmt::format("{} is cut off: {} of {} are there", file.name(),
                                duration_text(info.duration_s()),
                                duration_text(info.duration_s() * declared / present)));
  } else if (header.stray_bytes > header.block_align && declared > 0) {
    notes.push_back(fmt::format("{} has {} bytes behind the {} that its header states; they are ignored",
                                file.name(), header.stray_bytes, duration_text(info.duration_s())));
  }
}

void AudioSource::Impl::check_float_samples() {
  const auto scan = open_decoder(file, patch);
  std::vector<float> block(static_cast<size_t>(kBlockFrames * info.channels));
  int64_t bad = 0;
  float peak = 0;
  for (int64_t done = 0; done < info.samples;) {
    const int64_t got = scan->read(block.data(), kBlockFrames);
    if (got == 0) break;
    bad += sanitise(block.data(), got * info.channels);
    for (int64_t i = 0; i < got * info.channels; ++i)
      peak = std::max(peak, std::fabs(block[static_cast<size_t>(i)]));
    done += got;
  }
  const double share = static_cast<double>(bad) / (static_cast<double>(info.samples) * info.channels);
  if (share > kBadSampleLimit) {
    throw_error(
        ErrorKind::input,
        "{} is damaged: {:.1f} % of its samples are not numbers or absurdly large; up to {:.0f} % are mended",
        file.name(), 100 * share, 100 * kBadSampleLimit);
  }
  if (bad > 0) {
    notes.push_back(
        fmt::format("{} has {} samples that are not numbers, infinite or absurdly large; they are taken as 0",
                    file.name(), bad));
  }
  if (peak > kLoudPeak) {
    notes.push_back(
        fmt::format("{} peaks at {:.3g} where full scale is 1; players will clip it", file.name(), peak));
  }
}

// What a lossy decoder gives after seeking depends on where it came from, so such a file is decoded up to the
// sample.
void AudioSource::Impl::seek(int64_t sample) {
  if (sample == position) return;
  if (info.lossless) {
    if (!decoder->seek(sample)) {
      throw_error(ErrorKind::input, "{} is damaged: sample {} cannot be reached; {}", file.name(), sample,
                  kConversionHint);
    }
    position = sample;
    return;
  }
  if (sample < position) {
    decoder = open_decoder(file, patch);
    position = 0;
  }
  mix.resize(static_cast<size_t>(kBlockFrames * info.channels));
  while (position < sample && read(mix.data(), std::min(kBlockFrames, sample - position)) > 0) {
  }
}

int64_t AudioSource::Impl::read(float* interleaved, int64_t frames) {
  const int64_t wanted = std::min(frames, info.samples - position);
  int64_t done = 0;
  while (done < wanted) {
    const int64_t got = decoder->read(interleaved + done * info.channels, wanted - done);
    if (got == 0) break;
    done += got;
  }
  sanitise(interleaved, done * info.channels);
  position += done;
  if (done < wanted) {
    notes.push_back(fmt::format("{} is damaged: {} of {} can be read", file.name(),
                                duration_text(static_cast<double>(position) / info.sample_rate_hz),
                                duration_text(info.duration_s())));
    info.samples = position;
  }
  return done;
}

AudioSource AudioSource::open(const std::filesystem::path& path) {
  auto impl = std::make_unique<Impl>(path == "-" ? SoundFile::spool(STDIN_FILENO, kMaxSpoolBytes)
                                                 : SoundFile::open(path));
  impl->open();
  return AudioSource(std::move(impl));
}

AudioSource::AudioSource(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AudioSource::AudioSource(AudioSource&&) noexcept = default;
AudioSource& AudioSource::operator=(AudioSource&&) noexcept = default;
AudioSource::~AudioSource() = default;

const AudioInfo& AudioSource::info() const {
  return impl_->info;
}
const std::filesystem::path& AudioSource::file() const {
  return impl_->file.path();
}
const std::vector<std::string>& AudioSource::notes() const {
  return impl_->notes;
}

void AudioSource::seek(int64_t sample) {
  if (sample < 0 || sample > impl_->info.samples) {
    throw_error(ErrorKind::internal, "sample {} is outside 0..{} of {}", sample, impl_->info.samples,
                impl_->file.name());
  }
  impl_->seek(sample);
}

int64_t AudioSource::read(float* interleaved, int64_t frames) {
  return impl_->read(interleaved, frames);
}

int64_t AudioSource::read_mono(float* mono, int64_t frames) {
  const int channels = impl_->info.channels;
  if (channels == 1) return impl_->read(mono, frames);
  impl_->mix.resize(static_cast<size_t>(kBlockFrames * channels));
  int64_t done = 0;
  while (done < frames) {
    const int64_t got = impl_->read(impl_->mix.data(), std::min(kBlockFrames, frames - done));
    if (got == 0) break;
    const float* sample = impl_->mix.data();
    for (int64_t i = 0; i < got; ++i) {
      float sum = 0;
      for (int channel = 0; channel < channels; ++channel) sum += *sample++;
      mono[done + i] = sum / static_cast<float>(channels);
    }
    done += got;
  }
  return done;
}

}  // namespace spectradiff
