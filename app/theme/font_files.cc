// Which font file serves which face: a question for fontconfig, asked once for all faces.
#include <fontconfig/fontconfig.h>

#include <array>
#include <memory>
#include <string_view>

#include "app/theme/font.h"

namespace epollscope {
namespace {

struct Wish {
  const char* family;
  const char* generic;  // what else will do
  int weight;
  const char* language;
};

Wish wish_for(Face face, bool cjk) {
  const bool mono = face == Face::mono || face == Face::mono_bold;
  const bool bold = face == Face::sans_bold || face == Face::mono_bold;
  // Noto's monospaced CJK fonts pair badly with JetBrains Mono's wide letters, and a Chinese
  // character is a square in either.
  if (cjk) {
    return {"Noto Sans CJK SC", "sans-serif", bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR, "zh-cn"};
  }
  if (mono) {
    return {"JetBrains Mono", "monospace", bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR, "en"};
  }
  return {"Inter", "sans-serif", bold ? FC_WEIGHT_SEMIBOLD : FC_WEIGHT_REGULAR, "en"};
}

// What a Chinese font has to have. Of the fonts that do, the family asked for wins; without this
// any other sans-serif would come before a Chinese font of another name.
constexpr std::u32string_view kChinese = U"就绪列表";

struct Release {
  void operator()(FcCharSet* s) const { FcCharSetDestroy(s); }
  void operator()(FcConfig* c) const { FcConfigDestroy(c); }
  void operator()(FcPattern* p) const { FcPatternDestroy(p); }
};

FontFile match(FcConfig* config, const Wish& wish, bool cjk) {
  const std::unique_ptr<FcPattern, Release> pattern(FcPatternCreate());
  const auto add = [&](const char* object, const char* value) {
    // fontconfig's strings are unsigned char by its own convention
    FcPatternAddString(pattern.get(), object, reinterpret_cast<const FcChar8*>(value));
  };
  add(FC_FAMILY, wish.family);
  add(FC_FAMILY, wish.generic);
  add(FC_LANG, wish.language);
  if (cjk) {
    const std::unique_ptr<FcCharSet, Release> characters(FcCharSetCreate());
    for (const char32_t c : kChinese) FcCharSetAddChar(characters.get(), c);
    FcPatternAddCharSet(pattern.get(), FC_CHARSET, characters.get());
  }
  FcPatternAddInteger(pattern.get(), FC_WEIGHT, wish.weight);
  FcPatternAddInteger(pattern.get(), FC_SLANT, FC_SLANT_ROMAN);
  FcPatternAddBool(pattern.get(), FC_OUTLINE, FcTrue);
  FcConfigSubstitute(config, pattern.get(), FcMatchPattern);
  FcDefaultSubstitute(pattern.get());
  FcResult result = FcResultMatch;
  const std::unique_ptr<FcPattern, Release> found(FcFontMatch(config, pattern.get(), &result));
  FcChar8* path = nullptr;
  int index = 0;
  if (!found || FcPatternGetString(found.get(), FC_FILE, 0, &path) != FcResultMatch) return {};
  FcPatternGetInteger(found.get(), FC_INDEX, 0, &index);
  // The upper half of fontconfig's index names an instance of a variable font; FreeType reads
  // it the same way.
  return {reinterpret_cast<const char*>(path), index};
}

using Files = std::array<std::array<FontFile, 2>, 4>;

Files find_all() {
  Files files;
  const std::unique_ptr<FcConfig, Release> config(FcInitLoadConfigAndFonts());
  if (!config) return files;
  for (int face = 0; face < 4; ++face) {
    for (int cjk = 0; cjk < 2; ++cjk) {
      files.at(static_cast<std::size_t>(face)).at(static_cast<std::size_t>(cjk)) =
          match(config.get(), wish_for(static_cast<Face>(face), cjk == 1), cjk == 1);
    }
  }
  return files;
}

}  // namespace

FontFile font_file(Face face, bool cjk) {
  static const Files files = find_all();
  return files.at(static_cast<std::size_t>(face)).at(cjk ? 1 : 0);
}

}  // namespace epollscope
