#include "text_runs.h"

#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>

#include <string_view>

#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

using FontPattern = std::unique_ptr<FcPattern, decltype(&FcPatternDestroy)>;
using CharacterSet = std::unique_ptr<FcCharSet, decltype(&FcCharSetDestroy)>;

// The nearest to `family` that has `character`, if any has; null without fonts.
FontPattern match(const char* family, bool bold, const FcChar32* character) {
  const FontPattern wanted(FcPatternCreate(), &FcPatternDestroy);
  FcPatternAddString(wanted.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>(family));
  FcPatternAddInteger(wanted.get(), FC_WEIGHT, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_NORMAL);
  if (character != nullptr) {
    const CharacterSet characters(FcCharSetCreate(), &FcCharSetDestroy);
    FcCharSetAddChar(characters.get(), *character);
    FcPatternAddCharSet(wanted.get(), FC_CHARSET, characters.get());
    FcPatternAddBool(wanted.get(), FC_SCALABLE, FcTrue);
  }
  FcConfigSubstitute(nullptr, wanted.get(), FcMatchPattern);
  FcDefaultSubstitute(wanted.get());
  FcResult result{};
  return {FcFontMatch(nullptr, wanted.get(), &result), &FcPatternDestroy};
}

bool has(const FontPattern& font, FcChar32 character) {
  FcCharSet* characters = nullptr;
  return font && FcPatternGetCharSet(font.get(), FC_CHARSET, 0, &characters) == FcResultMatch &&
         FcCharSetHasChar(characters, character) == FcTrue;
}

FontFace face_of(const char* family, bool bold) {
  return {cairo_toy_font_face_create(family, CAIRO_FONT_SLANT_NORMAL,
                                     bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL),
          &cairo_font_face_destroy};
}

}  // namespace

std::vector<TextRun> text_runs(const std::string& text, const char* family, bool bold) {
  std::vector<TextRun> runs;
  const FontPattern own = match(family, bold, nullptr);
  FontPattern current(nullptr, &FcPatternDestroy);  // null: `family`
  for (const std::string_view letter : utf8_characters(text)) {
    FcChar32 character = 0;
    FcUtf8ToUcs4(reinterpret_cast<const FcChar8*>(letter.data()), &character,
                 static_cast<int>(letter.size()));
    bool starts = runs.empty();
    if (has(own, character)) {
      starts = starts || current;
      current.reset();
    } else if (!has(current, character)) {
      FontPattern other = match(family, bold, &character);
      if (!has(other, character)) other.reset();
      starts = starts || current || other;
      current = std::move(other);
    }
    if (starts)
      runs.push_back(
          {current ? FontFace(cairo_ft_font_face_create_for_pattern(current.get()), &cairo_font_face_destroy)
                   : face_of(family, bold),
           ""});
    runs.back().text += letter;
  }
  return runs;
}

}  // namespace spectradiff
