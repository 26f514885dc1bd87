// OpenGL 3.3 core: the loader, and GL objects as move-only values. An object belongs to the
// context that was current when it was made; destroy it while that context is current.
#pragma once

#include <glad/gl.h>

#include <string_view>
#include <utility>

#include "core/base/result.h"

namespace epollscope::platform {

// Loads the GL functions of the current context. Error: it has no OpenGL 3.3.
Result<void> load_gl(GLADloadfunc load);

template <auto Release>
class GlObject {
 public:
  GlObject() = default;
  explicit GlObject(GLuint name) : name_(name) {}
  GlObject(GlObject&& other) noexcept : name_(std::exchange(other.name_, 0)) {}
  GlObject& operator=(GlObject&& other) noexcept {
    std::swap(name_, other.name_);
    return *this;
  }
  GlObject(const GlObject&) = delete;
  GlObject& operator=(const GlObject&) = delete;
  ~GlObject() {
    if (name_ != 0) Release(name_);
  }
  [[nodiscard]] GLuint name() const { return name_; }

 private:
  GLuint name_ = 0;
};

void delete_texture(GLuint name);
void delete_vertex_array(GLuint name);
void delete_buffer(GLuint name);
void delete_framebuffer(GLuint name);
void delete_renderbuffer(GLuint name);
void delete_shader(GLuint name);
void delete_program(GLuint name);

using Texture = GlObject<delete_texture>;
using VertexArray = GlObject<delete_vertex_array>;
using Buffer = GlObject<delete_buffer>;
using Framebuffer = GlObject<delete_framebuffer>;
using Renderbuffer = GlObject<delete_renderbuffer>;
using Shader = GlObject<delete_shader>;
using Program = GlObject<delete_program>;

Texture make_texture();
VertexArray make_vertex_array();
Buffer make_buffer();
Framebuffer make_framebuffer();
Renderbuffer make_renderbuffer();

// Compiles and links. Error: the driver's own message.
Result<Program> make_program(std::string_view vertex_source, std::string_view fragment_source);

}  // namespace epollscope::platform
