#include "tests/unit/scene/picture.h"

#include <fmt/format.h>

#include "app/scene/sketch.h"

namespace epollscope::test {
namespace {

using scene::Rect;

Rect box_of(const scene::Text& text) {
  const float w = text_width(text.face, text.size, text.text);
  float x = text.at.x;
  if (text.align == scene::Align::center) x -= w / 2;
  if (text.align == scene::Align::right) x -= w;
  return {x, text.at.y - 0.75F * text.size, w, 0.95F * text.size};
}

// Glyphs end a little before their advance does.
constexpr float kTouch = 0.6F;

bool overlap(Rect a, Rect b) {
  const Rect both = scene::meet(a, b);
  return both.w > kTouch && both.h > kTouch;
}

std::string shown(const ShownText& t) {
  return fmt::format("\"{}\" at ({:.0f}, {:.0f})", t.text, t.box.x, t.box.y);
}

}  // namespace

std::vector<ShownText> texts_of(const scene::Scene& scene) {
  std::vector<ShownText> all;
  std::vector<Rect> clips{{0, 0, scene.width, scene.height}};
  for (const scene::Shape& shape : scene.shapes) {
    if (const auto* begin = std::get_if<scene::ClipBegin>(&shape)) {
      clips.push_back(scene::meet(begin->rect, clips.back()));
    } else if (std::holds_alternative<scene::ClipEnd>(shape)) {
      clips.pop_back();
    } else if (const auto* text = std::get_if<scene::Text>(&shape)) {
      const Rect box = box_of(*text);
      const Rect seen = scene::meet(box, clips.back());
      if (seen.w <= 0 || seen.h <= 0) {
        // Scrolled away is fine, outside the picture is not.
        if (clips.size() > 1) continue;
      }
      all.push_back({clips.size() > 1 ? seen : box, clips.back(), text->text,
                     box.x < clips.back().x - kTouch || box.right() > clips.back().right() + kTouch});
    }
  }
  return all;
}

std::vector<std::string> faults_of(const scene::Scene& scene) {
  std::vector<std::string> faults;
  const std::vector<ShownText> texts = texts_of(scene);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Rect& box = texts[i].box;
    if (texts[i].cut_sideways || box.y < -kTouch || box.bottom() > scene.height + kTouch) {
      faults.push_back(shown(texts[i]) + " leaves its panel");
    }
    for (std::size_t k = i + 1; k < texts.size(); ++k) {
      if (overlap(box, texts[k].box)) {
        faults.push_back(shown(texts[i]) + " lies over " + shown(texts[k]));
      }
    }
  }
  return faults;
}

bool shows(const scene::Scene& scene, const std::string& text) {
  for (const ShownText& shown_text : texts_of(scene)) {
    if (shown_text.text == text) return true;
  }
  return false;
}

}  // namespace epollscope::test
