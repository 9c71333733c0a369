#include "spectradiff/session/output_target.h"

#include <fmt/format.h>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

std::string setting_text(const std::string& option, const fs::path& path) {
  return fmt::format("{} = {}", option, path.string());
}

}  // namespace

fs::path free_name(const fs::path& wanted) {
  fs::path path = wanted;
  for (int number = 2; is_taken(path, setting_text("output", path)); ++number) {
    path = wanted;
    path.replace_filename(
        fmt::format("{}-{}{}", wanted.stem().string(), number, wanted.extension().string()));
  }
  return path;
}

std::string OutputTarget::text() const {
  if (kind == Kind::stream) return "-";
  return kind == Kind::video ? path.string() : pattern->folder().string();
}

fs::path default_name(const std::string& song) {
  return (song == "-" ? "spectradiff" : fs::path(song).stem().string()) + ".mp4";
}

OutputTarget choose_target(const std::string& output, const std::string& song, bool overwrite) {
  OutputTarget target;
  if (output == "-") {
    target.kind = OutputTarget::Kind::stream;
    target.container = Container::mkv;
  } else if (FramePattern::is_pattern(output)) {
    target.kind = OutputTarget::Kind::frames;
    target.pattern.emplace(output);
  } else {
    target.path = output.empty() ? default_name(song) : fs::path(output);
    if (output.empty() && !overwrite) target.path = free_name(target.path);
    target.container = container_of(target.path);
  }
  return target;
}

void check_target(const OutputTarget& target, bool overwrite) {
  if (target.kind == OutputTarget::Kind::stream) return;
  if (target.kind == OutputTarget::Kind::frames) {
    const fs::path folder = target.pattern->folder();
    const std::string setting = setting_text("output", target.pattern->file(0));
    check_folder(is_taken(folder, setting) ? folder : folder_of(folder), setting);
    return;
  }
  check_new_file(target.path, overwrite, setting_text("output", target.path));
}

void check_output_file(const std::string& option, const fs::path& file, bool overwrite) {
  std::error_code failed;
  const fs::file_status status = fs::status(file, failed);
  if (fs::is_fifo(status) || fs::is_character_file(status) || fs::is_socket(status)) return;
  check_new_file(file, overwrite, setting_text(option, file));
}

void check_ending(const std::string& option, const fs::path& file, const char* ending, const char* kind) {
  if (!file.has_extension() || file.extension() == ending) return;
  throw_error(ErrorKind::usage, "{}: {}; end its name in {}", setting_text(option, file), kind, ending);
}

void check_report_file(const fs::path& file, bool overwrite) {
  check_ending("report", file, ".html", "a report is a page");
  check_output_file("report", file, overwrite);
}

FramePattern init_pattern(const fs::path& folder) {
  return FramePattern((folder / "%05d.png").string());
}

void make_frames_folder(const FramePattern& pattern, const std::string& option) {
  std::error_code failed;
  fs::create_directory(pattern.folder(), failed);
  if (failed)
    throw_error(ErrorKind::output, "{} = {}: the folder cannot be created: {}", option,
                pattern.folder().string(), failed.message());
}

}  // namespace spectradiff
