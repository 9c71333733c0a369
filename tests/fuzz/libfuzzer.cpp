// The same targets under clang's libFuzzer: SPECTRADIFF_FUZZ_TARGET=json libfuzzer [-max_total_time=600]
// FOLDER FOLDER takes what is found; a target's seeds are put into it first.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "corpus.h"
#include "spectradiff/base/error.h"
#include "targets.h"
#include "temporary_folder.h"

namespace {

using namespace spectradiff;

std::optional<FuzzTarget> chosen;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  const char* wanted = std::getenv("SPECTRADIFF_FUZZ_TARGET");
  for (FuzzTarget& target : fuzz_targets()) {
    if (wanted != nullptr && target.name == wanted) chosen = std::move(target);
  }
  if (!chosen) {
    std::fprintf(stderr, "SPECTRADIFF_FUZZ_TARGET is %s; allowed:", wanted == nullptr ? "not set" : wanted);
    for (const FuzzTarget& target : fuzz_targets()) std::fprintf(stderr, " %s", target.name.c_str());
    std::fprintf(stderr, "\n");
    std::exit(2);
  }
  for (int i = 1; i < *argc; ++i) {
    const std::filesystem::path folder = (*argv)[i];
    if (!std::filesystem::is_directory(folder)) continue;
    int number = 0;
    for (const std::string& bytes : corpus_of(*chosen))
      put(folder / ("seed-" + std::to_string(number++)), bytes);
    break;
  }
  return 0;
}

// What is not Error ends the program, and libFuzzer keeps the input.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    chosen->read(std::string(reinterpret_cast<const char*>(data), size));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::internal) throw;
  }
  return 0;
}
