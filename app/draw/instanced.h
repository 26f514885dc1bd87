// Boxes and strokes as instances of a quad, drawn by programs of our own (shaders/) from inside
// ImGui's list of commands, so that its order and its clips hold. What is added together is one
// draw call.
#pragma once

#include <imgui.h>

#include <array>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "app/platform/gl.h"
#include "core/base/result.h"

namespace epollscope::draw {

// All lengths are pixels; colours as IM_COL32 packs them.
struct FlatInstance {
  ImVec2 min, max;  // on whole pixels
  ImU32 ink = 0;    // opaque
};

struct BoxInstance {
  ImVec2 min, max;
  ImVec2 part_min, part_max;  // what of it to draw, with a pixel of room for soft edges
  float radius = 0, border_width = 0, glow = 0;
  float alpha = 1;             // of fill, border and glow together
  float dash = 0, period = 0;  // of the border; period 0: solid
  ImU32 fill = 0, border = 0;
};

// A piece of a path. Pieces that follow each other share an end and its normal.
struct StrokeInstance {
  ImVec2 a{}, b{};
  ImVec2 normal_a{}, normal_b{};  // unit
  float half_width = 0.5F, glow = 0;
  float along_a = 0, along_b = 0;  // from the path's beginning
  float dash = 0, period = 0;      // period 0: solid; dash 0: dots
  ImU32 ink = 0;
};

class Instanced {
 public:
  // Error: a program does not compile; the driver's own words.
  static Result<std::unique_ptr<Instanced>> create();

  // Forgets the last frame: call it before a frame's first add().
  void new_frame(ImVec2 viewport);

  // Puts them at this place of the list. They are drawn when the list is rendered; until then
  // this object must live, and nothing may be added once that has begun.
  void add(ImDrawList& list, std::span<const FlatInstance> flats);
  void add(ImDrawList& list, std::span<const BoxInstance> boxes);        // no dashes, no glow
  void add_fancy(ImDrawList& list, std::span<const BoxInstance> boxes);  // any
  void add(ImDrawList& list, std::span<const StrokeInstance> strokes);

  // After the last add() before something of ImGui's own.
  static void give_back(ImDrawList& list);

 private:
  struct Kind {  // of instance: its program, and a buffer of one frame's instances
    platform::Program program;
    GLint viewport = -1;
    platform::VertexArray array;
    platform::Buffer buffer;
    std::vector<std::byte> instances;
    bool uploaded = false;
  };
  struct Job {
    Instanced* owner;
    std::size_t kind, first;  // first: byte
    GLsizei count;
  };
  Instanced() = default;
  void add(ImDrawList& list, std::size_t kind, std::span<const std::byte> bytes, std::size_t count);
  static void run(const ImDrawList* list, const ImDrawCmd* command);
  [[nodiscard]] bool clears(const Job& job, const ImVec4& clip) const;
  void draw(const Job& job, const ImVec4& clip);

  std::array<Kind, 4> kinds_;
  std::deque<Job> jobs_;  // addresses stay as it grows
  ImVec2 viewport_;
};

}  // namespace epollscope::draw
