#include "sound_slices.h"

#include <algorithm>
#include <cmath>

namespace spectradiff {
namespace {

constexpr int64_t kTokens = 77;  // of Sound-Diffusion's text

// The samples of frames [first, first + count), at least one and not beyond the song.
SampleRange samples_of(int64_t first, int64_t count, const Features& features) {
  const auto total = static_cast<int64_t>(features.sound->samples.size());
  const Rational& fps = features.settings.fps;
  SampleRange range{frame_start_sample(first, kSoundRateHz, fps),
                    frame_start_sample(first + count, kSoundRateHz, fps)};
  range.begin = std::clamp<int64_t>(range.begin, 0, std::max<int64_t>(total - 1, 0));
  range.end = std::clamp<int64_t>(range.end, range.begin + 1, std::max<int64_t>(total, range.begin + 1));
  return range;
}

// SD22: the whole song's STFT has a hop that is rounded down and then one less.
SampleRange lagging(int64_t frame, const Features& features) {
  const auto total = static_cast<int64_t>(features.sound->samples.size());
  const int64_t hop = std::max<int64_t>(total / (kTokens * features.frames) - 1, 1);
  return {frame * kTokens * hop, (frame + 1) * kTokens * hop};
}

}  // namespace

std::vector<SoundPart> sound_parts(const SoundSettings& settings, int64_t frame, const Features& features) {
  const SoundSlice& slice = settings.slice;
  const bool in_song = slice.kind == SoundSlice::Kind::song || slice.kind == SoundSlice::Kind::song_lag;
  const auto part = [&](int64_t first, int64_t count, double weight) {
    return SoundPart{*settings.embedding, samples_of(first, count, features), in_song, weight,
                     slice.kind == SoundSlice::Kind::still};
  };
  if (settings.blend_frames == 1) {
    if (slice.kind == SoundSlice::Kind::song_lag)
      return {{*settings.embedding, lagging(frame, features), true, 1}};
    return {part(frame, slice.frames, 1)};
  }
  // Between the middles of the pieces around the frame's own middle.
  const int64_t length = settings.blend_frames, pieces = (features.frames + length - 1) / length;
  const double place = (static_cast<double>(frame) + 0.5) / static_cast<double>(length) - 0.5;
  const auto before = static_cast<int64_t>(std::floor(place));
  const double share = place - static_cast<double>(before);
  const auto piece = [&](int64_t number, double weight) {
    return part(std::clamp<int64_t>(number, 0, pieces - 1) * length, length + slice.frames - 1, weight);
  };
  if (share == 0 || before < 0 || before + 1 >= pieces) return {piece(share < 0.5 ? before : before + 1, 1)};
  return {piece(before, 1 - share), piece(before + 1, share)};
}

}  // namespace spectradiff
