// The order of drawing. A scene is a list of shapes from back to front; drawing each by itself
// would change programs at every word. So shapes are gathered into a layer for as long as nothing
// in it lies below something that the layer draws later, and a layer is
//
//   insides of large boxes · boxes · boxes that shine or have dashes · strokes
//                      one draw call each, instances of a quad (instanced.h)
//   polygons · text    ImGui's own triangles
//
// from bottom to top. A shape that must lie above a later kind of the same layer begins another.
// So does a clip, but only where something reaches beyond it: mostly all lies inside.
#pragma once

#include <imgui.h>

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "app/draw/glyphs.h"
#include "app/draw/instanced.h"

namespace epollscope::draw {

class Layers {
 public:
  Layers(ImDrawList& list, Glyphs& glyphs, Instanced& instanced)
      : list_(list), glyphs_(glyphs), instanced_(instanced) {}

  // All but its part, which is decided here: of a large box only the edges need signed distances.
  void box(BoxInstance box);
  // The pieces of one path.
  void stroke(std::span<const StrokeInstance> pieces);
  void polygon(std::vector<ImVec2> clockwise, ImU32 ink);
  // `words` must live until finish().
  void text(Face face, float size, ImVec2 at, ImU32 ink, std::string_view words, float width);

  // On whole pixels.
  void push_clip(ImVec2 min, ImVec2 max);
  void pop_clip();

  // Draws what is left. Nothing is drawn without it.
  void end();

 private:
  enum Kind : std::size_t { kFlat, kBox, kFancy, kStroke, kPolygon, kText, kKinds };
  struct Extent {  // pixels
    float left = 0, top = 0, right = 0, bottom = 0;
    [[nodiscard]] Extent meet(const Extent& other) const;   // what both hold
    [[nodiscard]] Extent unite(const Extent& other) const;  // the least that holds both
    friend bool operator==(const Extent&, const Extent&) = default;
  };
  // Rectangles, looked up by where they overlap another; in bands, because a scene has thousands.
  class Cover {
   public:
    void add(const Extent& extent);
    [[nodiscard]] bool touches(const Extent& extent) const;
    void clear();

   private:
    std::vector<std::vector<Extent>> bands_;
  };
  static constexpr Extent kEverything{-1e9F, -1e9F, 1e9F, 1e9F};  // as a clip it cuts nothing off
  struct Words {
    Face face;
    float size;
    ImVec2 at;
    ImU32 ink;
    std::string_view words;
  };
  struct Area {
    std::vector<ImVec2> points;
    ImU32 ink;
  };

  // Whether anything of it is to be seen; afterwards what is drawn is clipped as it has to be.
  bool clip_to_see(const Extent& extent);
  // Begins another layer if a shape of this kind would lie below one of a later kind.
  void make_room(Kind kind, const Extent& extent);
  bool enter(Kind kind, const Extent& extent);
  void note(Kind kind, const Extent& extent);
  void part_of_box(BoxInstance box, ImVec2 min, ImVec2 max);
  void clip_to(const Extent& clip);
  void finish();  // the layer

  ImDrawList& list_;
  Glyphs& glyphs_;
  Instanced& instanced_;
  std::vector<FlatInstance> flats_;
  std::vector<BoxInstance> boxes_, fancy_;
  std::vector<StrokeInstance> strokes_;
  std::vector<Area> areas_;
  std::vector<Words> words_;
  std::array<Cover, kKinds> drawn_;            // by kind
  std::vector<Extent> clips_ = {kEverything};  // each inside the one before
  Extent drawn_in_ = kEverything;              // what `list_` clips to now
};

}  // namespace epollscope::draw
