// One scene into one ImDrawList: a visitor of its shapes.
#pragma once

#include <imgui.h>

#include "app/draw/glyphs.h"
#include "app/draw/instanced.h"
#include "app/scene/scene.h"
#include "app/theme/palette.h"

namespace epollscope::draw {

struct Canvas {  // what shapes are drawn with; lives for one call
  ImDrawList& list;
  Glyphs& glyphs;
  Instanced& instanced;
  Theme theme = Theme::dark;
  float scale = 1;     // pixels per dp
  float x = 0, y = 0;  // origin, dp
};

// Edges of boxes, straight lines and baselines are put on whole pixels; clips that a scene
// leaves open are closed.
void draw_shapes(const Canvas& canvas, const scene::Scene& scene);

}  // namespace epollscope::draw
