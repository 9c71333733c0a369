// How much of which note's prompt is in every frame: the four ways of DiffusionMusicVisualizer.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace spectradiff {

inline constexpr int kNotes = 12;  // c, c sharp, … b
using NoteValues = std::array<double, kNotes>;

// - lerp: the base's embedding goes towards each note's in turn, by its chroma times the amount;
// - persistence: a note that is loud counts (chroma over its sum), one that is above 0.4 and has risen for
//   less long than the loudest counts 1.75 times; each is the arc from the base to the note by chroma times
//   the amount. A note's persistence is one more with every frame that it rises and 0.8 of it with others;
// - focus: at each onset the note that changes most is taken; until the next one the arc goes there by that
//   note's chroma, from its least to its greatest between these onsets, times the amount;
// - cumulative: at each onset the `top` notes that change most are taken; until the next one they have
//   their chroma over its sum, smoothed over frames and one note to either side, together the amount.
enum class NotesMode { lerp, persistence, focus, cumulative };

struct NoteSettings {
  NotesMode mode = NotesMode::cumulative;
  double amount = 0.8;       // 0..1
  int top = 6;               // 1..12
  double smooth_frames = 2;  // standard deviation of a Gaussian over frames, 0..1000
  int shuffles = 0;          // the prompts are dealt anew at so many equal parts of the song, 0..1000
  friend bool operator==(const NoteSettings&, const NoteSettings&) = default;
};

// What a frame is told of notes.
struct NoteMix {
  NoteValues weights{};  // share of each note; the rest is the base's. Sum to 1 at most
  NoteValues along{};    // of an arc from the base; 1 where the mode goes along lines
  bool arcs = false;
  int part = 0;  // of the song, 0..shuffles-1: which deal of prompts holds
};

// `chroma` [frames], 0..1; `onsets` frames, ascending; `amount` [frames].
std::vector<NoteMix> mix_notes(std::span<const NoteValues> chroma, std::span<const int64_t> onsets,
                               const NoteSettings& settings, std::span<const double> amount);

// How fast each note rises: the slope of the line through nine frames, as librosa.feature.delta has it; at
// the song's ends that of the first and last nine. Songs of less than nine frames do not change.
std::vector<NoteValues> note_slopes(std::span<const NoteValues> chroma);

// Smoothed by a Gaussian as scipy.ndimage.gaussian_filter does it: mirrored at the ends with them, cut off at
// four standard deviations.
void smooth_notes(std::vector<NoteValues>& values, double frames, double notes);
void smooth_values(std::vector<double>& values, double frames);

// Which prompt each note has in a part of the song: a permutation by `seed`; of part 0 as they are written.
std::array<int, kNotes> dealt_prompts(uint64_t seed, int part);

// Twelve lines of text (empty ones and those that begin with # are passed over), or JSON: a list of twelve,
// or an object by names, {"c": …, "c#" or "cs": …}. Error{usage} saying how many there are.
std::vector<std::string> parse_notes(std::string_view text, const std::string& source);

}  // namespace spectradiff
