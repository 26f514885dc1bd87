// The few signs of the buttons, drawn as triangles and bars: no icon font to ship or miss.
#pragma once

#include "app/ui/actions.h"

struct ImDrawList;
struct ImVec2;

namespace epollscope::ui {

// Draws into the square of `size` px whose top left corner is `at`.
void draw_icon(ImDrawList& list, Icon icon, const ImVec2& at, float size, unsigned ink);

}  // namespace epollscope::ui
