#include "spectradiff/session/encoder_store.h"

#include <fmt/format.h>

namespace spectradiff {
namespace {

// All that a try depends on. A member more, and this does not compile.
std::string identity(const VideoSettings& settings, const SoundTrack* sound) {
  const auto& [container, fps, picture, output, fit, codec, crf, preset, pixels, audio, bitrate, threads,
               tags, comment, transparent, max_bytes] = settings;
  std::string text =
      fmt::format("{} {} {}x{} {}x{} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(container), fps.text(),
                  picture.width, picture.height, output.width, output.height, static_cast<int>(fit), codec,
                  crf, preset, pixels, audio, bitrate, threads, transparent, max_bytes);
  if (sound == nullptr) return text;
  const auto& [file, lossless, whole, rate, channels, places, samples, read] = *sound;
  return text + fmt::format(" {} {} {} {} {} {}", file.native(), lossless, whole, rate, channels, places);
}

}  // namespace

EncoderChoice EncoderStore::check(const VideoSettings& settings, const SoundTrack* sound) {
  const std::string wanted = identity(settings, sound);
  const auto known = choices_.find(wanted);
  if (known != choices_.end()) return known->second;
  return choices_.emplace(wanted, check_video_settings(settings, sound)).first->second;
}

}  // namespace spectradiff
