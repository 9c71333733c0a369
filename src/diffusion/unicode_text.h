// The Unicode that tokenizing needs: code points, canonical composition, lower case, character classes.
// utf8proc's door.
#pragma once

#include <string>
#include <string_view>

namespace spectradiff {

std::u32string decode_utf8(std::string_view valid_utf8);
std::string encode_utf8(std::u32string_view text);

// Normalization form C of Unicode 9, as the Hugging Face tokenizers have it. Linear but for the sorting of
// runs of combining marks.
std::u32string compose(std::u32string_view text);

// Every code point by itself, as Rust's char::to_lowercase: no final sigma, no locale.
std::u32string lowercase(std::u32string_view text);

bool is_space(char32_t c);   // the property White_Space
bool is_letter(char32_t c);  // category L
bool is_number(char32_t c);  // category N
// \w: letters, enclosed ones too, marks, decimal digits, connector punctuation, joiners
bool is_word(char32_t c);

}  // namespace spectradiff
