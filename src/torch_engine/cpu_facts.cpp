#include "cpu_facts.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace spectradiff {
namespace {

// The value of the first line `key : value`.
std::string_view first_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with(key)) continue;
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos ||
        line.substr(key.size(), colon - key.size()).find_first_not_of(" \t") != std::string_view::npos) {
      continue;
    }
    const size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
  }
  return {};
}

bool has_word(std::string_view text, std::string_view word) {
  return fmt::format(" {} ", text).find(fmt::format(" {} ", word)) != std::string::npos;
}

}  // namespace

CpuFacts parse_cpu_facts(std::string_view proc_cpuinfo) {
  const std::string_view flags = first_value(proc_cpuinfo, "flags");
  CpuFacts facts{.model = std::string(first_value(proc_cpuinfo, "model name"))};
  if (has_word(flags, "amx_bf16")) {
    facts.bfloat16_unit = "AMX-BF16";
  } else if (has_word(flags, "avx512_bf16")) {
    facts.bfloat16_unit = "AVX512-BF16";
  }
  return facts;
}

CpuFacts this_cpu() {
  std::ifstream file("/proc/cpuinfo");
  return parse_cpu_facts(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace spectradiff
