// A pen for scenes: every text is measured and cut to the room it is given, hits are cut to the
// clip they lie in, and what is selected or under the mouse gets its outline. Private to the room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/i18n/i18n.h"
#include "app/scene/scene.h"
#include "app/scene/stage.h"

namespace epollscope::scene {

// A way to set text: face, size in dp and colour.
struct Type {
  Face face = Face::sans;
  float size = 12;
  Role color = Role::text;
  [[nodiscard]] Type in(Role other) const { return {face, size, other}; }
  [[nodiscard]] Type at(float other) const { return {face, other, color}; }
};

namespace type {
inline constexpr Type kZone{Face::sans_bold, 11.5F, Role::text_dim};
inline constexpr Type kTitle{Face::sans_bold, 22, Role::text};
inline constexpr Type kProse{Face::sans, 15, Role::text};
inline constexpr Type kHead{Face::sans_bold, 13.5F, Role::text};
inline constexpr Type kNote{Face::sans, 12, Role::text_faint};
inline constexpr Type kWord{Face::sans, 12, Role::text};
inline constexpr Type kName{Face::mono_bold, 15, Role::text};
inline constexpr Type kFd{Face::mono, 12, Role::text_dim};
inline constexpr Type kCode{Face::mono, 12.6F, Role::text};
inline constexpr Type kFlag{Face::mono_bold, 12, Role::in};
inline constexpr Type kBadge{Face::mono_bold, 9.5F, Role::on_badge};
}  // namespace type

class Sketch {
 public:
  Sketch(Scene& out, const StageInput& input) : out_(out), input_(input) {}

  [[nodiscard]] const StageInput& input() const { return input_; }
  [[nodiscard]] std::string t(std::string_view key,
                              std::initializer_list<std::string_view> args = {}) const {
    return tr(input_.lang, key, args);
  }

  template <class S>
  void add(S shape) {
    out_.shapes.emplace_back(std::move(shape));
  }
  void box(Rect rect, Role fill, Role border, float radius = 6, float width = 1,
           Stroke stroke = Stroke::solid);
  // A dotted ground, but for what an opaque thing will cover.
  void dots(Rect rect, Rect hole);
  void line(Point a, Point b, Role color, float width = 1, Stroke stroke = Stroke::solid);
  void disc(Point center, float radius, Role fill, Role border = Role::none, float width = 1.5F);
  void triangle(Point tip, float half, float height, Role fill);  // points up
  void tick(Point center, float size, Role color, float width = 2);

  // Sets as much of the text as fits into `width`; the width that it took.
  float text(Point at, std::string_view words, const Type& type, float width,
             Align align = Align::left);
  // The same, or nothing if there is no room for all of it: for what only explains.
  float whole(Point at, std::string_view words, const Type& type, float width,
              Align align = Align::left);
  static float width_of(std::string_view words, const Type& type) {
    return text_width(type.face, type.size, words);
  }
  // The baseline that puts capitals in the middle of a box.
  static float middle(Rect rect, const Type& type) {
    return rect.y + rect.h / 2 + cap_height(type.face, type.size) / 2;
  }

  void hit(std::string id, Rect rect, std::string label, float radius = 6);
  [[nodiscard]] bool selected(std::string_view id) const { return input_.selected == id; }

  // What is added in between is one part (see scene.h). Parts do not nest.
  void begin(std::string key, Rect rect);
  void end();
  void place(std::string key, Rect rect) {
    begin(std::move(key), rect);
    end();
  }
  // A picture made apart, in its own coordinates: what it shows, and its hits as far as they show.
  void paste(Scene part);

  void clip(Rect rect);
  void unclip();

 private:
  Scene& out_;
  const StageInput& input_;
  std::vector<Rect> clips_;
};

// The part of both rectangles; w or h is 0 where there is none.
Rect meet(Rect a, Rect b);

}  // namespace epollscope::scene
