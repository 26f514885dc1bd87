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

scene::Point on_curve(const scene::Wire& w, float t) {
  const float u = 1 - t;
  const auto mix = [&](float a, float c1, float c2, float b) {
    return u * u * u * a + 3 * u * u * t * c1 + 3 * u * t * t * c2 + t * t * t * b;
  };
  return {mix(w.a.x, w.c1.x, w.c2.x, w.b.x), mix(w.a.y, w.c1.y, w.c2.y, w.b.y)};
}

// Is something drawn over the point, between the wire and the text?
bool covered(const scene::Scene& scene, std::size_t from, std::size_t to, scene::Point p) {
  for (std::size_t i = from + 1; i < to; ++i) {
    const auto* box = std::get_if<scene::Box>(&scene.shapes[i]);
    if (box != nullptr && box->fill != Role::none && box->rect.contains(p)) return true;
  }
  return false;
}

}  // namespace

std::vector<std::string> wires_through_text(const scene::Scene& scene) {
  constexpr int kSamples = 64;
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < scene.shapes.size(); ++i) {
    const auto* wire = std::get_if<scene::Wire>(&scene.shapes[i]);
    if (wire == nullptr) continue;
    for (std::size_t k = 0; k < scene.shapes.size(); ++k) {
      const auto* text = std::get_if<scene::Text>(&scene.shapes[k]);
      if (text == nullptr) continue;
      for (int n = 0; n <= kSamples; ++n) {
        const scene::Point p = on_curve(*wire, static_cast<float>(n) / kSamples);
        if (!box_of(*text).contains(p) || (k > i && covered(scene, i, k, p))) continue;
        faults.push_back(
            fmt::format("a wire runs through \"{}\" at ({:.0f}, {:.0f})", text->text, p.x, p.y));
        break;
      }
    }
  }
  return faults;
}

std::vector<std::string> cut_inside(const scene::Scene& scene, std::string_view hit) {
  std::vector<std::string> cut;
  for (const scene::Hit& h : scene.hits) {
    if (!h.id.starts_with(hit)) continue;
    for (const ShownText& text : texts_of(scene)) {
      if (text.text.ends_with("…") && h.rect.contains(text.box.center())) {
        cut.push_back(shown(text) + " in " + h.id);
      }
    }
  }
  return cut;
}

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
      all.push_back(
          {clips.size() > 1 ? seen : box, clips.back(), text->text,
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
