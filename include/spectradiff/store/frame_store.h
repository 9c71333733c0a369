// One file per render that keeps its finished pictures, so that no kill, no power cut and no full disk costs
// more than the last second's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/image/canvas.h"

namespace spectradiff {

// The file is an SQLite database: table `pictures` of {key, frame, sha256, png}, table `about` of {name,
// value}. Pictures lie there as PNG files do, so that any tool gets them out. Its names: those in kAbout….
//
// A store belongs to one process at a time. Who holds it is written in it, as a process of a machine; what a
// dead process left is taken over. Who lost it to another one gets an Error{output} with the next picture.
//
// Any thread, but opening, remove() and destruction.
class FrameStore {
 public:
  // Reads through all of it. `notes` get what there is to say: a claim taken over, a damaged store mended.
  // Error{output} naming the file where a live process holds it, where it is no store of this program or of a
  // newer version (it is left alone), and where it cannot be written.
  FrameStore(std::filesystem::path file, std::vector<std::string>& notes);
  // What was put is written, if it can be; the claim is given back. A store without a picture is removed.
  ~FrameStore();
  FrameStore(const FrameStore&) = delete;
  FrameStore& operator=(const FrameStore&) = delete;

  const std::filesystem::path& file() const;

  // What is said about all pictures, by name: empty where nothing is.
  std::string about(const std::string& name) const;
  void set_about(const std::string& name, const std::string& value);
  // The same beside what is written next, so that it costs nothing; lost where nothing is.
  void note(const std::string& name, const std::string& value);

  int64_t pictures() const;  // how many it keeps

  // Whether the picture of this key is there, every byte as it was put.
  bool holds(const std::string& key) const;
  int64_t bytes(const std::string& key) const;  // as it lies there; 0 where it does not
  // Error{output} where it is no longer whole.
  Canvas picture(const std::string& key) const;

  // Keeps a picture: on disk within a second, by a thread of its own. Waits while many are on their way.
  // Error {output} where an earlier one could not be written: that and those behind it are not kept.
  void put(const std::string& key, int64_t frame, Canvas picture);
  // All that were put are on disk. Error{output} as put().
  void flush();

  // Forgets all pictures.
  void clear();

  // It stays though it may hold no picture: what is said of itself is of use.
  void stay();

  // From any thread, when the process is about to end: what was put is on disk and the claim given back.
  // Whatever uses the store from then on waits forever.
  void abandon();

  // The file is no longer needed, nor what is not yet written to it. Nothing but destruction may follow.
  void remove();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Without claiming it: what a store says of itself; absent where there is no store of this program.
std::optional<std::string> read_about(const std::filesystem::path& file, const std::string& name);

}  // namespace spectradiff
