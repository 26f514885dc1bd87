#include "app/ui/icons.h"

#include <imgui.h>

namespace epollscope::ui {

void draw_icon(ImDrawList& list, Icon icon, const ImVec2& at, float size, unsigned ink) {
  const auto p = [&](float x, float y) { return ImVec2{at.x + x * size, at.y + y * size}; };
  const float bar = size * 0.16F;
  switch (icon) {
    case Icon::none:
      break;
    case Icon::first:
      list.AddRectFilled(p(0.05F, 0.05F), p(0.2F, 0.95F), ink);
      list.AddTriangleFilled(p(0.95F, 0), p(0.95F, 1), p(0.25F, 0.5F), ink);
      break;
    case Icon::back:
      list.AddTriangleFilled(p(0.85F, 0), p(0.85F, 1), p(0.05F, 0.5F), ink);
      break;
    case Icon::step:
    case Icon::play:
      list.AddTriangleFilled(p(0.15F, 0), p(0.95F, 0.5F), p(0.15F, 1), ink);
      break;
    case Icon::into:
      list.AddTriangleFilled(p(0.05F, 0.4F), p(0.95F, 0.4F), p(0.5F, 1), ink);
      list.AddRectFilled(p(0.42F, 0), p(0.58F, 0.45F), ink);
      break;
    case Icon::pause:
      list.AddRectFilled(p(0.15F, 0.05F), p(0.38F, 0.95F), ink);
      list.AddRectFilled(p(0.62F, 0.05F), p(0.85F, 0.95F), ink);
      break;
    case Icon::stop:
      list.AddRectFilled(p(0.1F, 0.1F), p(0.9F, 0.9F), ink);
      break;
    case Icon::check:
      list.AddLine(p(0.08F, 0.55F), p(0.38F, 0.85F), ink, bar);
      list.AddLine(p(0.38F, 0.85F), p(0.95F, 0.15F), ink, bar);
      break;
    case Icon::cross:
      list.AddLine(p(0.1F, 0.1F), p(0.9F, 0.9F), ink, bar);
      list.AddLine(p(0.9F, 0.1F), p(0.1F, 0.9F), ink, bar);
      break;
  }
}

}  // namespace epollscope::ui
