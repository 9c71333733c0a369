#include "console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "progress_bar.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Where a line can be written over.
bool is_terminal() {
  return isatty(STDERR_FILENO) != 0 && environment("TERM") != "dumb";
}

bool colour_allowed() {
  return is_terminal() && environment("NO_COLOR").empty();
}

LogLevel level_of(const RunSettings& run) {
  if (run.quiet) return LogLevel::quiet;
  return run.verbose ? LogLevel::verbose : LogLevel::normal;
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
  const bool terminal = is_terminal();
  const bool wanted = run.progress == "always" || (run.progress == "auto" && !quiet_);
  bar_ = wanted && terminal;
  lines_ = wanted && !terminal;
}

void Console::keep_log(const std::filesystem::path& file) {
  log_ = std::make_unique<Log>(level_, colour_allowed(), file);
}

void Console::detail(std::string_view message) {
  std::lock_guard lock(mutex_);
  if (level_ == LogLevel::verbose) make_way();
  log_->detail(mark_ + std::string(message));
}

void Console::info(std::string_view message) {
  std::lock_guard lock(mutex_);
  make_way();
  log_->info(mark_ + std::string(message));
}

void Console::warn(std::string_view message) {
  {
    std::lock_guard lock(mutex_);
    make_way();
    log_->warn(mark_ + std::string(message));
  }
  event("warning", {{"message", message}});
}

void Console::error(std::string_view message, int code) {
  {
    std::lock_guard lock(mutex_);
    make_way();
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
  if (isatty(STDOUT_FILENO) != 0) make_way();
  write_all(STDOUT_FILENO, json_text(line) + "\n", "stdout");
}

void Console::answer(std::string_view text) {
  write_all(STDOUT_FILENO, text, "stdout");
}

void Console::answer_json(const Json& value) {
  answer(json_text(value, 2) + "\n");
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
  picture_rows_ = 0;
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
  make_way();
  log_->info(stage_.empty() ? mark_ + "no frame is begun" : progress_line(progress_text()));
}

void Console::show_pictures() {
  if (std::exchange(looked_for_pictures_, true)) return;
  if (!is_terminal()) {
    warn(
        "preview = -: pictures are shown in a terminal, and standard error is none; name a file, such as "
        "--preview sheet.png");
    return;
  }
  pictures_ = TerminalPictures::find();
  if (!pictures_)
    warn(
        "preview = -: the program chafa, which draws pictures in a terminal, is not there, so none is shown; "
        "install it (Debian and Ubuntu: apt install chafa), or name a file, such as --preview sheet.png");
}

void Console::picture(const Canvas& picture) {
  constexpr auto kPace = std::chrono::seconds(1);
  constexpr int kRest = 20;  // a twentieth of the time at most goes into drawing
  show_pictures();
  const Clock::time_point begin = Clock::now();
  if (!pictures_ || begin < next_picture_) return;
  std::string fault;
  {
    std::lock_guard lock(mutex_);
    const Cells cells = picture_cells(picture.size(), terminal_cells(STDERR_FILENO));
    if (cells.rows == 0) return;
    clear_bar();
    if (picture_rows_ != cells.rows) write_all(STDERR_FILENO, std::string(cells.rows, '\n'), "stderr");
    write_all(STDERR_FILENO,
              fmt::format("\x1b[{}A\x1b"
                          "7",
                          cells.rows),
              "stderr");
    try {
      pictures_->draw(picture, cells, STDERR_FILENO);
    } catch (const Error& error) {
      fault = error.what();
      pictures_.reset();
    }
    write_all(STDERR_FILENO,
              fmt::format("\x1b"
                          "8\x1b[{}B\r",
                          cells.rows),
              "stderr");
    picture_rows_ = cells.rows;
    if (bar_) draw();
  }
  if (!fault.empty()) warn("no more pictures are shown, the render goes on: " + fault);
  next_picture_ = Clock::now() + std::max<Clock::duration>(kPace, kRest * (Clock::now() - begin));
}

void Console::make_way() {
  clear_bar();
  picture_rows_ = 0;
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
            bar_ ? "\r\x1b[K" + progress_bar(text, static_cast<size_t>(terminal_cells(STDERR_FILENO).columns))
                 : progress_line(text) + "\n",
            "stderr");
}

}  // namespace spectradiff
