// Solid, dashed and dotted strokes along any path.
#pragma once

#include <imgui.h>

#include <span>

#include "app/scene/scene.h"

namespace epollscope::draw {

struct Pen {
  ImU32 ink = 0;
  float width = 1;  // pixels
  scene::Stroke stroke = scene::Stroke::solid;
  float scale = 1;  // pixels per dp: dashes keep their length in dp
};

// A closed path's dashes are stretched a little to meet without a seam.
void stroke_path(ImDrawList& list, std::span<const ImVec2> path, bool closed, const Pen& pen);

}  // namespace epollscope::draw
