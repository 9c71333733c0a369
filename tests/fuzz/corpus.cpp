#include "corpus.h"

#include <algorithm>
#include <filesystem>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "targets.h"

namespace spectradiff {

namespace fs = std::filesystem;

std::vector<std::string> corpus_of(const FuzzTarget& target) {
  std::vector<std::string> corpus = target.seeds;
  std::vector<fs::path> files;
  if (const fs::path folder = fs::path(SPECTRADIFF_TEST_CORPUS) / target.name; fs::exists(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) corpus.push_back(read_file(file, 1 << 20, ErrorKind::input));
  return corpus;
}

}  // namespace spectradiff
