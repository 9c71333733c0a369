#include "spectradiff/audio/audio_source.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "decoder.h"
#include "file_kind.h"
#include "joined_flac.h"
#include "sound_file.h"
#include "spectradiff/base/duration_text.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "wav_header.h"

namespace spectradiff {
namespace {

constexpr int kMaxChannels = 64;
struct RateRange {
  int64_t min_hz, max_hz;
};
constexpr RateRange kUsualRates{8000, 384000};
constexpr RateRange kAnyRates{1, 10000000};
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

int64_t sanitise(float* samples, int64_t count, float scale = 1) {
  int64_t bad = 0;
  for (int64_t i = 0; i < count; ++i) {
    const float magnitude = std::fabs(samples[i]);
    const bool usable = magnitude <= kLargestSample;  // false for NaN
    bad += usable ? 0 : 1;
    samples[i] = usable && magnitude >= kSmallestSample ? samples[i] * scale : 0.0f;
  }
  return bad;
}

void require_sane_shape(int channels, int64_t sample_rate_hz, const AudioLimits& limits,
                        const std::string& name) {
  if (channels < 1) throw_error(ErrorKind::input, "{} is damaged: its header says 0 channels", name);
  if (channels > kMaxChannels) {
    throw_error(ErrorKind::input,
                "{} has {} channels; at most {} can be read; mix it down first: ffmpeg -i in -ac 2 out.wav",
                name, channels, kMaxChannels);
  }
  const RateRange rates = limits.any_sample_rate ? kAnyRates : kUsualRates;
  if (sample_rate_hz >= rates.min_hz && sample_rate_hz <= rates.max_hz) return;
  const bool possible = sample_rate_hz >= kAnyRates.min_hz && sample_rate_hz <= kAnyRates.max_hz;
  throw_error(ErrorKind::input, "{} has a sample rate of {} Hz in its header; {} to {} Hz can be read{}",
              name, sample_rate_hz, rates.min_hz, rates.max_hz,
              possible ? "; if it is right, --any-sample-rate takes it" : ", the file is damaged");
}

// With the size of the data chunk set to what follows it, where a streaming writer left 0.
HeaderPatch patch_of(const WavHeader& header) {
  HeaderPatch patch;
  patch.pads = header.missing_pads;
  if (!header.size_missing()) return patch;
  const int64_t align = std::max(1, header.block_align);
  const auto size =
      static_cast<uint32_t>(std::min<int64_t>(header.present_bytes / align * align, 0xfffffff0));
  patch.offset = header.data_size_offset + static_cast<int64_t>(header.missing_pads.size());
  for (int i = 0; i < 4; ++i) {
    patch.bytes[i] = static_cast<uint8_t>(size >> 8 * (header.big_endian ? 3 - i : i));
  }
  return patch;
}

// libav takes a block size of 0 for any, and decodes noise.
std::unique_ptr<Decoder> open_by_any(const SoundFile& file, const HeaderPatch& patch, bool libav_may) {
  std::string reason, libav_reason;
  if (libav_may && is_for_libav(file)) {
    if (auto decoder = open_with_libav(file, libav_reason)) return decoder;
  }
  if (auto decoder = open_with_sndfile(file, patch, reason)) return decoder;
  if (file.bytes() == 0) throw_error(ErrorKind::input, "{} is an empty file", file.name());
  const FileKind kind = file_kind(file.head(kHeadBytes));
  if (kind.may_hold_sound && libav_may) {
    if (auto decoder = open_with_libav(file, libav_reason)) return decoder;
  }
  if (kind.name.empty()) {
    throw_error(ErrorKind::input, "{} cannot be read as sound ({}{}); {}", file.name(), reason,
                libav_reason.empty() ? "" : "; " + libav_reason, kConversionHint);
  }
  throw_error(ErrorKind::input,
              "{} is not a sound file that can be read: it looks like {}{}; if there is sound in it, {}",
              file.name(), kind.name, libav_reason.empty() ? "" : " (" + libav_reason + ")", kConversionHint);
}

// Reads to the end, from the start. Past `limit` it gives up counting.
int64_t count_samples(Decoder& decoder, int64_t limit) {
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
  if (samples <= 0 || !decoder.can_seek() || !decoder.seek(samples - tail)) return false;
  std::vector<float> block(static_cast<size_t>((kBlockFrames + 1) * decoder.info().channels));
  return decoder.read(block.data(), tail + 1) == tail;
}

}  // namespace

struct AudioSource::Impl {
  Impl(SoundFile opened, const AudioLimits& allowed) : file(std::move(opened)), limits(allowed) {}

  void open();
  std::unique_ptr<Decoder> open_decoder() const { return open_by_any(file, patch, libav_may); }
  void require_duration() const;
  std::string settle_length();
  std::string wav_size_note(const WavHeader& header) const;
  void note_joined_songs();
  void check_float_samples();
  void seek(int64_t sample);
  int64_t read(float* interleaved, int64_t frames);
  std::unique_ptr<Decoder> decoder_at(int64_t sample) const;
  bool go_on_behind_damage(int64_t from);
  void note_silence(int64_t from, int64_t to);

  SoundFile file;
  AudioLimits limits;
  HeaderPatch patch;
  bool libav_may = true;
  std::unique_ptr<Decoder> decoder;
  AudioInfo info;
  std::vector<std::string> notes;
  float scale = 1;
  int64_t file_samples = 0;  // info.samples, unless the length was fitted
  bool fitted = false;
  int64_t position = 0;
  int64_t silent_until = 0;           // where the decoder stands behind damage
  std::map<int64_t, int64_t> silent;  // from → to, of all damage that was met
  size_t silence_note = 0;            // its place among the notes
  std::vector<float> mix;             // [kBlockFrames][channels], for read_mono and seek
};

void AudioSource::Impl::open() {
  const std::optional<WavHeader> wav = read_wav_header(file);
  if (wav) {
    if (wav->channels >= 0) require_sane_shape(wav->channels, wav->sample_rate_hz, limits, file.name());
    patch = patch_of(*wav);
    libav_may = wav->block_align != 0;
  }
  decoder = open_decoder();
  info = decoder->info();
  require_sane_shape(info.channels, info.sample_rate_hz, limits, file.name());
  std::string length_note = settle_length();
  if (info.samples == 0) {
    throw_error(ErrorKind::input, "{} holds no audio: {}, 0 samples", file.name(), info.format);
  }
  require_duration();
  if (std::string note = wav ? wav_size_note(*wav) : ""; !note.empty()) length_note = note;
  for (const std::string& note : {length_note, decoder->note()}) {
    if (!note.empty()) notes.push_back(note);
  }
  if (info.format.starts_with("FLAC")) note_joined_songs();
  if (decoder->float_samples()) check_float_samples();
  if (info.duration_s() < kShortSongSeconds) {
    notes.push_back(fmt::format("{} is very short: {}", file.name(), counted(info.samples, "sample")));
  }
}

void AudioSource::Impl::require_duration() const {
  if (info.duration_s() <= limits.max_duration_s) return;
  throw_error(ErrorKind::input,
              "{} is longer than {}, the limit that --max-duration sets; raise it, or cut a part out of the "
              "file first: ffmpeg -i in -t 1:00:00 out.wav",
              file.name(), clock_text(static_cast<int64_t>(std::ceil(limits.max_duration_s)), true));
}

// The samples that there are, into info; a note where they are fewer than stated. Probing happens on a
// decoder of its own, so that what is read later comes from one that never sought.
std::string AudioSource::Impl::settle_length() {
  const int64_t declared = info.samples;
  bool inside = false, broken_off = false;
  if (!length_holds(*open_decoder())) {
    const auto limit = static_cast<int64_t>(limits.max_duration_s * info.sample_rate_hz);
    const auto counter = open_decoder();
    info.samples = count_samples(*counter, limit);
    inside = counter->damaged_inside();
    broken_off = counter->broken_off();
  }
  file_samples = info.samples;
  if (info.samples == 0) return "";
  // Half of the type's range and more is libsndfile's way to say that nobody knows.
  const bool stated = declared > 0 && declared <= INT64_MAX / 2;
  const bool early = stated && declared - info.samples > decoder->length_slack();
  info.mended = info.mended || early || inside || broken_off;
  const std::string there = duration_text(info.duration_s());
  const std::string of_all =
      early ? " of " + duration_text(static_cast<double>(declared) / info.sample_rate_hz) : "";
  if (inside) {
    return fmt::format("{} is damaged: {}{} can be read, and what lies behind the damage moves up",
                       file.name(), there, of_all);
  }
  if (early) return fmt::format("{} ends early: {}{} can be read", file.name(), there, of_all);
  return broken_off ? fmt::format("{} is damaged: {} can be read", file.name(), there) : "";
}

std::string AudioSource::Impl::wav_size_note(const WavHeader& header) const {
  if (header.data_size_offset < 0) return "";
  const auto present = static_cast<double>(header.present_bytes);
  const auto declared = static_cast<double>(header.declared_bytes);
  if (header.size_missing()) {
    return fmt::format("{} says in its header that it holds no sound, but {} of it follow and are used",
                       file.name(), duration_text(info.duration_s()));
  }
  if (declared > present && !header.size_unknown()) {
    return fmt::format("{} is cut off: {} of {} are there", file.name(), duration_text(info.duration_s()),
                       duration_text(info.duration_s() * declared / present));
  }
  if (header.stray_bytes > header.block_align && declared > 0) {
    return fmt::format("{} goes on after the {} of sound that its header states: {} ignored", file.name(),
                       duration_text(info.duration_s()),
                       counted(static_cast<int64_t>(header.stray_bytes), "byte"));
  }
  return "";
}

void AudioSource::Impl::note_joined_songs() {
  const JoinedFlac joined = find_joined_flac(file);
  if (joined.songs == 1) return;
  info.mended = true;
  notes.push_back(
      fmt::format("{} holds {} songs, one appended to the other, and only the first is used: {} of {}; "
                  "join them with ffmpeg's concat filter to use all",
                  file.name(), joined.songs, duration_text(info.duration_s()),
                  duration_text(info.duration_s() + joined.behind_s)));
}

void AudioSource::Impl::check_float_samples() {
  const auto scan = open_decoder();
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
    notes.push_back(fmt::format("{}: {} taken as 0, being no number, infinite or absurdly large", file.name(),
                                counted(bad, "sample")));
  }
  if (peak > kLoudPeak) {
    scale = 1 / peak;
    notes.push_back(fmt::format("{} peaks at {:.3g} where full scale is 1; it is scaled down to that",
                                file.name(), peak));
  }
  info.mended = info.mended || bad > 0 || peak > kLoudPeak;
}

// A decoder that reads on from there; null where none does.
std::unique_ptr<Decoder> AudioSource::Impl::decoder_at(int64_t sample) const {
  std::vector<float> one(static_cast<size_t>(info.channels));
  auto fresh = open_decoder();
  const bool reads = fresh->seek(sample) && fresh->read(one.data(), 1) == 1;
  return reads && fresh->seek(sample) ? std::move(fresh) : nullptr;
}

// libsndfile ends a FLAC file at damage inside it. What lies behind stays in its place: the nearest sample
// that can be read is sought, and silence lies before it.
bool AudioSource::Impl::go_on_behind_damage(int64_t from) {
  constexpr int64_t kNear = 1024;
  if (!info.format.starts_with("FLAC")) return false;
  int64_t unread = from;
  std::unique_ptr<Decoder> behind;
  int64_t readable = from;
  for (int64_t step = kNear; !behind; step *= 2) {
    if (from + step >= file_samples) return false;
    behind = decoder_at(from + step);
    (behind ? readable : unread) = from + step;
  }
  while (readable - unread > kNear) {
    const int64_t middle = unread + (readable - unread) / 2;
    auto nearer = decoder_at(middle);
    (nearer ? readable : unread) = middle;
    if (nearer) behind = std::move(nearer);
  }
  decoder = std::move(behind);
  silent_until = readable;
  note_silence(from, readable);
  return true;
}

// One note for all of it.
void AudioSource::Impl::note_silence(int64_t from, int64_t to) {
  if (silent.empty()) {
    silence_note = notes.size();
    notes.emplace_back();
  }
  silent[from] = to;
  int64_t samples = 0;
  for (const auto& [begin, end] : silent) samples += end - begin;
  const auto text = [&](int64_t count) {
    return duration_text(static_cast<double>(count) / info.sample_rate_hz);
  };
  notes[silence_note] =
      silent.size() == 1
          ? fmt::format("{} is damaged: {} at {} cannot be read and is silent", file.name(), text(samples),
                        text(from))
          : fmt::format("{} is damaged: {} in {} places, the first at {}, cannot be read and are silent",
                        file.name(), text(samples), silent.size(), text(silent.begin()->first));
  info.mended = true;
}

// What a lossy decoder gives after seeking depends on where it came from, so such a file is decoded up to the
// sample; and so is one that cannot be sought.
void AudioSource::Impl::seek(int64_t sample) {
  if (sample == position) return;
  silent_until = 0;
  const bool seeks = info.lossless && decoder->can_seek();
  if (seeks && decoder->seek(std::min(sample, file_samples))) {
    position = sample;
    return;
  }
  if (seeks || sample < position) {
    decoder = open_decoder();
    position = 0;
  }
  mix.resize(static_cast<size_t>(kBlockFrames * info.channels));
  while (position < sample && read(mix.data(), std::min(kBlockFrames, sample - position)) > 0) {
  }
  if (position == sample) return;
  throw_error(ErrorKind::input, "{} is damaged: sample {} cannot be reached; {}", file.name(), sample,
              kConversionHint);
}

int64_t AudioSource::Impl::read(float* interleaved, int64_t frames) {
  const int64_t wanted = std::min(frames, info.samples - position);
  const int64_t in_file = std::clamp<int64_t>(file_samples - position, 0, std::max<int64_t>(0, wanted));
  int64_t done = 0;
  while (done < in_file) {
    float* const next = interleaved + done * info.channels;
    if (const int64_t gap = std::min(silent_until - position - done, in_file - done); gap > 0) {
      std::fill(next, next + gap * info.channels, 0.0f);
      done += gap;
      continue;
    }
    const int64_t got = decoder->read(next, in_file - done);
    if (got == 0 && !go_on_behind_damage(position + done)) break;
    done += got;
  }
  sanitise(interleaved, done * info.channels, scale);
  if (done < in_file) {
    const double all_s = static_cast<double>(file_samples) / info.sample_rate_hz;
    file_samples = position + done;
    notes.push_back(fmt::format("{} is damaged: {} of {} can be read", file.name(),
                                duration_text(static_cast<double>(file_samples) / info.sample_rate_hz),
                                duration_text(all_s)));
    info.mended = true;
    if (!fitted) info.samples = file_samples;
  }
  if (fitted && done < wanted) {
    std::fill(interleaved + done * info.channels, interleaved + wanted * info.channels, 0.0f);
    done = wanted;
  }
  position += done;
  return done;
}

AudioSource AudioSource::open(const std::filesystem::path& path, const AudioLimits& limits) {
  auto impl = std::make_unique<Impl>(
      path == "-" ? SoundFile::spool(STDIN_FILENO, kMaxSpoolBytes) : SoundFile::open(path), limits);
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
const std::string& AudioSource::name() const {
  return impl_->file.name();
}
const std::vector<std::string>& AudioSource::notes() const {
  return impl_->notes;
}

void AudioSource::fit_length(int64_t samples) {
  impl_->info.samples = samples;
  impl_->fitted = true;
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
    mix_to_mono(impl_->mix.data(), got, channels, mono + done);
    done += got;
  }
  return done;
}

void mix_to_mono(const float* interleaved, int64_t frames, int channels, float* mono) {
  for (int64_t i = 0; i < frames; ++i) {
    float sum = 0;
    for (int channel = 0; channel < channels; ++channel) sum += *interleaved++;
    mono[i] = sum / static_cast<float>(channels);
  }
}

}  // namespace spectradiff
