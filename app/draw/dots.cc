#include "app/draw/dots.h"

#include <algorithm>
#include <string_view>

#include "shaders.h"

namespace epollscope::draw {
namespace {

std::string_view source_of(std::string_view name) {
  const auto all = shaders::files();
  const auto found = std::ranges::find(all, name, &EmbeddedFile::name);
  return found == all.end() ? std::string_view() : found->bytes;
}

}  // namespace

Result<std::unique_ptr<Dots>> Dots::create() {
  auto program = platform::make_program(source_of("dots.vert"), source_of("dots.frag"));
  if (!program) return std::unexpected(std::move(program.error()));
  std::unique_ptr<Dots> made(new Dots);
  made->program_ = std::move(*program);
  made->no_vertices_ = platform::make_vertex_array();
  return made;
}

void Dots::new_frame(ImVec2 viewport) {
  jobs_.clear();
  viewport_ = viewport;
}

void Dots::add(ImDrawList& list, const DottedGround& ground) {
  jobs_.push_back({this, ground});
  list.AddCallback(&Dots::run, &jobs_.back());
  list.AddCallback(ImDrawCallback_ResetRenderState, nullptr);
}

void Dots::run(const ImDrawList* /*list*/, const ImDrawCmd* command) {
  const auto& job = *static_cast<const Job*>(command->UserCallbackData);
  job.dots->draw(job.ground, command->ClipRect);
}

GLint Dots::uniform(const char* name) const { return glGetUniformLocation(program_.name(), name); }

void Dots::draw(const DottedGround& ground, const ImVec4& clip) const {
  // GL counts rows from below.
  glScissor(static_cast<GLint>(clip.x), static_cast<GLint>(viewport_.y - clip.w),
            static_cast<GLsizei>(std::max(0.0F, clip.z - clip.x)),
            static_cast<GLsizei>(std::max(0.0F, clip.w - clip.y)));
  glUseProgram(program_.name());
  glBindVertexArray(no_vertices_.name());
  const auto unit = [](std::uint8_t channel) { return static_cast<float>(channel) / 255.0F; };
  const Rgba ink = ground.ink;
  glUniform4f(uniform("rect"), ground.min.x, ground.min.y, ground.max.x, ground.max.y);
  glUniform2f(uniform("viewport"), viewport_.x, viewport_.y);
  glUniform4f(uniform("ink"), unit(ink.r), unit(ink.g), unit(ink.b), unit(ink.a));
  glUniform1f(uniform("spacing"), ground.spacing);
  glUniform1f(uniform("radius"), ground.radius);
  glUniform1f(uniform("corner"), ground.corner);
  glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
}

}  // namespace epollscope::draw
