#include "app/draw/instanced.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "shaders.h"

namespace epollscope::draw {
namespace {

enum : std::size_t { kFlats, kBoxes, kFancy, kStrokes };

struct Attribute {
  GLint count;
  GLenum type;  // GL_FLOAT, or GL_UNSIGNED_BYTE for a colour
  std::size_t offset;
};
struct Source {  // names in shaders/
  std::string_view vertex, fragment;
};
struct Layout {
  Source source;
  bool blends = true;
  std::size_t stride;
  std::span<const Attribute> attributes;
};

constexpr std::array kFlatAttributes = {
    Attribute{4, GL_FLOAT, offsetof(FlatInstance, min)},
    Attribute{4, GL_UNSIGNED_BYTE, offsetof(FlatInstance, ink)},
};
constexpr std::array kBoxAttributes = {
    Attribute{4, GL_FLOAT, offsetof(BoxInstance, min)},
    Attribute{4, GL_FLOAT, offsetof(BoxInstance, part_min)},
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
constexpr std::array kLayouts = {
    Layout{{"flat.vert", "flat.frag"}, false, sizeof(FlatInstance), kFlatAttributes},
    Layout{{"box.vert", "box.frag"}, true, sizeof(BoxInstance), kBoxAttributes},
    Layout{{"box.vert", "fancy_box.frag"}, true, sizeof(BoxInstance), kBoxAttributes},
    Layout{{"stroke.vert", "stroke.frag"}, true, sizeof(StrokeInstance), kStrokeAttributes},
};

std::string_view text_of(std::string_view name) {
  const auto all = shaders::files();
  const auto found = std::ranges::find(all, name, &EmbeddedFile::name);
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
    auto program =
        platform::make_program(text_of(layout.source.vertex), text_of(layout.source.fragment));
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

void Instanced::add(ImDrawList& list, std::span<const FlatInstance> flats) {
  add(list, kFlats, std::as_bytes(flats), flats.size());
}
void Instanced::add(ImDrawList& list, std::span<const BoxInstance> boxes) {
  add(list, kBoxes, std::as_bytes(boxes), boxes.size());
}
void Instanced::add_fancy(ImDrawList& list, std::span<const BoxInstance> boxes) {
  add(list, kFancy, std::as_bytes(boxes), boxes.size());
}
void Instanced::add(ImDrawList& list, std::span<const StrokeInstance> strokes) {
  add(list, kStrokes, std::as_bytes(strokes), strokes.size());
}

void Instanced::give_back(ImDrawList& list) {
  list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void Instanced::add(ImDrawList& list, std::size_t kind, std::span<const std::byte> bytes,
                    std::size_t count) {
  if (count == 0) return;
  auto& instances = kinds_.at(kind).instances;
  jobs_.push_back({this, kind, instances.size(), static_cast<GLsizei>(count)});
  instances.insert(instances.end(), bytes.begin(), bytes.end());
  list.AddCallback(&Instanced::run, &jobs_.back());
}

void Instanced::run(const ImDrawList* /*list*/, const ImDrawCmd* command) {
  const auto& job = *static_cast<const Job*>(command->UserCallbackData);
  job.owner->draw(job, command->ClipRect);
}

// A picture's ground lies below everything: the card clears faster than it draws.
bool Instanced::clears(const Job& job, const ImVec4& clip) const {
  if (job.kind != kFlats || job.first != 0) return false;
  FlatInstance first;
  std::memcpy(&first, kinds_.at(kFlats).instances.data(), sizeof first);
  const bool all = first.min.x <= 0 && first.min.y <= 0 && first.max.x >= viewport_.x &&
                   first.max.y >= viewport_.y;
  if (!all || clip.x > 0 || clip.y > 0 || clip.z < viewport_.x || clip.w < viewport_.y) {
    return false;
  }
  const ImVec4 ink = ImGui::ColorConvertU32ToFloat4(first.ink);
  glClearColor(ink.x, ink.y, ink.z, 1);
  glClear(GL_COLOR_BUFFER_BIT);
  return true;
}

void Instanced::draw(const Job& job, const ImVec4& clip) {
  if (clip.z <= clip.x || clip.w <= clip.y) return;
  Kind& kind = kinds_.at(job.kind);
  // GL counts rows from below.
  glScissor(static_cast<GLint>(clip.x), static_cast<GLint>(viewport_.y - clip.w),
            static_cast<GLsizei>(clip.z - clip.x), static_cast<GLsizei>(clip.w - clip.y));
  const int skipped = clears(job, clip) ? 1 : 0;
  if (job.count == skipped) return;
  glUseProgram(kind.program.name());
  glUniform2f(kind.viewport, viewport_.x, viewport_.y);
  if (kLayouts.at(job.kind).blends) {
    glEnable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
  } else {
    glDisable(GL_BLEND);
  }
  glBindVertexArray(kind.array.name());
  glBindBuffer(GL_ARRAY_BUFFER, kind.buffer.name());
  if (!kind.uploaded) {
    glBufferData(GL_ARRAY_BUFFER, static_cast<GLsizeiptr>(kind.instances.size()),
                 kind.instances.data(), GL_STREAM_DRAW);
    kind.uploaded = true;
  }
  const Layout& layout = kLayouts.at(job.kind);
  point_attributes(layout, job.first + static_cast<std::size_t>(skipped) * layout.stride);
  glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, job.count - skipped);
}

}  // namespace epollscope::draw
