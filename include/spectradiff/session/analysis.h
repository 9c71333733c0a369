// What is heard of a song, written as numbers and as a picture.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "spectradiff/base/file.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/session/session_request.h"

namespace spectradiff {

// The job of Task::analyze: the settings "seed_csv", "csv", "json_out" and "plot" name what is written, and
// "-" among them the caller's standard output. One thread.
class Analysis {
 public:
  // Checks the outputs and hears the song. Writes nothing. `observer` outlives it. Error of the kind that
  // fits what is wrong.
  static Analysis open(SessionRequest request, RenderObserver& observer);
  Analysis(Analysis&&) noexcept;
  ~Analysis();

  // Two lines for people: what the song is and how it was heard.
  std::string summary() const;

  // Writes what is asked for, each file whole or not at all; false when `stop` ended it.
  bool run(const std::atomic<int>& stop, const TextSink& standard_output);

 private:
  struct State;
  explicit Analysis(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace spectradiff
