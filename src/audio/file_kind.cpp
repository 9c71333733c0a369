#include "file_kind.h"

#include <algorithm>
#include <cctype>

#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

using namespace std::string_view_literals;

struct Signature {
  size_t offset;
  std::string_view bytes;
  const char* kind;
  bool may_hold_sound = false;
};

constexpr Signature kSignatures[] = {
    {0, "\x89PNG\r\n\x1a\n"sv, "a PNG picture"},
    {0, "\xff\xd8\xff"sv, "a JPEG picture"},
    {0, "GIF8"sv, "a GIF picture"},
    {8, "WEBP"sv, "a WebP picture"},
    {0, "PK\x03\x04"sv, "a ZIP archive"},
    {0, "\x1f\x8b"sv, "a gzip archive"},
    {0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive"},
    {0, "%PDF"sv, "a PDF document"},
    {0,
     "\x7f"
     "ELF"sv,
     "a program"},
    {8, "AVI "sv, "an AVI video", true},
    {4, "ftyp"sv, "an MP4 or M4A file", true},
    {0, "\x1a\x45\xdf\xa3"sv, "a Matroska or WebM file", true},
    {0, "\x30\x26\xb2\x75"sv, "a WMA or WMV file", true},
    {0, "BW64"sv, "a BW64 file", true},
};

bool starts_without_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

// The head may end within a character: up to three bytes are not held against it.
bool is_text(std::string_view head) {
  const bool printable = std::all_of(head.begin(), head.end(), [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t' || byte == '\f';
  });
  if (!printable) return false;
  for (size_t cut = 0; cut <= std::min<size_t>(3, head.size()); ++cut) {
    if (is_valid_utf8(head.substr(0, head.size() - cut))) return true;
  }
  return false;
}

}  // namespace

FileKind file_kind(std::string_view head) {
  for (const Signature& signature : kSignatures) {
    if (head.size() >= signature.offset && head.substr(signature.offset).starts_with(signature.bytes)) {
      return {signature.kind, signature.may_hold_sound};
    }
  }
  if (head.empty()) return {"an empty file", false};
  if (std::all_of(head.begin(), head.end(), [](char byte) { return byte == '\0'; }))
    return {"a file of zeros", false};
  if (!is_text(head)) return {};

  std::string_view text = head;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (starts_without_case(text, "<!doctype html") || starts_without_case(text, "<html")) {
    return {"an HTML page (a download that failed?)", false};
  }
  if (text.starts_with("RIFF") || text.starts_with("RIFX") || text.starts_with("fLaC") ||
      text.starts_with("OggS")) {
    return {"a sound file that was cut off in its header", false};
  }
  return {"a text file", false};
}

}  // namespace spectradiff
