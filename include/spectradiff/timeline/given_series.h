// Series that come from beside the song: stems, notes, labels, the painting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spectradiff/features/features.h"

namespace spectradiff {

// How expressions name them: the prefix and the name that the user gave the file; behind a MIDI file's the
// number of one note may stand, "midi:kit:36".
inline constexpr const char* kStemPrefix = "stem:";      // its level, 1 being its loudest frame's
inline constexpr const char* kMidiPrefix = "midi:";      // 0..1: velocity of the strongest note that sounds
inline constexpr const char* kPitchPrefix = "pitch:";    // number of the note that began last, 60 being C4
inline constexpr const char* kLabelsPrefix = "labels:";  // 1 in every frame that a label covers or begins in
// How much of the painting changed since the frame before, 1 being where most does.
inline constexpr const char* kChange = "change";

// "stem", "midi", "pitch" or "labels".
bool is_given_prefix(std::string_view word);

// A name taken apart; nothing for one that has none of the prefixes.
struct GivenName {
  std::string prefix;  // with its colon
  std::string file;    // the name that the user gave it
  std::optional<int> pitch;
};
std::optional<GivenName> given_name(std::string_view name);
// Whether it is one, or kChange.
bool is_given_name(std::string_view name);

struct MidiNote {
  double begin_s = 0;
  double end_s = 0;
  int pitch = 0;        // 0..127
  double velocity = 0;  // above 0 to 1
};

// The notes of a Standard MIDI File of any format, by begin, through its tempo map or SMPTE time; a note that
// is never ended ends with its track. Error{input} beginning with `source`, naming the byte where it breaks
// off.
std::vector<MidiNote> parse_midi(std::string_view bytes, const std::string& source);

struct TimedLabel {
  double begin_s = 0;
  double end_s = 0;  // as begin_s where it marks a moment
};

// An Audacity label track as it is exported: BEGIN<TAB>END<TAB>TEXT in seconds, the text being anything;
// lines that begin with a backslash, which hold frequencies, are passed over. Error{input} naming the line.
std::vector<TimedLabel> parse_labels(std::string_view text, const std::string& source);

// The series of that name, whose prefix is kMidiPrefix or kPitchPrefix. A note counts in every frame that it
// sounds in, however shortly.
Series note_series(const std::string& name, const std::vector<MidiNote>& notes, const Features& song);
// The same of kLabelsPrefix.
Series label_series(const std::string& name, const std::vector<TimedLabel>& labels, const Features& song);

}  // namespace spectradiff
