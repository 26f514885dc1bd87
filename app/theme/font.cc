#include "app/theme/font.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_TRUETYPE_TABLES_H

#include <array>
#include <cstddef>
#include <mutex>
#include <unordered_map>

namespace epollscope {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kEllipsis = "…";

// One font file opened for measuring; a font that is not installed measures like a square grid,
// so that layout still works.
class Measure {
 public:
  Measure(FT_Library library, const FontFile& file) {
    if (file.path.empty()) return;
    if (FT_New_Face(library, file.path.c_str(), file.index, &face_) != 0) face_ = nullptr;
  }

  [[nodiscard]] std::uint32_t index_of(char32_t c) const {
    return face_ == nullptr ? 0 : FT_Get_Char_Index(face_, c);
  }
  [[nodiscard]] float advance(std::uint32_t index) const {
    if (face_ == nullptr || FT_Load_Glyph(face_, index, FT_LOAD_NO_SCALE) != 0) return 0.6F;
    return units(face_->glyph->metrics.horiAdvance);
  }
  [[nodiscard]] float em_height() const {
    return face_ == nullptr ? 1.2F : units(face_->ascender - face_->descender);
  }
  [[nodiscard]] float line_height() const { return face_ == nullptr ? 1.2F : units(face_->height); }
  [[nodiscard]] float cap_height() const {
    if (face_ == nullptr) return 0.7F;
    const void* table = FT_Get_Sfnt_Table(face_, FT_SFNT_OS2);
    const auto* os2 = static_cast<const TT_OS2*>(table);
    if (os2 != nullptr && os2->version >= 2 && os2->sCapHeight > 0) return units(os2->sCapHeight);
    if (FT_Load_Char(face_, 'H', FT_LOAD_NO_SCALE) != 0) return 0.7F;
    return units(face_->glyph->metrics.horiBearingY);
  }

 private:
  [[nodiscard]] float units(FT_Pos value) const {
    return static_cast<float>(value) / static_cast<float>(face_->units_per_EM);
  }
  FT_Face face_ = nullptr;
};

// A face: its Latin font, the Chinese one behind it, and what was measured already.
class Typeface {
 public:
  Typeface(FT_Library library, Face face)
      : latin_(library, font_file(face, false)), cjk_(library, font_file(face, true)) {}

  Glyph glyph(char32_t c) {
    const auto [at, fresh] = known_.try_emplace(c);
    if (!fresh) return at->second;
    Glyph& g = at->second;
    g.index = latin_.index_of(c);
    if (g.index == 0) {
      g.index = cjk_.index_of(c);
      g.cjk = g.index != 0;
    }
    g.advance = (g.cjk ? cjk_ : latin_).advance(g.index);
    return g;
  }
  [[nodiscard]] const Measure& font(bool cjk) const { return cjk ? cjk_ : latin_; }

 private:
  Measure latin_, cjk_;
  std::unordered_map<char32_t, Glyph> known_;
};

// The fonts of the process. FreeType's objects are not for two threads at once: hold `mutex`.
struct Fonts {
  std::mutex mutex;
  FT_Library library = [] {
    FT_Library made = nullptr;
    FT_Init_FreeType(&made);
    return made;
  }();
  std::array<Typeface, 4> faces{Typeface(library, Face::sans), Typeface(library, Face::sans_bold),
                                Typeface(library, Face::mono), Typeface(library, Face::mono_bold)};

  Typeface& of(Face face) { return faces.at(static_cast<std::size_t>(face)); }
};

// Kept open to the end of the process, and never closed: text may be measured by a destructor.
Fonts& fonts() {
  static Fonts& all = *new Fonts;
  return all;
}

float width_of(Typeface& face, std::string_view text) {
  float width = 0;
  while (!text.empty()) width += face.glyph(take_character(text)).advance;
  return width;
}

}  // namespace

char32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  std::size_t length = 1;
  char32_t c = first;
  if (first >= 0xF0 && first < 0xF5) {
    length = 4;
    c = first & 0x07U;
  } else if (first >= 0xE0) {
    length = 3;
    c = first & 0x0FU;
  } else if (first >= 0xC2) {
    length = 2;
    c = first & 0x1FU;
  }
  bool good = (first < 0x80 || (first >= 0xC2 && first < 0xF5)) && length <= text.size();
  for (std::size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xC0U) == 0x80U;
    c = (c << 6U) | (byte(i) & 0x3FU);
  }
  text.remove_prefix(good ? length : 1);
  return good ? c : kReplacement;
}

Glyph glyph_of(Face face, char32_t character) {
  Fonts& all = fonts();
  const std::scoped_lock lock(all.mutex);
  return all.of(face).glyph(character);
}

float text_width(Face face, float size, std::string_view text) {
  Fonts& all = fonts();
  const std::scoped_lock lock(all.mutex);
  return width_of(all.of(face), text) * size;
}

std::string shorten(Face face, float size, std::string_view text, float width) {
  if (text_width(face, size, text) <= width) return std::string(text);
  Fonts& all = fonts();
  const std::scoped_lock lock(all.mutex);
  Typeface& type = all.of(face);
  const float room = width / size - width_of(type, kEllipsis);
  if (room < 0) return {};
  std::string_view rest = text;
  std::size_t kept = 0;
  for (float used = 0; !rest.empty();) {
    used += type.glyph(take_character(rest)).advance;
    if (used > room) break;
    kept = text.size() - rest.size();
  }
  while (kept > 0 && text[kept - 1] == ' ') --kept;
  return std::string(text.substr(0, kept)).append(kEllipsis);
}

float cap_height(Face face, float size) {
  Fonts& all = fonts();
  const std::scoped_lock lock(all.mutex);
  return all.of(face).font(false).cap_height() * size;
}

float line_height(Face face, float size) {
  Fonts& all = fonts();
  const std::scoped_lock lock(all.mutex);
  return all.of(face).font(false).line_height() * size;
}

float em_height(Face face, bool cjk) {
  Fonts& all = fonts();
  const std::scoped_lock lock(all.mutex);
  return all.of(face).font(cjk).em_height();
}

}  // namespace epollscope
