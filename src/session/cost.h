// What a run will take: pictures, time and room on the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "session_state.h"
#include "spectradiff/render/pace.h"

namespace spectradiff {

// How much a row's picture takes beside others, in denoising steps; null: all take as much. The state, whose
// song is heard, outlives it.
std::function<double(const Recipe&)> row_work(const SessionState& state);

// What is known before the first picture is made.
struct KnownPictures {
  std::function<bool(int64_t frame)> has;       // null: none
  std::function<int64_t(int64_t frame)> bytes;  // of those that are kept; null: none
  std::string history;                          // note_of_pace's; empty: none
};

// As an earlier run of these settings noted it in its store.
std::string note_of_pace(const Plan& plan, const Pace::Spent& spent);

// Equal where the bytes of what is there say how many there will be. Until then between what is likely to be
// needed at the least and what cannot be exceeded: of a kept picture a quarter of its bytes uncompressed (a
// fiftieth where it is painted) and all of them; of a video a thousandth of that, and all of it.
struct ByteRange {
  uint64_t least = 0, most = 0;
};

struct Cost {
  int64_t to_make = 0, there = 0;  // pictures
  std::optional<double> seconds;   // absent: nothing like it was made yet
  ByteRange frames, output;        // still to be written: into the store; the video, or the folder of frames
  uint64_t anchors = 0;            // of memory on the device, for what frames see of anchors
  std::optional<uint64_t> free;    // absent: there is no disk to fill, or it does not say
};

// Of `plan`, all of what is to be made or a part. `output_bytes` and `output_frames`: what of the output is
// written so far.
Cost cost_of(const SessionState& state, const Plan& plan, const KnownPictures& known,
             uint64_t output_bytes = 0, int64_t output_frames = 0);

// Of the state's plan or its shard, before anything is made. Reads the store.
Cost cost_beforehand(const SessionState& state);

// "to make: 246 pictures; time: about 12:30; disk: 16 MB to 62 MB for the store, …".
std::string cost_text(const SessionState& state, const Cost& cost);
Json cost_to_json(const Cost& cost);

// Why the disk cannot hold it, with what to do; empty: it can.
std::string missing_room(const SessionState& state, const Cost& cost);
// That it may not; empty: it will.
std::string doubtful_room(const SessionState& state, const Cost& cost);

// Behind the words that there is no memory: which option needs less, and what that costs. `kept`: what is
// kept of what was finished, in words; empty: nothing.
std::string what_needs_less(const SessionState& state, const std::string& kept);

}  // namespace spectradiff
