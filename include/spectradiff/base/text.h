// Small helpers over text: UTF-8 checks and the nearest known name for a misspelt one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spectradiff {

// The most of anything that is read as text: settings, manifests, lists.
inline constexpr uint64_t kMaxTextBytes = 16 << 20;

bool is_valid_utf8(std::string_view text);

// Bytes of the first character of `text`; 0 when it is malformed or `text` is empty.
size_t utf8_character_length(std::string_view text);

// The characters of `text` in order; each byte of what is malformed stands alone.
std::vector<std::string_view> utf8_characters(std::string_view text);

// Fit for a terminal: control characters but line feeds, and bytes that are no UTF-8, stand as \x1b.
std::string printable(std::string_view text);

// The first `most` characters, and "…" where there are more.
std::string shortened(std::string_view text, size_t most);

// "1 frame", "15 frames": of nouns that take an s.
std::string counted(int64_t count, std::string_view noun);

// "1:02:03" with hours, "62:03" without.
std::string clock_text(int64_t seconds, bool hours);

// The candidate with the smallest edit distance, when it is close enough to be a likely slip.
std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> candidates);

// " (did you mean 'fps'?)" or "".
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

// UTF-8's, with which some editors begin a file.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
std::string_view without_byte_order_mark(std::string_view text);

// Without the spaces, tabs and line ends around it.
std::string_view trimmed(std::string_view text);

// The first line of `text`, which loses it; without its end, LF or CR LF.
std::string_view take_line(std::string_view& text);

// What lies between the separators, empty parts too: one part more than there are separators.
std::vector<std::string_view> split(std::string_view text, char separator);

bool is_digit(char c);

// Nothing but digits of ASCII; so it is of an empty text.
bool all_digits(std::string_view text);

// A control character of ASCII: in a message it would garble the line.
bool is_control(char c);

std::string join(std::span<const std::string> parts, std::string_view separator);

}  // namespace spectradiff
