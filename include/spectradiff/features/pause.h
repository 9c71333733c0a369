// Where nothing sounds for so long that it is heard as a pause.
#pragma once

#include <vector>

namespace spectradiff {

// Seconds of the song: half a second and more in which every band stays 60 dB below the song's loudest.
struct Pause {
  double begin_s, end_s;
};

// The moment itself or, where one of `pauses`, ascending, holds it, the pause's end: the next sound. In a
// pause's last twentieth of a second it is on that sound already.
double after_pause(double moment_s, const std::vector<Pause>& pauses);

}  // namespace spectradiff
