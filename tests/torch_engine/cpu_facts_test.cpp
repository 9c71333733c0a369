#include "cpu_facts.h"

#include <gtest/gtest.h>

namespace spectradiff {
namespace {

TEST(CpuFacts, NameTheModelAndTheUnitThatMakesBfloat16Fast) {
  const CpuFacts facts = parse_cpu_facts(
      "processor\t: 0\nmodel\t\t: 2\nmodel name\t: AMD EPYC\nflags\t\t: fpu avx512f avx512_bf16 "
      "avx\n\nprocessor\t: 1\n");
  EXPECT_EQ(facts.model, "AMD EPYC");
  EXPECT_EQ(facts.bfloat16_unit, "AVX512-BF16");
  EXPECT_EQ(facts.flags, (std::set<std::string, std::less<>>{"avx", "avx512_bf16", "avx512f", "fpu"}));
  EXPECT_TRUE(parse_cpu_facts("Features : fp asimd sve\n").flags.contains("sve"));
  EXPECT_EQ(parse_cpu_facts("flags : avx512_bf16 amx_bf16\n").bfloat16_unit, "AMX-BF16");
}

TEST(CpuFacts, BfloatIsNotFastWhereNoFlagSaysSo) {
  EXPECT_EQ(parse_cpu_facts("model name\t: Old\nflags\t: avx2 avx512_bf16x\n").bfloat16_unit, "");
  EXPECT_EQ(parse_cpu_facts("").model, "");
  EXPECT_EQ(parse_cpu_facts("model name").model, "");
}

}  // namespace
}  // namespace spectradiff
