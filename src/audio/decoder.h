// The seam between AudioSource and the library that decodes: one class per library.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "spectradiff/audio/audio_source.h"

namespace spectradiff {

class SoundFile;

// What the library is to see of a file other than it is: four bytes of a header's wrong size, and bytes of 0
// put in where odd chunks lack their padding.
struct HeaderPatch {
  int64_t offset = -1;  // none when negative
  uint8_t bytes[4] = {};
  std::vector<int64_t> pads;  // ascending, in the file as it is: each stands in front of that byte
};

// One open stream of samples. Not thread-safe; the SoundFile must outlive it.
class Decoder {
 public:
  virtual ~Decoder() = default;
  // `samples` is what the header says: it may be absurd or 0.
  virtual const AudioInfo& info() const = 0;
  virtual bool float_samples() const = 0;    // the file can hold NaN and infinity
  virtual int64_t length_slack() const = 0;  // samples by which a sound file's header may be off
  virtual std::string note() const = 0;      // what the user should know about the choice made; or empty
  virtual bool can_seek() const = 0;
  virtual bool seek(int64_t sample) = 0;  // false: it failed, and where the decoder stands now is unknown
  // So far, as far as the library tells: something was left out on the way, or reading ended by damage.
  virtual bool damaged_inside() const = 0;
  virtual bool broken_off() const = 0;
  // Fewer at the end or where the file is damaged.
  virtual int64_t read(float* interleaved, int64_t frames) = 0;
};

// Null, and why in the library's words, when it cannot read the file.
std::unique_ptr<Decoder> open_with_sndfile(const SoundFile& file, const HeaderPatch& patch,
                                           std::string& reason);
std::unique_ptr<Decoder> open_with_libav(const SoundFile& file, std::string& reason);

// Whether libav comes first: it reads on behind damage and through songs that were joined, says nothing on
// stderr, and knows in which order these codecs keep channels.
bool is_for_libav(const SoundFile& file);

}  // namespace spectradiff
