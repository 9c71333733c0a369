#include "terminal_picture.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/image/png.h"
#include "spectradiff/image/resize.h"

extern char** environ;

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr int kLongestSide = 640;  // more pixels than a terminal shows of them only take time

Canvas shrunk(const Canvas& picture) {
  const Size size = picture.size();
  const int longest = std::max(size.width, size.height);
  if (longest <= kLongestSide) return picture.clone();
  const auto side = [&](int length) { return std::max(1, length * kLongestSide / longest); };
  return fit_to_size(picture, {side(size.width), side(size.height)}, Fit::stretch);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// The picture as an unnamed file, to be read from its beginning.
File png_file(const Canvas& picture) {
  File file(std::tmpfile());
  if (file == nullptr) throw_error(ErrorKind::output, "no temporary file: {}", std::strerror(errno));
  const auto png = encode_png(shrunk(picture));
  write_all(fileno(file.get()), {reinterpret_cast<const char*>(png.data()), png.size()}, "a temporary file");
  lseek(fileno(file.get()), 0, SEEK_SET);
  return file;
}

// What the child's streams are, and that no signal is kept from it.
class SpawnSettings {
 public:
  SpawnSettings(int input, int terminal) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, terminal, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  const posix_spawn_file_actions_t* actions() const { return &actions_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// How the child ended, as waitpid gives it; one that takes too long is ended.
int end_of(pid_t child) {
  constexpr std::chrono::milliseconds kLongest(3000), kStep(2);
  const auto deadline = std::chrono::steady_clock::now() + kLongest;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kStep);
      continue;
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    throw_error(ErrorKind::output, "chafa took more than three seconds");
  }
  return status;
}

}  // namespace

Cells terminal_cells(int descriptor) {
  constexpr Cells kUsual{80, 24};
  winsize size{};
  const bool is_known = ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  if (!is_known) return kUsual;
  return {size.ws_col, size.ws_row > 0 ? size.ws_row : kUsual.rows};
}

Cells picture_cells(Size picture, Cells terminal) {
  constexpr int kMostRows = 30, kBelow = 3, kFewest = 2;
  constexpr double kCellAspect = 2;  // height by width
  int rows = std::min(kMostRows, terminal.rows - kBelow);
  if (rows < kFewest || terminal.columns < kFewest) return {};
  const double wide = kCellAspect * picture.width / picture.height;  // columns a row
  auto columns = static_cast<int>(std::lround(rows * wide));
  if (columns > terminal.columns) {
    columns = terminal.columns;
    rows = std::clamp(static_cast<int>(std::lround(columns / wide)), 1, rows);
  }
  return {std::max(columns, 1), rows};
}

std::optional<TerminalPictures> TerminalPictures::find() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path program = fs::path(folder) / "chafa";
    std::error_code failed;
    if (!folder.empty() && fs::is_regular_file(program, failed) && access(program.c_str(), X_OK) == 0)
      return TerminalPictures(program);
  }
  return std::nullopt;
}

void TerminalPictures::draw(const Canvas& picture, Cells cells, int terminal) const {
  const File file = png_file(picture);
  const SpawnSettings settings(fileno(file.get()), terminal);
  const std::string size = fmt::format("--size={}x{}", cells.columns, cells.rows);
  std::array<std::string, 6> words = {"chafa", "--animate=off", "--polite=on", "--scale=max", size, "-"};
  std::array<char*, words.size() + 1> pointers{};
  std::transform(words.begin(), words.end(), pointers.begin(), [](std::string& word) { return word.data(); });
  pid_t child = 0;
  const int failed = posix_spawn(&child, program_.c_str(), settings.actions(), settings.attributes(),
                                 pointers.data(), environ);
  if (failed != 0)
    throw_error(ErrorKind::output, "{} cannot be started: {}", program_.string(), std::strerror(failed));
  const int status = end_of(child);
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGINT || signal == SIGQUIT || signal == SIGHUP || signal == SIGTERM) return;
    throw_error(ErrorKind::output, "{} was ended by signal {}", program_.string(), signal);
  }
  if (WEXITSTATUS(status) != 0)
    throw_error(ErrorKind::output, "{} ended with status {}", program_.string(), WEXITSTATUS(status));
}

}  // namespace spectradiff
