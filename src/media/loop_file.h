// A comment put into finished GIF, WebP and APNG files. Private to this module; media/loop.h reads it back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spectradiff {

// The same file with a comment of UTF-8: GIF's comment extension, APNG's iTXt, XMP's description in WebP; a
// WebP that does not move stays without.
std::string with_loop_comment(std::string bytes, std::string_view comment);

// The last picture of an animated WebP shown so long that all last `ms`; libwebp guesses that.
void set_webp_duration(std::string& bytes, int64_t ms);

}  // namespace spectradiff
