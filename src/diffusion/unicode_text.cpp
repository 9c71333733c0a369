#include "unicode_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

// No composition, mark or case pair lies below it but the ASCII and Latin-1 letters that lowercase handles.
constexpr char32_t kFirstCombining = 0x300;

// Marks that Unicode 10 to 14 brought, and a vowel sign that makes a composition there. To the tables of
// Unicode 9, which the Hugging Face tokenizers normalize with, they are characters like any other: they keep
// their place, and nothing composes across them.
constexpr std::pair<char32_t, char32_t> kLateMarks[] = {
    {0x7FD, 0x7FD},     {0x898, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},     {0xC3C, 0xC3C},
    {0xD3B, 0xD3C},     {0xEBA, 0xEBA},     {0x1715, 0x1715},   {0x1ABF, 0x1ACE},   {0x1DF6, 0x1DFA},
    {0xA82C, 0xA82C},   {0x10D24, 0x10D27}, {0x10EAB, 0x10EAC}, {0x10F46, 0x10F50}, {0x10F82, 0x10F85},
    {0x11070, 0x11070}, {0x1133B, 0x1133B}, {0x1145E, 0x1145E}, {0x11839, 0x1183A}, {0x11930, 0x11930},
    {0x1193D, 0x1193E}, {0x11943, 0x11943}, {0x119E0, 0x119E0}, {0x11A34, 0x11A34}, {0x11A47, 0x11A47},
    {0x11A99, 0x11A99}, {0x11D42, 0x11D42}, {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x16FF0, 0x16FF1},
    {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF}};

bool is_late_mark(char32_t c) {
  const auto* range = std::lower_bound(std::begin(kLateMarks), std::end(kLateMarks), c,
                                       [](const auto& marks, char32_t mark) { return marks.second < mark; });
  return range != std::end(kLateMarks) && c >= range->first;
}

int combining_class(utf8proc_int32_t c) {
  return utf8proc_get_property(c)->combining_class;
}

// Fully decomposed, marks in canonical order. utf8proc's own ordering swaps neighbours, which a long run of
// marks makes quadratic.
std::vector<utf8proc_int32_t> decompose(std::u32string_view text) {
  constexpr int kLongestDecomposition = 32;
  std::vector<utf8proc_int32_t> decomposed;
  decomposed.reserve(text.size() + 2);
  for (char32_t c : text) {
    utf8proc_int32_t parts[kLongestDecomposition];
    int boundary = UTF8PROC_BOUNDCLASS_START;
    const auto count = utf8proc_decompose_char(
        static_cast<utf8proc_int32_t>(c), parts, kLongestDecomposition,
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE), &boundary);
    if (count < 0 || count > kLongestDecomposition) {
      throw_error(ErrorKind::internal, "U+{:04X} cannot be decomposed: {}", static_cast<uint32_t>(c),
                  utf8proc_errmsg(count));
    }
    decomposed.insert(decomposed.end(), parts, parts + count);
  }
  for (auto at = decomposed.begin(); at != decomposed.end();) {
    const auto is_mark = [](utf8proc_int32_t c) { return combining_class(c) != 0; };
    const auto first = std::find_if(at, decomposed.end(), is_mark);
    at = std::find_if_not(first, decomposed.end(), is_mark);
    std::stable_sort(first, at, [](auto a, auto b) { return combining_class(a) < combining_class(b); });
  }
  return decomposed;
}

std::u32string compose_run(std::u32string_view text) {
  std::vector<utf8proc_int32_t> buffer = decompose(text);
  const auto length =
      utf8proc_normalize_utf32(buffer.data(), static_cast<utf8proc_ssize_t>(buffer.size()),
                               static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (length < 0) throw_error(ErrorKind::internal, "text cannot be composed: {}", utf8proc_errmsg(length));
  return {buffer.begin(), buffer.begin() + length};
}

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

}  // namespace

std::u32string decode_utf8(std::string_view text) {
  std::u32string decoded;
  decoded.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    utf8proc_int32_t c = 0;
    const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + at,
                                         static_cast<utf8proc_ssize_t>(text.size() - at), &c);
    if (length <= 0) throw_error(ErrorKind::internal, "invalid UTF-8 at byte {}", at);
    decoded.push_back(static_cast<char32_t>(c));
    at += static_cast<size_t>(length);
  }
  return decoded;
}

std::string encode_utf8(std::u32string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (char32_t c : text) {
    utf8proc_uint8_t bytes[4];
    const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), bytes);
    encoded.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
  }
  return encoded;
}

std::u32string compose(std::u32string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char32_t c) { return c < kFirstCombining; }))
    return std::u32string(text);
  std::u32string composed;
  for (auto at = text.begin(); at != text.end();) {
    const auto late = std::find_if(at, text.end(), is_late_mark);
    composed += compose_run({at, late});
    at = late;
    if (at != text.end()) composed += *at++;
  }
  return composed;
}

std::u32string lowercase(std::u32string_view text) {
  constexpr char32_t kCapitalDottedI = 0x130;
  std::u32string lower;
  lower.reserve(text.size());
  for (char32_t c : text) {
    if (c == kCapitalDottedI) {
      lower += U"i\u0307";
    } else {
      lower += static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
    }
  }
  return lower;
}

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_letter(char32_t c) {
  const utf8proc_category_t is = category(c);
  return is >= UTF8PROC_CATEGORY_LU && is <= UTF8PROC_CATEGORY_LO;
}

bool is_number(char32_t c) {
  const utf8proc_category_t is = category(c);
  return is >= UTF8PROC_CATEGORY_ND && is <= UTF8PROC_CATEGORY_NO;
}

bool is_word(char32_t c) {
  const utf8proc_category_t is = category(c);
  const bool enclosed_letter = (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) ||
                               (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
  const bool joiner = c == 0x200C || c == 0x200D;
  return is_letter(c) || enclosed_letter || joiner ||
         (is >= UTF8PROC_CATEGORY_MN && is <= UTF8PROC_CATEGORY_NL) || is == UTF8PROC_CATEGORY_PC;
}

}  // namespace spectradiff
