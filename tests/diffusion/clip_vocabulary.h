// CLIP's real vocabulary in a temporary folder, built from the merges that are checked in.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/json.h"

namespace spectradiff {

// A folder that goes away with the test.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "spectradiff-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw Error(ErrorKind::internal, "no temporary folder: " + name);
    path_ = name;
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

 private:
  std::filesystem::path path_;
};

inline std::string utf8(char32_t c) {
  if (c < 0x80) return {static_cast<char>(c)};
  return {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
}

inline std::vector<std::string> clip_merges(size_t count) {
  const std::string text = read_file(std::filesystem::path(SPECTRADIFF_TEST_DATA) / "clip" / "merges.txt",
                                     1 << 20, ErrorKind::internal);
  std::vector<std::string> merges;
  for (size_t at = text.find('\n') + 1; at < text.size() && (count == 0 || merges.size() < count);) {
    const size_t end = text.find('\n', at);
    merges.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return merges;
}

// Writes vocab.json and merges.txt with the first `count` merges (0: all), in the order of the original, less
// `left_out`.
inline void write_clip_vocabulary(const TestFolder& folder, size_t count,
                                  const std::vector<std::string>& left_out = {}) {
  std::vector<std::string> tokens;
  for (bool printable : {true, false}) {
    char32_t next = 256;
    for (char32_t byte = 0; byte < 256; ++byte) {
      const bool is = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
      const char32_t character = is ? byte : next++;
      if (is == printable) tokens.push_back(utf8(character));
    }
  }
  for (size_t i = 0; i < 256; ++i) tokens.push_back(tokens[i] + "</w>");
  std::string merges = "#version: 0.2\n";
  const auto is_left_out = [&](const std::string& t) {
    return std::find(left_out.begin(), left_out.end(), t) != left_out.end();
  };
  for (const std::string& merge : clip_merges(count)) {
    const size_t space = merge.find(' ');
    const std::string left = merge.substr(0, space), right = merge.substr(space + 1);
    tokens.push_back(left + right);
    if (!is_left_out(left) && !is_left_out(right) && !is_left_out(left + right)) merges += merge + "\n";
  }
  tokens.insert(tokens.end(), {"<|startoftext|>", "<|endoftext|>"});
  std::string vocab = "{";
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (is_left_out(tokens[id])) continue;
    vocab += (vocab.size() > 1 ? "," : "") + Json(tokens[id]).dump() + ":" + std::to_string(id);
  }
  folder.write("vocab.json", vocab + "}");
  folder.write("merges.txt", merges);
}

}  // namespace spectradiff
