#include "console.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "progress_bar.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool colour_allowed() {
  return isatty(STDERR_FILENO) != 0 && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
}

LogLevel level_of(const RunSettings& run) {
  if (run.quiet) return LogLevel::quiet;
  return run.verbose ? LogLevel::verbose : LogLevel::normal;
}

size_t terminal_columns() {
  constexpr size_t kUsual = 80;
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kUsual;
}

std::string time_left(double seconds) {
  const auto whole = int64_t{std::llround(seconds)};
  return clock_text(whole, whole >= 3600);
}

double seconds_between(std::chrono::steady_clock::time_point begin,
                       std::chrono::steady_clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

}  // namespace

Console::Console(const RunSettings& run)
    : level_(level_of(run)),
      log_(std::make_unique<Log>(level_, colour_allowed(), std::nullopt)),
      json_(run.json && run.output != "-"),
      quiet_(run.quiet) {
  const bool terminal = isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb";
  const bool wanted = run.progress == "always" || (run.progress == "auto" && !quiet_);
  bar_ = wanted && terminal;
  lines_ = wanted && !terminal;
}

void Console::keep_log(const std::filesystem::path& file) {
  log_ = std::make_unique<Log>(level_, colour_allowed(), file);
}

void Console::detail(std::string_view message) {
  std::lock_guard lock(mutex_);
  clear_bar();
  log_->detail(mark_ + std::string(message));
}

void Console::info(std::string_view message) {
  std::lock_guard lock(mutex_);
  clear_bar();
  log_->info(mark_ + std::string(message));
}

void Console::warn(std::string_view message) {
  {
    std::lock_guard lock(mutex_);
    clear_bar();
    log_->warn(mark_ + std::string(message));
  }
  event("warning", {{"message", message}});
}

void Console::error(std::string_view message, int code) {
  {
    std::lock_guard lock(mutex_);
    clear_bar();
    log_->error(mark_ + std::string(message));
  }
  event("error", {{"message", message}, {"exit_code", code}});
}

void Console::event(std::string_view name, const Json& fields) {
  if (!json_) return;
  Json line = {{"schema", 1}, {"t", seconds_between(start_, Clock::now())}, {"event", name}};
  if (!job_.empty()) line["job"] = job_;
  line.update(fields);
  std::lock_guard lock(mutex_);
  write_all(STDOUT_FILENO, json_text(line) + "\n", "stdout");
}

void Console::answer(std::string_view text) {
  write_all(STDOUT_FILENO, text, "stdout");
}

void Console::set_job(const std::string& id) {
  std::lock_guard lock(mutex_);
  job_ = id;
  mark_ = id.empty() ? "" : "[" + id + "] ";
}

void Console::begin_stage(std::string_view stage, int64_t total, int64_t there) {
  std::lock_guard lock(mutex_);
  stage_ = stage;
  total_ = total;
  there_ = there;
  done_ = 0;
  left_s_.reset();
  stage_start_ = drawn_ = Clock::now();
  if (bar_) draw();
}

void Console::advance(int64_t done, std::optional<double> left_s) {
  std::lock_guard lock(mutex_);
  const bool is_last = done == total_ && done_ < total_;
  done_ = done;
  left_s_ = left_s;
  const double since = seconds_between(drawn_, Clock::now());
  if ((bar_ && (since >= 0.1 || is_last)) || (lines_ && since >= 10)) draw();
}

void Console::end_stage() {
  std::lock_guard lock(mutex_);
  clear_bar();
}

void Console::tell_progress() {
  std::lock_guard lock(mutex_);
  clear_bar();
  log_->info(stage_.empty() ? mark_ + "no frame is begun" : progress_line(progress_text()));
}

void Console::clear_bar() {
  if (!bar_shown_) return;
  write_all(STDERR_FILENO, "\r\x1b[K", "stderr");
  bar_shown_ = false;
}

ProgressText Console::progress_text() const {
  const double seconds = seconds_between(stage_start_, Clock::now());
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  ProgressText text{mark_ + stage_, done_, total_, there_, "", ""};
  if (done_ > 0) text.rate = fmt::format("{:.1f} frames/s", rate);
  if (left_s_) {
    text.left = time_left(*left_s_) + " left";
  } else if (done_ > 0) {
    text.left = time_left(static_cast<double>(total_ - done_) / rate) + " left";
  }
  return text;
}

void Console::draw() {
  drawn_ = Clock::now();
  const ProgressText text = progress_text();
  bar_shown_ = bar_;
  write_all(STDERR_FILENO,
            bar_ ? "\r\x1b[K" + progress_bar(text, terminal_columns()) : progress_line(text) + "\n",
            "stderr");
}

}  // namespace spectradiff
