// try: a song's moments in several looks on one sheet.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "commands.h"
#include "reproduction.h"
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

std::vector<std::string> asked_looks(const std::string& typed) {
  std::vector<std::string> looks;
  for (size_t begin = 0; begin < typed.size();) {
    const size_t end = std::min(typed.find(',', begin), typed.size());
    if (const std::string look(trimmed(std::string_view(typed).substr(begin, end - begin))); !look.empty())
      looks.push_back(look);
    begin = end + 1;
  }
  if (!typed.empty() && looks.empty())
    throw_error(ErrorKind::usage, "looks = \"{}\" names none; write aurora,kick or leave it out", typed);
  return looks.empty() ? usual_looks() : looks;
}

// What was typed, as a render in this look.
std::string command_of(const Arguments& arguments, const std::string& look) {
  std::vector<std::string> words = {"render"};
  for (size_t i = 1; i < arguments.words.size(); ++i) {
    const std::string& word = arguments.words[i];
    const bool of_sheet = word == "--looks" || word == "-o" || word == "--output";
    if (of_sheet) ++i;
    const bool joined =
        word.starts_with("--looks=") || word.starts_with("--output=") || word.starts_with("-o");
    if (!of_sheet && !joined && word != "-y" && word != "--overwrite" && word != "--json")
      words.push_back(word);
  }
  if (look != kOwnLook) words.insert(std::find(words.begin(), words.end(), "--"), {"--preset", look});
  return shell_command(words);
}

}  // namespace

int run_try(const Arguments& arguments, Console& console) {
  const fs::path file = sheet_name(arguments);
  FileGuard guard;
  guard.reads("audio", arguments.subject);
  guard.writes("output", file);
  guard.check();
  check_output_file("output", file, arguments.run.overwrite);
  LooksRequest request{arguments.subject, asked_looks(arguments.run.looks), arguments.told};
  for (Layer& layer : request.told) {
    if (layer.values.contains("preset"))
      throw_error(ErrorKind::usage,
                  "try takes one preset after the other; name those that you mean with --looks");
    for (const char* key : {"output", "looks"}) layer.values.erase(key);
  }
  install_signal_handlers();
  auto tried = try_looks(request, console, stop_requests());
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
