// try: a song's moments in several looks on one sheet.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "commands.h"
#include "shell_words.h"
#include "signals.h"
#include "spectradiff/base/duration_text.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"
#include "spectradiff/image/png.h"
#include "spectradiff/media/jpeg.h"
#include "spectradiff/report/looks_sheet.h"
#include "spectradiff/session/looks.h"
#include "spectradiff/session/output_target.h"
#include "spectradiff/session/session.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

bool ends_as_jpeg(const fs::path& file) {
  return file.extension() == ".jpg" || file.extension() == ".jpeg";
}

fs::path sheet_name(const Arguments& arguments) {
  if (arguments.run.output.empty()) {
    const fs::path usual = fs::path(arguments.subject).stem().string() + "-looks.png";
    return arguments.run.overwrite ? usual : free_name(usual);
  }
  const fs::path file = arguments.run.output;
  if (file.extension() != ".png" && !ends_as_jpeg(file))
    throw_error(ErrorKind::usage, "output = {}: a sheet is a picture; end its name in .png or .jpg",
                file.string());
  return file;
}

// What was typed, as a render in this look.
std::string command_of(const Arguments& arguments, const std::string& look) {
  Words words = words_without(arguments.words, {"looks", "output", "overwrite", "json"});
  *std::find(words.begin(), words.end(), arguments.command) = "render";
  return shell_command(look == kOwnLook ? words : words_with(words, {"--preset", look}));
}

}  // namespace

int run_try(const Arguments& arguments, Console& console) {
  const fs::path file = sheet_name(arguments);
  FileGuard guard;
  guard.reads("audio", arguments.subject);
  guard.writes("output", file);
  guard.check();
  check_output_file("output", file, arguments.run.overwrite);
  install_signal_handlers();
  auto tried = try_looks({arguments.subject, arguments.told}, console, stop_requests());
  if (!tried) return kStopped;

  std::vector<std::string> moments;
  for (const Moment& moment : tried->moments)
    moments.push_back(
        fmt::format("{} {}", moment.name, clock_text(static_cast<int64_t>(moment.at_s), false)));
  std::vector<SheetLook> looks;
  Json told = Json::array();
  for (Look& look : tried->looks) {
    looks.push_back({look.name, command_of(arguments, look.name), std::move(look.pictures)});
    told.push_back({{"name", looks.back().name}, {"command", looks.back().command}});
    if (!arguments.run.json) console.answer(looks.back().command + "\n");
  }
  const Canvas sheet = looks_sheet(fs::path(arguments.subject).filename().string(), moments, looks);
  const std::vector<uint8_t> bytes = ends_as_jpeg(file) ? encode_jpeg(sheet) : encode_png(sheet);
  write_file(file, bytes, arguments.run.overwrite);
  console.info("wrote " + file.string());
  Json seconds = Json::object();
  for (const Moment& moment : tried->moments) seconds[moment.name] = moment.at_s;
  console.event(
      "sheet",
      {{"path", file.string()}, {"moments_s", seconds}, {"looks", told}, {"sha256", sha256_hex(bytes)}});
  return kComplete;
}

}  // namespace spectradiff
