#include "app/draw/instanced.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "shaders.h"

namespace epollscope::draw {
namespace {

enum : std::size_t { kBoxes, kStrokes, kDots };

struct Attribute {
  GLint count;
  GLenum type;  // GL_FLOAT, or GL_UNSIGNED_BYTE for a colour
  std::size_t offset;
};
struct Layout {
  std::string_view program;  // of shaders/
  std::size_t stride;
  std::span<const Attribute> attributes;
};

constexpr std::array kBoxAttributes = {
    Attribute{4, GL_FLOAT, offsetof(BoxInstance, min)},
    Attribute{4, GL_FLOAT, offsetof(BoxInstance, radius)},
    Attribute{2, GL_FLOAT, offsetof(BoxInstance, dash)},
    Attribute{4, GL_UNSIGNED_BYTE, offsetof(BoxInstance, fill)},
    Attribute{4, GL_UNSIGNED_BYTE, offsetof(BoxInstance, border)},
};
constexpr std::array kStrokeAttributes = {
    Attribute{4, GL_FLOAT, offsetof(StrokeInstance, a)},
    Attribute{4, GL_FLOAT, offsetof(StrokeInstance, normal_a)},
    Attribute{4, GL_FLOAT, offsetof(StrokeInstance, half_width)},
    Attribute{2, GL_FLOAT, offsetof(StrokeInstance, dash)},
    Attribute{4, GL_UNSIGNED_BYTE, offsetof(StrokeInstance, ink)},
};
constexpr std::array kDotsAttributes = {
    Attribute{4, GL_FLOAT, offsetof(DotsInstance, min)},
    Attribute{4, GL_FLOAT, offsetof(DotsInstance, spacing)},
    Attribute{4, GL_UNSIGNED_BYTE, offsetof(DotsInstance, ink)},
};
constexpr std::array kLayouts = {
    Layout{"box", sizeof(BoxInstance), kBoxAttributes},
    Layout{"stroke", sizeof(StrokeInstance), kStrokeAttributes},
    Layout{"dots", sizeof(DotsInstance), kDotsAttributes},
};

std::string_view source_of(const std::string& name) {
  const auto all = shaders::files();
  const auto found = std::ranges::find(all, std::string_view(name), &EmbeddedFile::name);
  return found == all.end() ? std::string_view() : found->bytes;
}

// The attributes of the instances that begin at byte `first` of the bound buffer.
void point_attributes(const Layout& layout, std::size_t first) {
  for (GLuint i = 0; i < layout.attributes.size(); ++i) {
    const Attribute& a = layout.attributes[i];
    const bool colour = a.type == GL_UNSIGNED_BYTE;
    // GL takes an offset into the bound buffer by way of a pointer.
    const auto* at = reinterpret_cast<const void*>(first + a.offset);  // NOLINT
    glVertexAttribPointer(i, a.count, a.type, colour ? GL_TRUE : GL_FALSE,
                          static_cast<GLsizei>(layout.stride), at);
  }
}

}  // namespace

Result<std::unique_ptr<Instanced>> Instanced::create() {
  std::unique_ptr<Instanced> made(new Instanced);
  for (std::size_t k = 0; k < kLayouts.size(); ++k) {
    const Layout& layout = kLayouts.at(k);
    const std::string name(layout.program);
    auto program = platform::make_program(source_of(name + ".vert"), source_of(name + ".frag"));
    if (!program) return std::unexpected(std::move(program.error()));
    Kind& kind = made->kinds_.at(k);
    kind.program = std::move(*program);
    kind.viewport = glGetUniformLocation(kind.program.name(), "viewport");
    kind.array = platform::make_vertex_array();
    kind.buffer = platform::make_buffer();
    glBindVertexArray(kind.array.name());
    for (GLuint i = 0; i < layout.attributes.size(); ++i) {
      glEnableVertexAttribArray(i);
      glVertexAttribDivisor(i, 1);
    }
  }
  glBindVertexArray(0);
  return made;
}

void Instanced::new_frame(ImVec2 viewport) {
  jobs_.clear();
  viewport_ = viewport;
  for (Kind& kind : kinds_) {
    kind.instances.clear();
    kind.uploaded = false;
  }
}

void Instanced::add(ImDrawList& list, std::span<const BoxInstance> boxes) {
  add(list, kBoxes, std::as_bytes(boxes), boxes.size());
}
void Instanced::add(ImDrawList& list, std::span<const StrokeInstance> strokes) {
  add(list, kStrokes, std::as_bytes(strokes), strokes.size());
}
void Instanced::add(ImDrawList& list, std::span<const DotsInstance> grounds) {
  add(list, kDots, std::as_bytes(grounds), grounds.size());
}

void Instanced::add(ImDrawList& list, std::size_t kind, std::span<const std::byte> bytes,
                    std::size_t count) {
  if (count == 0) return;
  auto& instances = kinds_.at(kind).instances;
  jobs_.push_back({this, kind, instances.size(), static_cast<GLsizei>(count)});
  instances.insert(instances.end(), bytes.begin(), bytes.end());
  list.AddCallback(&Instanced::run, &jobs_.back());
  list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void Instanced::run(const ImDrawList* /*list*/, const ImDrawCmd* command) {
  const auto& job = *static_cast<const Job*>(command->UserCallbackData);
  job.owner->draw(job, command->ClipRect);
}

void Instanced::draw(const Job& job, const ImVec4& clip) {
  if (clip.z <= clip.x || clip.w <= clip.y) return;
  Kind& kind = kinds_.at(job.kind);
  // GL counts rows from below.
  glScissor(static_cast<GLint>(clip.x), static_cast<GLint>(viewport_.y - clip.w),
            static_cast<GLsizei>(clip.z - clip.x), static_cast<GLsizei>(clip.w - clip.y));
  glUseProgram(kind.program.name());
  glUniform2f(kind.viewport, viewport_.x, viewport_.y);
  glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  glBindVertexArray(kind.array.name());
  glBindBuffer(GL_ARRAY_BUFFER, kind.buffer.name());
  if (!kind.uploaded) {
    glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(kind.instances.size()),
                 kind.instances.data(), GL_STREAM_DRAW);
    kind.uploaded = true;
  }
  point_attributes(kLayouts.at(job.kind), job.first);
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, job.count);
}

}  // namespace epollscope::draw
