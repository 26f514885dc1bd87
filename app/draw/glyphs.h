// Text of a scene in pixels. ImGui's own atlas is fixed when a frame begins, rounds every
// advance to a pixel and knows one size a font; a scene wants any character at any size, each
// exactly where app/theme measured it. So glyphs are rasterised when first seen (FreeType, light
// hinting: crisp rows, true widths), at four horizontal fractions of a pixel, into textures of
// our own, and drawn into the same ImDrawList.
#pragma once

#include <imgui.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/platform/gl.h"
#include "app/theme/font.h"

namespace epollscope::draw {

class Glyphs {
 public:
  Glyphs();
  Glyphs(const Glyphs&) = delete;
  Glyphs& operator=(const Glyphs&) = delete;
  ~Glyphs();

  // Call it between frames: drops everything once it has grown past a sane size.
  void new_frame();

  // Draws text whose pen starts at x (any fraction) on a baseline at y (rounded to a row).
  // `size` is that of the em square; all in pixels.
  void draw(ImDrawList& list, Face face, float size, float x, float y, ImU32 ink,
            std::string_view text);

 private:
  struct Picture {  // of one glyph: where it lies from the pen, and in which texture
    float left = 0, top = 0, width = 0, height = 0;
    ImVec2 uv_min, uv_max;
    int page = -1;  // -1: nothing to draw, a space
  };
  struct Page {  // filled row by row
    platform::Texture texture;
    int x = 0, y = 0, row_height = 0;
  };
  struct Fonts;

  const Picture& picture_of(Face face, const Glyph& glyph, int size_64, int fraction);
  Picture rasterise(Face face, const Glyph& glyph, int size_64, int fraction);
  Page& page_with_room(int width, int height);

  std::unique_ptr<Fonts> fonts_;
  std::vector<Page> pages_;
  std::unordered_map<std::uint64_t, Picture> pictures_;
};

}  // namespace epollscope::draw
