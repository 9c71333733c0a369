// What the processor is and whether bfloat16 is fast on it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace spectradiff {

struct CpuFacts {
  std::string model;  // "AMD EPYC 9B45"; empty when the system does not say
  std::string
      bfloat16_unit;  // "AVX512-BF16" or "AMX-BF16"; empty: bfloat16 is emulated and slower than float32
  std::set<std::string, std::less<>> flags;  // "avx512_bf16"
};

CpuFacts parse_cpu_facts(std::string_view proc_cpuinfo);
CpuFacts this_cpu();

}  // namespace spectradiff
