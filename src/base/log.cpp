#include "spectradiff/base/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/sinks/basic_file_sink.h>

#include <string>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

// "warning: " and "error: "; the rest speaks for itself.
class PrefixFlag : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    std::string_view prefix;
    if (message.level == spdlog::level::warn) prefix = "warning: ";
    if (message.level >= spdlog::level::err) prefix = "error: ";
    out.append(prefix.data(), prefix.data() + prefix.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<PrefixFlag>(); }
};

spdlog::level::level_enum least(LogLevel level) {
  switch (level) {
    case LogLevel::quiet:
      return spdlog::level::err;
    case LogLevel::normal:
      return spdlog::level::info;
    case LogLevel::verbose:
      return spdlog::level::debug;
  }
  return spdlog::level::info;
}

spdlog::sink_ptr make_terminal_sink(LogLevel level, bool colour) {
  auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(colour ? spdlog::color_mode::always
                                                                               : spdlog::color_mode::never);
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<PrefixFlag>('*').set_pattern("%^%*%$%v");
  sink->set_formatter(std::move(formatter));
  sink->set_level(least(level));
  return sink;
}

spdlog::sink_ptr make_file_sink(const std::filesystem::path& file) {
  // spdlog would make missing folders.
  std::error_code failed;
  if (file.has_parent_path() && !std::filesystem::is_directory(file.parent_path(), failed)) {
    throw_error(ErrorKind::output, "cannot open the log file {}: its folder does not exist", file.native());
  }
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.native());
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    return sink;
  } catch (const spdlog::spdlog_ex& e) {
    // "Failed opening file … for writing: Permission denied"
    const std::string text = e.what();
    throw_error(ErrorKind::output, "cannot open the log file {}: {}", file.native(),
                text.substr(text.rfind(": ") == std::string::npos ? 0 : text.rfind(": ") + 2));
  }
}

}  // namespace

struct Log::Impl {
  spdlog::logger logger;

  // What options and files hold may not steer the terminal.
  void say(spdlog::level::level_enum level, std::string_view message) {
    const std::string text = printable(message);
    // The string_view overload: braces in a message are text, not a format.
    logger.log(level, spdlog::string_view_t(text.data(), text.size()));
  }
};

Log::Log(LogLevel level, bool colour, const std::optional<std::filesystem::path>& file) {
  std::vector<spdlog::sink_ptr> sinks{make_terminal_sink(level, colour)};
  if (file) sinks.push_back(make_file_sink(*file));
  impl_ = std::make_unique<Impl>(Impl{spdlog::logger("spectradiff", sinks.begin(), sinks.end())});
  impl_->logger.set_level(spdlog::level::debug);
  impl_->logger.flush_on(spdlog::level::debug);
}

Log::~Log() = default;

void Log::detail(std::string_view message) {
  impl_->say(spdlog::level::debug, message);
}
void Log::info(std::string_view message) {
  impl_->say(spdlog::level::info, message);
}
void Log::warn(std::string_view message) {
  impl_->say(spdlog::level::warn, message);
}
void Log::error(std::string_view message) {
  impl_->say(spdlog::level::err, message);
}

}  // namespace spectradiff
