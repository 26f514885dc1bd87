// Scene → ImDrawList, and the ImGui context set up with our fonts. One context at a time.
#pragma once

#include <memory>
#include <string_view>

#include "app/i18n/i18n.h"
#include "app/platform/surface.h"
#include "app/scene/scene.h"
#include "app/theme/palette.h"

struct ImDrawList;
struct ImFont;

namespace epollscope::draw {

// Owns the ImGui context, its GL back end, the fonts for one scale and our shaders. Lives on the
// thread of its GL context, which must be current whenever it is used.
class Painter {
 public:
  // glfw_window: GLFWwindow* whose callbacks ImGui may chain to; nullptr when off screen.
  static Result<std::unique_ptr<Painter>> create(void* glfw_window, float scale);
  ~Painter();
  void set_scale(float scale);  // px per dp; fonts are made again at once, so between frames
  [[nodiscard]] float scale() const;
  void new_frame(int width_px, int height_px, float dt_seconds);
  void end_frame();  // renders into the bound framebuffer
  // For ImGui's widgets: the font of that size, or the nearest prepared one until the next
  // frame, which will have it. Valid for this frame. Scenes need no preparation.
  [[nodiscard]] ImFont* font(Face face, float size_dp);
  // Characters beyond Latin that widgets will show (a catalogue, a text being edited); there
  // from the next frame on.
  void need(std::string_view text);
  // True when font() or need() asked for something that only the next frame has: draw one more.
  [[nodiscard]] bool wants_frame() const;
  // True while ImGui holds back input for the frames after this one: it takes a press and a release
  // that came together in two frames. Draw one more.
  [[nodiscard]] static bool input_pending();
  // Draws a scene with its origin at (x, y) dp of the window.
  void draw(ImDrawList& list, const scene::Scene& scene, Theme theme, float x = 0, float y = 0);
  // The same for a scene that covers the frame, in the first list to be rendered: from the third
  // frame of one and the same scene on, a copy of the pixels is shown.
  void draw_whole(ImDrawList& list, std::shared_ptr<const scene::Scene> scene, Theme theme);

 private:
  Painter();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A whole picture without a window, up to 8192×8192; the same pixels from run to run on one
// rasteriser. Error: no EGL or GL. A window's contexts, if any, are current again afterwards.
Result<platform::Pixels> render(const scene::Scene& scene, Theme theme, int width_px, int height_px,
                                float scale);

}  // namespace epollscope::draw
