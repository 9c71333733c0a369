// Where the frames of a job go: a video file, a stream or a folder of PNG files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/frame_sink.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {

struct OutputTarget {
  enum class Kind { video, stream, frames } kind = Kind::video;
  std::filesystem::path path;           // of the video
  std::optional<FramePattern> pattern;  // of the frames
  Container container = Container::mp4;
  std::string text() const;  // for messages and events
};

// The song's name with .mp4, in the current folder.
std::filesystem::path default_name(const std::string& song);

// The first of song.mp4, song-2.mp4, … where nothing is yet. Error{output} where that cannot be known.
std::filesystem::path free_name(const std::filesystem::path& wanted);

// Of the setting "output"; where it is empty, default_name(), or with a number the next that is free unless
// it may be overwritten. Error{usage} for unknown extensions.
OutputTarget choose_target(const std::string& output, const std::string& song, bool overwrite);

// Refuses before any work what could not be written at the end: Error{output} when it exists (without -y),
// the folder is missing or not writable. Creates nothing.
void check_target(const OutputTarget& target, bool overwrite);

// The same for a file that `option` names; pipes and devices may exist.
void check_output_file(const std::string& option, const std::filesystem::path& file, bool overwrite);

// Error{usage} where the name ends otherwise; those of pipes and devices end in nothing.
void check_ending(const std::string& option, const std::filesystem::path& file, const char* ending,
                  const char* kind);
void check_report_file(const std::filesystem::path& file, bool overwrite);

// Creates the pattern's last folder.
void make_frames_folder(const FramePattern& pattern, const std::string& option = "output");

// The init pictures in that folder.
FramePattern init_pattern(const std::filesystem::path& folder);

}  // namespace spectradiff
