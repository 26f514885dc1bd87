#include "app/draw/glyphs.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include <algorithm>
#include <array>
#include <cmath>

namespace epollscope::draw {
namespace {

constexpr int kPageSide = 1024;
constexpr std::size_t kMostPages = 12;
constexpr int kFractions = 4;
constexpr float kLargestSize = 256;  // larger text is this, enlarged

platform::Texture make_page_texture() {
  platform::Texture texture = platform::make_texture();
  const std::vector<std::uint8_t> nothing(static_cast<std::size_t>(kPageSide) * kPageSide, 0);
  glBindTexture(GL_TEXTURE_2D, texture.name());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  glTexImage2D(GL_TEXTURE_2D, 0, GL_R8, kPageSide, kPageSide, 0, GL_RED, GL_UNSIGNED_BYTE,
               nothing.data());
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  // ImGui's shader multiplies by the texture: make it read white with our coverage as alpha.
  const std::array<GLint, 4> white = {GL_ONE, GL_ONE, GL_ONE, GL_RED};
  glTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_RGBA, white.data());
  return texture;
}

}  // namespace

// FreeType's faces, opened when first needed.
struct Glyphs::Fonts {
  FT_Library library = nullptr;
  std::array<std::array<FT_Face, 2>, 4> faces{};

  Fonts() { FT_Init_FreeType(&library); }
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;
  ~Fonts() { FT_Done_FreeType(library); }  // and every face of it

  FT_Face open(Face face, bool cjk) {
    FT_Face& slot = faces.at(static_cast<std::size_t>(face)).at(cjk ? 1 : 0);
    const FontFile file = slot == nullptr ? font_file(face, cjk) : FontFile{};
    if (!file.path.empty() && FT_New_Face(library, file.path.c_str(), file.index, &slot) != 0) {
      slot = nullptr;
    }
    return slot;
  }
};

Glyphs::Glyphs() : fonts_(std::make_unique<Fonts>()) {}
Glyphs::~Glyphs() = default;

void Glyphs::new_frame() {
  if (pages_.size() <= kMostPages) return;
  pages_.clear();
  pictures_.clear();
}

void Glyphs::draw(ImDrawList& list, Face face, float size, float x, float y, ImU32 ink,
                  std::string_view text) {
  const float raster_size = std::min(size, kLargestSize);
  const float enlarge = size / raster_size;
  const int size_64 = static_cast<int>(std::lround(raster_size * 64));
  const float row = std::round(y);
  int bound = -1;
  for (float pen = x; !text.empty();) {
    const Glyph glyph = glyph_of(face, take_character(text));
    const auto quarters = static_cast<int>(std::lround(pen * kFractions));
    const int fraction = ((quarters % kFractions) + kFractions) % kFractions;
    const auto column = static_cast<float>(quarters - fraction) / kFractions;
    pen += glyph.advance * size;
    const Picture& picture = picture_of(face, glyph, size_64, fraction);
    if (picture.page < 0) continue;
    const ImVec2 min(column + picture.left * enlarge, row - picture.top * enlarge);
    const ImVec2 max(min.x + picture.width * enlarge, min.y + picture.height * enlarge);
    if (picture.page != bound) {
      if (bound >= 0) list.PopTextureID();
      bound = picture.page;
      const GLuint texture = pages_[static_cast<std::size_t>(bound)].texture.name();
      // ImTextureID is a pointer in one ImGui and a number in another: only this cast fits both.
      list.PushTextureID((ImTextureID)(std::intptr_t)texture);  // NOLINT(performance-no-int-to-ptr)
    }
    list.PrimReserve(6, 4);
    list.PrimRectUV(min, max, picture.uv_min, picture.uv_max, ink);
  }
  if (bound >= 0) list.PopTextureID();
}

const Glyphs::Picture& Glyphs::picture_of(Face face, const Glyph& glyph, int size_64,
                                          int fraction) {
  const std::uint64_t font = static_cast<std::uint64_t>(face) * 2 + (glyph.cjk ? 1 : 0);
  const std::uint64_t key = (font << 56U) | (static_cast<std::uint64_t>(size_64) << 36U) |
                            (static_cast<std::uint64_t>(fraction) << 32U) | glyph.index;
  const auto [at, fresh] = pictures_.try_emplace(key);
  if (fresh) at->second = rasterise(face, glyph, size_64, fraction);
  return at->second;
}

Glyphs::Picture Glyphs::rasterise(Face face, const Glyph& glyph, int size_64, int fraction) {
  FT_Face font = fonts_->open(face, glyph.cjk);
  if (font == nullptr || FT_Set_Char_Size(font, 0, size_64, 72, 72) != 0) return {};
  if (FT_Load_Glyph(font, glyph.index, FT_LOAD_TARGET_LIGHT | FT_LOAD_NO_BITMAP) != 0) return {};
  FT_GlyphSlot slot = font->glyph;
  if (slot->format != FT_GLYPH_FORMAT_OUTLINE) return {};
  FT_Outline_Translate(&slot->outline, FT_Pos{fraction} * (64 / kFractions), 0);
  if (FT_Render_Glyph(slot, FT_RENDER_MODE_NORMAL) != 0) return {};
  const FT_Bitmap& bitmap = slot->bitmap;
  const auto width = static_cast<int>(bitmap.width);
  const auto height = static_cast<int>(bitmap.rows);
  if (width == 0 || height == 0 || width >= kPageSide || height >= kPageSide) return {};

  Page& page = page_with_room(width, height);
  glBindTexture(GL_TEXTURE_2D, page.texture.name());
  glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, bitmap.pitch);
  glTexSubImage2D(GL_TEXTURE_2D, 0, page.x, page.y, width, height, GL_RED, GL_UNSIGNED_BYTE,
                  bitmap.buffer);
  glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);

  Picture picture;
  picture.left = static_cast<float>(slot->bitmap_left);
  picture.top = static_cast<float>(slot->bitmap_top);
  picture.width = static_cast<float>(width);
  picture.height = static_cast<float>(height);
  const auto uv = [](int texel) { return static_cast<float>(texel) / kPageSide; };
  picture.uv_min = {uv(page.x), uv(page.y)};
  picture.uv_max = {uv(page.x + width), uv(page.y + height)};
  picture.page = static_cast<int>(pages_.size()) - 1;
  page.x += width + 1;
  page.row_height = std::max(page.row_height, height + 1);
  return picture;
}

Glyphs::Page& Glyphs::page_with_room(int width, int height) {
  if (!pages_.empty()) {
    Page& page = pages_.back();
    if (page.x + width > kPageSide) {
      page.x = 0;
      page.y += page.row_height;
      page.row_height = 0;
    }
    if (page.y + height <= kPageSide) return page;
  }
  pages_.push_back({make_page_texture()});
  return pages_.back();
}

}  // namespace epollscope::draw
