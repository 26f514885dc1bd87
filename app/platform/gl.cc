#include "app/platform/gl.h"

#include <string>

namespace epollscope::platform {
namespace {

constexpr int kNeededVersion = GLAD_MAKE_VERSION(3, 3);
constexpr GLsizei kLogSize = 1024;

Result<Shader> compile(GLenum kind, std::string_view source) {
  Shader shader(glCreateShader(kind));
  const GLchar* text = source.data();
  const auto length = static_cast<GLint>(source.size());
  glShaderSource(shader.name(), 1, &text, &length);
  glCompileShader(shader.name());
  GLint good = GL_FALSE;
  glGetShaderiv(shader.name(), GL_COMPILE_STATUS, &good);
  if (good == GL_TRUE) return shader;
  std::string log(kLogSize, '\0');
  GLsizei used = 0;
  glGetShaderInfoLog(shader.name(), kLogSize, &used, log.data());
  log.resize(static_cast<std::size_t>(used));
  return fail("a shader did not compile: " + log);
}

}  // namespace

Result<void> load_gl(GLADloadfunc load) {
  const int version = gladLoadGL(load);
  if (version >= kNeededVersion) return {};
  return fail("this system's graphics driver offers no OpenGL 3.3",
              "install libgl1-mesa-dri, which draws in software where there is no graphics card");
}

void delete_texture(GLuint name) { glDeleteTextures(1, &name); }
void delete_vertex_array(GLuint name) { glDeleteVertexArrays(1, &name); }
void delete_buffer(GLuint name) { glDeleteBuffers(1, &name); }
void delete_framebuffer(GLuint name) { glDeleteFramebuffers(1, &name); }
void delete_renderbuffer(GLuint name) { glDeleteRenderbuffers(1, &name); }
void delete_shader(GLuint name) { glDeleteShader(name); }
void delete_program(GLuint name) { glDeleteProgram(name); }

Texture make_texture() {
  GLuint name = 0;
  glGenTextures(1, &name);
  return Texture(name);
}

VertexArray make_vertex_array() {
  GLuint name = 0;
  glGenVertexArrays(1, &name);
  return VertexArray(name);
}

Buffer make_buffer() {
  GLuint name = 0;
  glGenBuffers(1, &name);
  return Buffer(name);
}

Framebuffer make_framebuffer() {
  GLuint name = 0;
  glGenFramebuffers(1, &name);
  return Framebuffer(name);
}

Renderbuffer make_renderbuffer() {
  GLuint name = 0;
  glGenRenderbuffers(1, &name);
  return Renderbuffer(name);
}

Result<Program> make_program(std::string_view vertex_source, std::string_view fragment_source) {
  auto vertex = compile(GL_VERTEX_SHADER, vertex_source);
  if (!vertex) return std::unexpected(std::move(vertex.error()));
  auto fragment = compile(GL_FRAGMENT_SHADER, fragment_source);
  if (!fragment) return std::unexpected(std::move(fragment.error()));
  Program program(glCreateProgram());
  glAttachShader(program.name(), vertex->name());
  glAttachShader(program.name(), fragment->name());
  glLinkProgram(program.name());
  GLint good = GL_FALSE;
  glGetProgramiv(program.name(), GL_LINK_STATUS, &good);
  if (good == GL_TRUE) return program;
  std::string log(kLogSize, '\0');
  GLsizei used = 0;
  glGetProgramInfoLog(program.name(), kLogSize, &used, log.data());
  log.resize(static_cast<std::size_t>(used));
  return fail("a shader program did not link: " + log);
}

}  // namespace epollscope::platform
