// Everything the program says: messages and progress on stderr, events on stdout.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "progress_bar.h"
#include "spectradiff/base/json.h"
#include "spectradiff/base/log.h"
#include "spectradiff/config/run_settings.h"
#include "spectradiff/render/render_observer.h"
#include "terminal_picture.h"

namespace spectradiff {

// Thread-safe: progress comes from the encoder's thread.
class Console : public RenderObserver {
 public:
  explicit Console(const RunSettings& run);

  // From now on every message goes to this file too. Error{output} when it cannot be opened.
  void keep_log(const std::filesystem::path& file);

  void detail(std::string_view message) override;
  void info(std::string_view message) override;
  void warn(std::string_view message) override;    // also an event
  void error(std::string_view message, int code);  // also an event
  void event(std::string_view name,
             const Json& fields) override;  // one line on stdout with --json, else nothing
  void answer(std::string_view text);       // what was asked for: stdout
  void answer_json(const Json& value);      // the same, indented

  // Until the next call, what is said and every event name this job; empty: none.
  void set_job(const std::string& id);

  // Progress of a stage with a known number of frames: a bar on a terminal, a line every ten seconds
  // elsewhere.
  void begin_stage(std::string_view stage, int64_t total, int64_t there) override;
  void advance(int64_t done, std::optional<double> left_s) override;
  void end_stage() override;
  void tell_progress();  // where it is, now, in a line

  // Pictures are shown above the bar, the latest in the place of the one before, at most one a second. Warns
  // where that cannot be: then none is. The first picture does the same.
  void show_pictures();
  void picture(const Canvas& picture) override;

 private:
  using Clock = std::chrono::steady_clock;

  void make_way();  // for a line: what is said stands below the last picture, and the next one below that
  void clear_bar();
  ProgressText progress_text() const;
  void draw();

  const LogLevel level_;
  std::unique_ptr<Log> log_;
  const bool json_;
  const bool quiet_;
  bool bar_ = false;    // a terminal: one line redrawn
  bool lines_ = false;  // elsewhere: a line now and then
  std::mutex mutex_;
  const Clock::time_point start_ = Clock::now();
  std::string job_, mark_;  // "3", "[3] "
  std::string stage_;
  int64_t total_ = 0, there_ = 0, done_ = 0;
  std::optional<double> left_s_;  // absent: as their number says
  Clock::time_point stage_start_;
  Clock::time_point drawn_;
  bool bar_shown_ = false;
  bool looked_for_pictures_ = false;
  std::optional<TerminalPictures> pictures_;
  int picture_rows_ = 0;  // of the picture that ends above the cursor's line; 0: none does
  Clock::time_point next_picture_;
};

}  // namespace spectradiff
