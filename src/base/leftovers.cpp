#include "spectradiff/base/leftovers.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "links.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/process.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".part-";

struct Part {
  std::string of;     // the name of the file that it was to become
  int64_t pid = 0;    // of its writer
  std::string place;  // of that, in letters; empty: not known
};

// ".NAME.part-123-0a1b2c3d", or without the place.
std::optional<Part> part_in(std::string_view name) {
  const size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos || mark < 1 || name.front() != '.') return std::nullopt;
  const std::string_view writer = name.substr(mark + kMark.size());
  const size_t dash = std::min(writer.find('-'), writer.size());
  const auto pid = parse_integer(writer.substr(0, dash));
  if (!pid || *pid < 1) return std::nullopt;
  return Part{std::string(name.substr(1, mark - 1)), *pid,
              std::string(writer.substr(std::min(dash + 1, writer.size())))};
}

// The name of the file that it was in the end to become, through parts of parts; nothing of a file that is
// none.
std::optional<Part> whole_of(const std::string& name) {
  auto part = part_in(name);
  while (part) {
    const auto outer = part_in(part->of);
    if (!outer) return part;
    part = outer;
  }
  return part;
}

bool is_own(const Part& part) {
  return part.pid == getpid() && (part.place.empty() || part.place == place_letters());
}

bool is_gone(const Part& part, const fs::path& file) {
  if (part.place == place_letters()) return kill(static_cast<pid_t>(part.pid), 0) != 0 && errno == ESRCH;
  std::error_code failed;
  const auto written = fs::last_write_time(file, failed);
  return !failed && fs::file_time_type::clock::now() - written > kSilenceOfParts;
}

// Those of a folder's files, or of the one of this name where there is one.
template <typename IsLeft>
std::vector<fs::path> remove_parts(const fs::path& folder, const std::string& name, IsLeft is_left) {
  std::vector<fs::path> removed;
  std::error_code failed;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const auto part = whole_of(entry->path().filename().string());
    std::error_code ignored;
    const fs::path file = folder / entry->path().filename();
    if (!part || (!name.empty() && part->of != name) || !is_left(*part, file) ||
        !entry->is_regular_file(ignored))
      continue;
    if (fs::remove(file, ignored)) removed.push_back(file);
  }
  std::sort(removed.begin(), removed.end());
  return removed;
}

template <typename IsLeft>
std::vector<fs::path> remove_parts_of(const fs::path& output, IsLeft is_left) {
  std::error_code failed;
  if (fs::is_directory(output, failed)) return remove_parts(output, "", is_left);
  const fs::path target = detail::followed(output).value_or(output);
  return remove_parts(target.parent_path(), target.filename().string(), is_left);
}

}  // namespace

std::vector<fs::path> remove_left_parts(const fs::path& output) {
  std::error_code failed;
  const bool of_any = fs::is_directory(output, failed);
  return remove_parts_of(output, [=](const Part& part, const fs::path& file) {
    return !is_own(part) && (!of_any || is_gone(part, file));
  });
}

void remove_own_parts(const fs::path& output) {
  remove_parts_of(output, [](const Part& part, const fs::path&) { return is_own(part); });
}

}  // namespace spectradiff
