// The dotted ground of the kernel zone, drawn by a program of our own (shaders/dots.*) from
// inside ImGui's list of commands.
#pragma once

#include <imgui.h>

#include <deque>
#include <memory>

#include "app/platform/gl.h"
#include "app/theme/palette.h"
#include "core/base/result.h"

namespace epollscope::draw {

struct DottedGround {  // all in pixels
  ImVec2 min, max;
  float spacing = 22, radius = 1, corner = 0;
  Rgba ink;
};

class Dots {
 public:
  static Result<std::unique_ptr<Dots>> create();

  // Forgets the grounds of the last frame: call it before a frame's first add().
  void new_frame(ImVec2 viewport);
  // Puts the ground at this place of the list. It is drawn when the list is rendered, until
  // then this object must live.
  void add(ImDrawList& list, const DottedGround& ground);

 private:
  struct Job {
    const Dots* dots;
    DottedGround ground;
  };
  Dots() = default;
  static void run(const ImDrawList* list, const ImDrawCmd* command);
  void draw(const DottedGround& ground, const ImVec4& clip) const;
  [[nodiscard]] GLint uniform(const char* name) const;

  platform::Program program_;
  platform::VertexArray no_vertices_;
  std::deque<Job> jobs_;  // addresses stay as it grows
  ImVec2 viewport_;
};

}  // namespace epollscope::draw
