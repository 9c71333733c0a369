#include "cpu_facts.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

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

std::set<std::string, std::less<>> words_of(std::string_view text) {
  std::istringstream words{std::string(text)};
  return {std::istream_iterator<std::string>(words), {}};
}

}  // namespace

CpuFacts parse_cpu_facts(std::string_view proc_cpuinfo) {
  std::string_view flags = first_value(proc_cpuinfo, "flags");
  if (flags.empty()) flags = first_value(proc_cpuinfo, "Features");  // ARM
  CpuFacts facts{.model = std::string(first_value(proc_cpuinfo, "model name")), .flags = words_of(flags)};
  if (facts.flags.contains("amx_bf16")) {
    facts.bfloat16_unit = "AMX-BF16";
  } else if (facts.flags.contains("avx512_bf16")) {
    facts.bfloat16_unit = "AVX512-BF16";
  }
  return facts;
}

CpuFacts this_cpu() {
  std::ifstream file("/proc/cpuinfo");
  return parse_cpu_facts(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace spectradiff
