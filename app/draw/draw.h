// Scene → ImDrawList, and the ImGui context set up with our fonts. One context at a time.
#pragma once

#include <memory>

#include "app/i18n/i18n.h"
#include "app/platform/surface.h"
#include "app/scene/scene.h"
#include "app/theme/palette.h"

struct ImDrawList;
struct ImFont;

namespace epollscope::draw {

// Owns the ImGui context, its GL back end and the font atlas for one scale.
class Painter {
 public:
  // glfw_window: GLFWwindow* whose callbacks ImGui may chain to; nullptr when off screen.
  static Result<std::unique_ptr<Painter>> create(void* glfw_window, float scale);
  ~Painter();
  void set_scale(float scale);  // px per dp; fonts are made again at once
  [[nodiscard]] float scale() const;
  void new_frame(int width_px, int height_px, float dt_seconds);
  void end_frame();  // renders into the bound framebuffer
  [[nodiscard]] ImFont* font(Face face, float size_dp);  // nearest prepared size
  // Draws a scene with its origin at (x, y) dp of the window.
  void draw(ImDrawList& list, const scene::Scene& scene, Theme theme, float x = 0, float y = 0);
 private:
  Painter();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A whole picture without a window.
Result<platform::Pixels> render(const scene::Scene& scene, Theme theme, int width_px, int height_px,
                                float scale);

}  // namespace epollscope::draw
