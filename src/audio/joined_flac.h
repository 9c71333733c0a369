// FLAC files that were appended to one another, of which libsndfile reads the first.
#pragma once

#include <cstdint>

namespace spectradiff {

class SoundFile;

struct JoinedFlac {
  int songs = 1;
  double behind_s = 0;  // stated length of all but the first
};

// Looks through the whole file, which begins with a FLAC header, for further ones.
JoinedFlac find_joined_flac(const SoundFile& file);

}  // namespace spectradiff
