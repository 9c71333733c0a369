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

void check_folder(const fs::path& folder, const std::string& output) {
  std::error_code failed;
  if (!fs::exists(folder, failed)) {
    throw_error(ErrorKind::output, "output = {}: the folder {} does not exist; make it first", output,
                folder.string());
  }
  if (!fs::is_directory(folder, failed))
    throw_error(ErrorKind::output, "output = {}: {} is not a folder", output, folder.string());
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    throw_error(ErrorKind::output, "output = {}: no permission to write in {}", output, folder.string());
  }
}

}  // namespace

std::string OutputTarget::text() const {
  if (kind == Kind::stream) return "-";
  return kind == Kind::video ? path.string() : pattern->file(0).parent_path().string();
}

OutputTarget choose_target(const Arguments& arguments) {
  OutputTarget target;
  if (arguments.output == "-") {
    if (isatty(STDOUT_FILENO) != 0) {
      throw_error(ErrorKind::usage,
                  "output = -: a video is not for a terminal; pipe it (… -o - | mpv -) or name a file");
    }
    target.kind = OutputTarget::Kind::stream;
    target.container = Container::mkv;
  } else if (FramePattern::is_pattern(arguments.output)) {
    target.kind = OutputTarget::Kind::frames;
    target.pattern.emplace(arguments.output);
  } else {
    target.path = arguments.output.empty() ? free_name(arguments.subject) : fs::path(arguments.output);
    target.container = container_of(target.path);
  }
  return target;
}

void check_target(const OutputTarget& target, bool overwrite) {
  if (target.kind == OutputTarget::Kind::stream) return;
  if (target.kind == OutputTarget::Kind::frames) {
    const fs::path folder = target.pattern->folder();
    check_folder(fs::exists(folder) ? folder : folder_of(folder), target.pattern->file(0).string());
    return;
  }
  check_folder(folder_of(target.path), target.path.string());
  if (fs::is_directory(target.path))
    throw_error(ErrorKind::output, "output = {} is a folder; name a file in it", target.path.string());
  if (!overwrite && fs::exists(fs::symlink_status(target.path))) {
    throw_error(ErrorKind::output, "output = {} exists; -y replaces it", target.path.string());
  }
}

void refuse_song_as_output(const OutputTarget& target, const fs::path& song) {
  std::error_code failed;
  if (target.kind == OutputTarget::Kind::video && fs::equivalent(target.path, song, failed)) {
    throw_error(ErrorKind::output, "output = {} is the song itself; give the video another name",
                target.path.string());
  }
}

void prepare_frames(const FramePattern& pattern, const Plan& plan, bool overwrite) {
  if (!overwrite) {
    for (const PlanRow& row : plan.rows) {
      const fs::path file = pattern.file(row.frame);
      if (fs::exists(fs::symlink_status(file)))
        throw_error(ErrorKind::output, "output = {} exists; -y replaces it", file.string());
    }
  }
  std::error_code failed;
  fs::create_directory(pattern.folder(), failed);
  if (failed)
    throw_error(ErrorKind::output, "output = {}: the folder cannot be made: {}", pattern.folder().string(),
                failed.message());
}

}  // namespace spectradiff
