#include "outputs.h"

#include <fmt/format.h>
#include <unistd.h>

#include "spectradiff/audio/sound_writer.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/session/output_target.h"

namespace spectradiff {
namespace {

std::string line(const std::string& name, const Json& value) {
  if (value.is_number_float()) return fmt::format("{} {:.4f}\n", name, value.get<double>());
  return fmt::format("{} {}\n", name, value.dump());
}

}  // namespace

void refuse_terminal(const char* option, const std::string& path, const char* what) {
  if (path == "-" && isatty(STDOUT_FILENO) != 0)
    throw_error(ErrorKind::usage, "{} = -: a terminal cannot {}", option, what);
}

std::string statistics_text(const Json& statistics) {
  std::string text;
  for (const auto& [name, value] : statistics.items()) {
    if (!value.is_object()) text += line(name, value);
  }
  for (const auto& [stage, seconds] : statistics["seconds"].items())
    text += line("seconds_" + stage, seconds);
  return text;
}

void tell_statistics(const Outcome& outcome, const RunSettings& run, Console& console) {
  if (outcome.statistics.is_null() || run.json) return;
  const std::string text = statistics_text(outcome.statistics);
  run.output == "-" ? console.info(text) : console.answer(text);
}

SoundOutput::SoundOutput(const Arguments& arguments, Console& console, const char* input)
    : arguments_(arguments), console_(console), input_(input) {
  if (!arguments.run.output.empty()) name(arguments.run.output);
}

void SoundOutput::name(const std::string& file) {
  file_ = file;
  if (file == "-") return;
  sound_format_of(file);  // that it has one
  FileGuard guard;
  guard.reads(input_, arguments_.subject);
  guard.writes("output", file);
  guard.check();
  check_output_file("output", file, arguments_.run.overwrite);
}

void SoundOutput::write(const std::vector<float>& samples, int channels, int sample_rate_hz,
                        const std::string& words, const Json& facts) {
  const bool to_stdout = file_ == "-";
  const SoundFormat format = to_stdout ? SoundFormat::wav : sound_format_of(file_);
  const std::vector<uint8_t> bytes = sound_file_bytes(samples, channels, sample_rate_hz, format);
  if (to_stdout) {
    console_.answer({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } else {
    write_file(file_, bytes, arguments_.run.overwrite);
  }
  console_.info(fmt::format("{}: {}", to_stdout ? "stdout" : file_, words));
  const auto count = static_cast<int64_t>(samples.size()) / channels;
  Json event = {{"path", file_},
                {"seconds", static_cast<double>(count) / sample_rate_hz},
                {"samples", count},
                {"sample_rate_hz", sample_rate_hz}};
  event.update(facts);
  event["sha256"] = sha256_hex(bytes);
  console_.event("sound", event);
}

}  // namespace spectradiff
