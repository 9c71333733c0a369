// The parts that a song is made of: what sounds alike has the same label.
#pragma once

#include <string>
#include <vector>

namespace spectradiff {

enum class SectionEnergy { low, middle, high };

// From its begin to the next one's; the first begins at 0 and the last ends with the song.
struct Section {
  double begin_s;
  double end_s;
  int label;  // 0 is A, 1 is B, …: as they first appear; repeats have that of what they repeat
  // Within this song: level and density of onsets, 0 the least of its sections, 1 the most; nearer to 0.5
  // where they hardly differ.
  double energy;
  SectionEnergy energy_class;
  friend bool operator==(const Section&, const Section&) = default;
};

// A stretch in which the song rises steadily towards its end, where a section begins.
struct Build {
  double begin_s;
  double end_s;
  friend bool operator==(const Build&, const Build&) = default;
};

std::string label_text(int label);              // "A" … "Z", then "AA" …
std::string energy_text(SectionEnergy energy);  // "low", "middle", "high"

}  // namespace spectradiff
