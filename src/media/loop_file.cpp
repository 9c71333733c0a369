#include "loop_file.h"

extern "C" {
#include <libavutil/crc.h>
}

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "spectradiff/base/error.h"
#include "spectradiff/media/loop.h"

namespace spectradiff {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kGif = "GIF8"sv, kPng = "\x89PNG\r\n\x1A\n"sv, kRiff = "RIFF"sv, kWebp = "WEBP"sv;
constexpr std::string_view kPngComment =
    "Comment\0\0\0\0\0"sv;  // keyword, not packed, no language, no translation
constexpr std::string_view kXmpBegin =
    R"(<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">)"
    R"(<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>)"
    R"(<rdf:li xml:lang="x-default">)";
constexpr std::string_view kXmpEnd =
    "</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>";
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kEscapes = {
    {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}}};

// Thrown where a file ends too early or holds what its format does not; read_loop() says so.
struct Broken {};

std::string_view part(std::string_view bytes, size_t begin, size_t count) {
  if (begin > bytes.size() || count > bytes.size() - begin) throw Broken();
  return bytes.substr(begin, count);
}

uint32_t little_endian(std::string_view bytes, size_t begin, size_t count) {
  uint32_t number = 0;
  for (const char c : part(bytes, begin, count))
    number = number >> 8 | uint32_t{static_cast<uint8_t>(c)} << 24;
  return number >> (32 - 8 * count);
}

uint32_t big_endian(std::string_view bytes, size_t begin, size_t count) {
  uint32_t number = 0;
  for (const char c : part(bytes, begin, count)) number = number << 8 | static_cast<uint8_t>(c);
  return number;
}

std::string little_endian_text(uint32_t number, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += static_cast<char>(number >> (8 * i) & 0xFF);
  return text;
}

std::string big_endian_text(uint32_t number) {
  std::string text = little_endian_text(number, 4);
  std::reverse(text.begin(), text.end());
  return text;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// GIF's data come in sub-blocks of up to 255 bytes; the empty one ends them. `at` moves behind it.
std::string sub_blocks(std::string_view bytes, size_t& at) {
  std::string data;
  for (;;) {
    const size_t count = little_endian(bytes, at++, 1);
    if (count == 0) return data;
    data += part(bytes, at, count);
    at += count;
  }
}

size_t colour_table_bytes(uint32_t flags) {
  return flags & 0x80 ? size_t{3} << ((flags & 7) + 1) : 0;
}

LoopFacts read_gif(std::string_view bytes) {
  LoopFacts facts;
  size_t at = 13 + colour_table_bytes(little_endian(bytes, 10, 1));
  for (;;) {
    const uint32_t kind = little_endian(bytes, at++, 1);
    if (kind == ';') return facts;
    if (kind == ',') {
      ++facts.pictures;
      at += 9 + colour_table_bytes(little_endian(bytes, at + 8, 1)) + 1;
      sub_blocks(bytes, at);
      continue;
    }
    if (kind != '!') throw Broken();
    const uint32_t label = little_endian(bytes, at++, 1);
    const std::string data = sub_blocks(bytes, at);
    if (label == 0xF9) facts.duration_s += little_endian(data, 1, 2) / 100.0;
    if (label == 0xFE) facts.comment = data;
    if (label == 0xFF && data.starts_with("NETSCAPE2.0")) facts.is_endless = little_endian(data, 12, 2) == 0;
  }
}

LoopFacts read_png(std::string_view bytes) {
  LoopFacts facts;
  bool moves = false;
  for (size_t at = kPng.size();;) {
    const size_t count = big_endian(bytes, at, 4);
    const std::string_view type = part(bytes, at + 4, 4), data = part(bytes, at + 8, count);
    at += 12 + count;
    if (type == "IEND") break;
    if (type == "acTL") {
      moves = true;
      facts.is_endless = big_endian(data, 4, 4) == 0;
    } else if (type == "fcTL") {
      ++facts.pictures;
      const uint32_t den = big_endian(data, 22, 2);
      facts.duration_s += big_endian(data, 20, 2) / static_cast<double>(den == 0 ? 100 : den);
    } else if (type == "iTXt" && data.starts_with(kPngComment)) {
      facts.comment = data.substr(kPngComment.size());
    }
  }
  if (!moves) facts.pictures = 1;
  return facts;
}

// Each chunk's type, where its data begin, and how many bytes they are.
void each_webp_chunk(std::string_view bytes,
                     const std::function<void(std::string_view type, size_t begin, size_t count)>& visit) {
  const size_t end = 8 + size_t{little_endian(bytes, 4, 4)};
  part(bytes, 0, end);
  for (size_t at = 12; at + 8 <= end;) {
    const size_t count = little_endian(bytes, at + 4, 4);
    part(bytes, at + 8, count);
    visit(bytes.substr(at, 4), at + 8, count);
    at += 8 + count + count % 2;
  }
}

LoopFacts read_webp(std::string_view bytes) {
  LoopFacts facts;
  each_webp_chunk(bytes, [&](std::string_view type, size_t begin, size_t count) {
    const std::string_view data = bytes.substr(begin, count);
    if (type == "VP8 " || type == "VP8L") facts.pictures = 1;
    if (type == "ANIM") facts.is_endless = little_endian(data, 4, 2) == 0;
    if (type == "ANMF") {
      ++facts.pictures;
      facts.duration_s += little_endian(data, 12, 3) / 1000.0;
    }
    if (type != "XMP ") return;
    const size_t from = data.find(kXmpBegin), to = data.rfind(kXmpEnd);
    if (from == data.npos || to == data.npos) return;
    facts.comment = data.substr(from + kXmpBegin.size(), to - from - kXmpBegin.size());
    for (auto each = kEscapes.rbegin(); each != kEscapes.rend(); ++each)
      replace_all(facts.comment, each->second, each->first);
  });
  return facts;
}

std::string gif_comment(std::string_view comment) {
  constexpr size_t kMost = 255;
  std::string block = "!\xFE";
  for (; !comment.empty(); comment.remove_prefix(std::min(kMost, comment.size()))) {
    const std::string_view piece = comment.substr(0, kMost);
    block += static_cast<char>(piece.size());
    block += piece;
  }
  return block + '\0';
}

std::string png_comment(std::string_view comment) {
  const std::string typed = "iTXt" + std::string(kPngComment) + std::string(comment);
  const uint32_t crc = av_crc(av_crc_get_table(AV_CRC_32_IEEE_LE), 0xFFFFFFFFU,
                              reinterpret_cast<const uint8_t*>(typed.data()), typed.size());
  return big_endian_text(static_cast<uint32_t>(typed.size() - 4)) + typed +
         big_endian_text(crc ^ 0xFFFFFFFFU);
}

std::string webp_comment(std::string_view comment) {
  std::string text(comment);
  for (const auto& [sign, escape] : kEscapes) replace_all(text, sign, escape);
  text = std::string(kXmpBegin) + text + std::string(kXmpEnd);
  const auto count = static_cast<uint32_t>(text.size());
  return "XMP " + little_endian_text(count, 4) + text + std::string(count % 2, '\0');
}

}  // namespace

bool begins_as_loop(std::string_view bytes) {
  return bytes.starts_with(kGif) || bytes.starts_with(kPng) ||
         (bytes.starts_with(kRiff) && bytes.substr(std::min<size_t>(8, bytes.size())).starts_with(kWebp));
}

LoopFacts read_loop(std::string_view bytes, const std::string& name) {
  try {
    if (bytes.starts_with(kGif)) return read_gif(bytes);
    if (bytes.starts_with(kPng)) return read_png(bytes);
    if (begins_as_loop(bytes)) return read_webp(bytes);
  } catch (const Broken&) {
    throw_error(ErrorKind::input, "{} is damaged or ends too early", name);
  }
  throw_error(ErrorKind::input, "{} is no GIF, WebP or APNG", name);
}

std::string with_loop_comment(std::string bytes, std::string_view comment) {
  if (comment.empty()) return bytes;
  if (bytes.starts_with(kGif)) return bytes.insert(bytes.size() - 1, gif_comment(comment));
  constexpr size_t kEndChunk = 12;  // IEND
  if (bytes.starts_with(kPng)) return bytes.insert(bytes.size() - kEndChunk, png_comment(comment));
  constexpr size_t kFlags = 20;
  constexpr char kHasXmp = 0x04;
  if (part(bytes, 12, 4) != "VP8X") return bytes;
  bytes[kFlags] = static_cast<char>(bytes[kFlags] | kHasXmp);
  bytes += webp_comment(comment);
  return bytes.replace(4, 4, little_endian_text(static_cast<uint32_t>(bytes.size() - 8), 4));
}

void set_webp_duration(std::string& bytes, int64_t ms) {
  size_t last = 0;
  int64_t before_last = 0, sum = 0;
  each_webp_chunk(bytes, [&](std::string_view type, size_t begin, size_t) {
    if (type != "ANMF") return;
    last = begin + 12;
    before_last = sum;
    sum += little_endian(bytes, last, 3);
  });
  if (last > 0) bytes.replace(last, 3, little_endian_text(static_cast<uint32_t>(ms - before_last), 3));
}

}  // namespace spectradiff
