#include <imgui.h>

#include "app/draw/draw.h"
#include "app/platform/gl.h"

namespace epollscope::draw {

Result<platform::Pixels> render(const scene::Scene& scene, Theme theme, int width_px, int height_px,
                                float scale) {
  auto surface = platform::Offscreen::create(width_px, height_px);
  if (!surface) return std::unexpected(std::move(surface.error()));
  auto painter = Painter::create(nullptr, scale);
  if (!painter) return std::unexpected(std::move(painter.error()));
  (*surface)->begin();
  const auto unit = [](std::uint8_t channel) { return static_cast<float>(channel) / 255.0F; };
  const Rgba ground = color(theme, Role::ground);
  glClearColor(unit(ground.r), unit(ground.g), unit(ground.b), 1);
  glClear(GL_COLOR_BUFFER_BIT);
  (*painter)->new_frame(width_px, height_px, 0);
  (*painter)->draw(*ImGui::GetBackgroundDrawList(), scene, theme);
  (*painter)->end_frame();
  return (*surface)->read();
}

}  // namespace epollscope::draw
