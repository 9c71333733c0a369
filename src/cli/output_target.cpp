#include "output_target.h"

#include <fmt/format.h>
#include <unistd.h>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

fs::path free_name(const std::string& song) {
  const std::string stem = song == "-" ? "spectradiff" : fs::path(song).stem().string();
  fs::path path = stem + ".mp4";
  for (int number = 2; fs::exists(fs::symlink_status(path)); ++number)
    path = fmt::format("{}-{}.mp4", stem, number);
  return path;
}

// `what` is the setting, as "output = v.mp4".
void check_folder(const fs::path& folder, const std::string& what) {
  std::error_code failed;
  if (!fs::exists(folder, failed)) {
    throw_error(ErrorKind::output, "{}: the folder {} does not exist; make it first", what, folder.string());
  }
  if (!fs::is_directory(folder, failed))
    throw_error(ErrorKind::output, "{}: {} is not a folder", what, folder.string());
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw_error(ErrorKind::output, "{}: no permission to write in {}", what, folder.string());
  }
}

std::string setting_text(const std::string& option, const fs::path& path) {
  return fmt::format("{} = {}", option, path.string());
}

void check_new_file(const std::string& option, const fs::path& file, bool overwrite) {
  check_folder(folder_of(file), setting_text(option, file));
  if (fs::is_directory(file))
    throw_error(ErrorKind::output, "{} = {} is a folder; name a file in it", option, file.string());
  if (!overwrite && fs::exists(fs::symlink_status(file))) {
    throw_error(ErrorKind::output, "{} = {} exists; -y replaces it", option, file.string());
  }
}

}  // namespace

std::string OutputTarget::text() const {
  if (kind == Kind::stream) return "-";
  return kind == Kind::video ? path.string() : pattern->folder().string();
}

OutputTarget choose_target(const Arguments& arguments) {
  OutputTarget target;
  if (arguments.run.output == "-") {
    if (isatty(STDOUT_FILENO) != 0) {
      throw_error(ErrorKind::usage,
                  "output = -: a video is not for a terminal; pipe it (… -o - | mpv -) or name a file");
    }
    target.kind = OutputTarget::Kind::stream;
    target.container = Container::mkv;
  } else if (FramePattern::is_pattern(arguments.run.output)) {
    target.kind = OutputTarget::Kind::frames;
    target.pattern.emplace(arguments.run.output);
  } else {
    target.path =
        arguments.run.output.empty() ? free_name(arguments.subject) : fs::path(arguments.run.output);
    target.container = container_of(target.path);
  }
  return target;
}

void check_target(const OutputTarget& target, bool overwrite) {
  if (target.kind == OutputTarget::Kind::stream) return;
  if (target.kind == OutputTarget::Kind::frames) {
    const fs::path folder = target.pattern->folder();
    check_folder(fs::exists(folder) ? folder : folder_of(folder),
                 setting_text("output", target.pattern->file(0)));
    return;
  }
  check_new_file("output", target.path, overwrite);
}

void check_output_file(const std::string& option, const fs::path& file, bool overwrite) {
  std::error_code failed;
  const fs::file_status status = fs::status(file, failed);
  if (fs::is_fifo(status) || fs::is_character_file(status) || fs::is_socket(status)) return;
  check_new_file(option, file, overwrite);
}

void refuse_song(const std::string& option, const fs::path& file, const fs::path& song) {
  std::error_code failed;
  if (fs::equivalent(file, song, failed)) {
    throw_error(ErrorKind::output, "{} = {} is the song itself; give it another name", option, file.string());
  }
}

void check_frames(const FramePattern& pattern, const Plan& plan) {
  for (const ShownFrame& shown : plan.shown) {
    const fs::path file = pattern.file(shown.frame);
    if (fs::exists(fs::symlink_status(file)))
      throw_error(ErrorKind::output, "output = {} exists; -y replaces it", file.string());
  }
}

void make_frames_folder(const FramePattern& pattern) {
  std::error_code failed;
  fs::create_directory(pattern.folder(), failed);
  if (failed)
    throw_error(ErrorKind::output, "output = {}: the folder cannot be made: {}", pattern.folder().string(),
                failed.message());
}

}  // namespace spectradiff
