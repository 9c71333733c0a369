#include "frame_record.h"

#include <algorithm>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/json.h"
#include "spectradiff/base/sha256.h"

namespace spectradiff {
namespace {

constexpr uint64_t kMostBytes = uint64_t{1} << 30;

}  // namespace

FrameRecord::FrameRecord(const FramePattern& pattern)
    : pattern_(pattern), file_(pattern.folder() / ("." + pattern.name() + ".frames")) {
  std::error_code failed;
  if (!std::filesystem::exists(file_, failed)) return;
  const std::string text = read_file(file_, kMostBytes, ErrorKind::output);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    try {
      const Json line = parse_json(std::string_view(text).substr(begin, end - begin), file_.string());
      JsonReader reader(line, file_.string(), ErrorKind::output);
      const int64_t frame = reader.integer("frame");
      lines_[frame] = {reader.text("key"), reader.text("sha256")};
    } catch (const Error&) {
      // Torn, or somebody else's: it vouches for nothing.
    }
    begin = end + 1;
  }
}

bool FrameRecord::holds(int64_t frame, const FrameKey& key) const {
  const auto line = lines_.find(frame);
  if (line == lines_.end() || line->second.key != key) return false;
  std::error_code failed;
  const std::filesystem::path file = pattern_.file(frame);
  return std::filesystem::is_regular_file(file, failed) &&
         sha256_file(file, ErrorKind::output) == line->second.sha256;
}

void FrameRecord::add(int64_t frame, const FrameKey& key, const std::string& sha256) {
  const Json line = {{"frame", frame}, {"key", key}, {"sha256", sha256}};
  // Begins with a line's end: what a crash has torn before it stays alone.
  const std::string text = "\n" + json_text(line) + "\n";
  append_to_file(file_, text);
  lines_[frame] = {key, sha256};
}

}  // namespace spectradiff
