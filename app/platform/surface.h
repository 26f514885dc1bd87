// A surface to draw on: a GLFW window or an EGL context without any display. Both own a GL 3.3
// core context; destroy in reverse order of creation, on the thread that made it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace epollscope::platform {

struct Pixels {  // RGBA, top row first
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgba;
};

class Offscreen {  // EGL surfaceless (or a pbuffer), with a framebuffer of its own
 public:
  static Result<std::unique_ptr<Offscreen>> create(int width, int height);
  ~Offscreen();
  void begin();                                // binds the framebuffer, sets the viewport
  Pixels read();                               // what was drawn
  [[nodiscard]] std::string renderer() const;  // GL_RENDERER
 private:
  Offscreen();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Keys by name, from GLFW callbacks: "Space", "Right", "PageDown", "F11", "Ctrl+R", "A", "?".
struct KeyPress {
  std::string chord;
  bool repeat = false;
};

class Window {
 public:
  // Errors: no display (exit status 3), no GL 3.3.
  static Result<std::unique_ptr<Window>> create(int width, int height, const std::string& title);
  ~Window();
  [[nodiscard]] bool should_close() const;
  void request_close(bool close);
  [[nodiscard]] int framebuffer_width() const;
  [[nodiscard]] int framebuffer_height() const;
  [[nodiscard]] float scale() const;  // content scale of its monitor
  void begin();
  void present();
  // Blocks until input, until one of `fds` is readable (-1 is passed over), or until the time is
  // over (none: never). True when there was any input. At rest neither this thread nor the helper
  // thread that watches the descriptors wakes.
  bool wait(std::span<const int> fds, std::optional<double> seconds);
  std::vector<KeyPress> take_keys();
  // Keys, repeats among them, and mouse buttons that went down since the window opened.
  [[nodiscard]] long presses() const;
  void set_title(const std::string& title);
  void set_clipboard(const std::string& text);
  void set_fullscreen(bool on);
  void* handle();  // GLFWwindow*, for the ImGui back end
 private:
  Window();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace epollscope::platform
