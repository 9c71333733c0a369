#include "spectradiff/base/process.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "spectradiff/base/sha256.h"

namespace spectradiff {
namespace {

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

// proc(5)'s stat, behind the name, which may hold anything: field 3, the state, and field 22, the start.
struct ProcessState {
  std::string state, start;
};

ProcessState state_of(int64_t pid) {
  constexpr size_t kBetween = 18;
  const std::string line = first_line(fmt::format("/proc/{}/stat", pid));
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  ProcessState found;
  std::string between;
  fields >> found.state;
  for (size_t i = 0; i < kBetween; ++i) fields >> between;
  fields >> found.start;
  return found;
}

}  // namespace

std::string ProcessMark::text() const {
  return fmt::format("process {} on {}", pid, host);
}

ProcessMark this_process() {
  std::error_code failed;
  const std::string room = std::filesystem::read_symlink("/proc/self/ns/pid", failed).string();
  const int64_t pid = getpid();
  return {host_name(), first_line("/proc/sys/kernel/random/boot_id") + " " + room, pid, state_of(pid).start};
}

std::string place_letters() {
  static const std::string letters = sha256_hex(this_process().place).substr(0, 8);
  return letters;
}

bool is_alive(const ProcessMark& mark) {
  if (kill(static_cast<pid_t>(mark.pid), 0) != 0 && errno != EPERM) return false;
  const ProcessState now = state_of(mark.pid);
  return now.state != "Z" && now.start == mark.start;  // Z: it has ended, and nobody has asked how
}

}  // namespace spectradiff
