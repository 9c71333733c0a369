// Guarding what is read from what is written.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace spectradiff {

// Collects every path that a run reads and every path that it writes; check() refuses the run where one that
// is written is, replaces, or lies in, what is read, and where two that are written are one file. Say all of
// them before the first is opened for writing: a log file is emptied by opening it.
//
// Files are compared by device and inode, through symbolic and hard links; what does not exist yet by its
// folder's device and inode and its name. Pipes, devices and "-" pass. `option` is how messages name it:
// "output", "log_file", "song". One thread.
class FileGuard {
 public:
  // Only the option `replaced_by` may write to this file: where it is read whole before and meant to be
  // replaced, as in --from a.mp4 -y -o a.mp4.
  void reads(std::string_view option, const std::filesystem::path& file, std::string_view replaced_by = "");
  // Files of a folder whose names `takes` accepts: those that are there, and those that would be read if they
  // were.
  void reads_folder(std::string_view option, const std::filesystem::path& folder,
                    std::function<bool(const std::string& name)> takes);
  // Every number of a pattern with one %d or %0Nd in its file name: frames/%05d.png.
  void reads_numbered(std::string_view option, const std::filesystem::path& pattern);

  void writes(std::string_view option, const std::filesystem::path& file);
  void writes_numbered(std::string_view option, const std::filesystem::path& pattern);

  // Error{usage} for the first that must not be written, naming both options, both paths and what to do.
  // Looks at the disk as it is now.
  void check() const;

 private:
  struct File {
    std::string option;
    std::filesystem::path path;
    std::string replaced_by;
  };
  // All files of a folder whose names fit.
  struct Names {
    std::string option;
    std::filesystem::path path;  // the folder or pattern as it was given
    std::filesystem::path folder;
    std::string before, after;  // of a pattern's number
    bool numbered = false;
    std::function<bool(const std::string& name)> takes;
  };
  class Check;

  static Names numbered(std::string_view option, const std::filesystem::path& pattern);

  std::vector<File> read_files_, written_files_;
  std::vector<Names> read_names_, written_names_;
};

}  // namespace spectradiff
