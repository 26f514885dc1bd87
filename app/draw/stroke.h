// Paths cut into the pieces that the graphics card draws, and where their dashes fall.
#pragma once

#include <imgui.h>

#include <vector>

#include "app/draw/instanced.h"
#include "app/scene/scene.h"

namespace epollscope::draw {

struct PathPoint {  // pixels
  ImVec2 at;
  ImVec2 normal;  // unit
};
std::vector<PathPoint> straight(ImVec2 a, ImVec2 b);
// A cubic Bézier curve in as many pieces as make it look smooth. Empty where it has no length.
std::vector<PathPoint> curve(ImVec2 a, ImVec2 c1, ImVec2 c2, ImVec2 b);

struct StrokeStyle {
  float width = 1;  // pixels
  scene::Stroke stroke = scene::Stroke::solid;
  float scale = 1;           // pixels per dp: dashes keep their length in dp
  float glow = 0, flow = 0;  // pixels
};

// A path begins and ends with a whole dash, or with a dot on its very end, unless it flows.
std::vector<StrokeInstance> pieces_of(std::vector<PathPoint> path, ImU32 ink,
                                      const StrokeStyle& style);

struct Pattern {
  float dash = 0, period = 0;  // pixels; period 0: solid; dash 0: dots
};
// For the border of a box: dashes stretched a little, so that all four sides look alike.
Pattern border_pattern(float box_width, float box_height, float radius, float width,
                       scene::Stroke stroke, float scale);

}  // namespace epollscope::draw
