// The least that an EGL and Dear ImGui program does to save one frame of 1600×1000 as PNG.
// Usage: least_shot OUT.png
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>
#include <stb/stb_image_write.h>

#include <array>
#include <cstdint>
#include <vector>

namespace {

constexpr int kWidth = 1600;
constexpr int kHeight = 1000;

bool make_context() {
  EGLDisplay display =
      eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
  if (eglInitialize(display, nullptr, nullptr) == EGL_FALSE) return false;
  eglBindAPI(EGL_OPENGL_API);
  constexpr std::array<EGLint, 11> kWanted{EGL_SURFACE_TYPE,
                                           EGL_PBUFFER_BIT,
                                           EGL_RENDERABLE_TYPE,
                                           EGL_OPENGL_BIT,
                                           EGL_RED_SIZE,
                                           8,
                                           EGL_GREEN_SIZE,
                                           8,
                                           EGL_BLUE_SIZE,
                                           8,
                                           EGL_NONE};
  EGLConfig config = nullptr;
  EGLint found = 0;
  eglChooseConfig(display, kWanted.data(), &config, 1, &found);
  if (found == 0) return false;
  constexpr std::array<EGLint, 5> kSize{EGL_WIDTH, kWidth, EGL_HEIGHT, kHeight, EGL_NONE};
  EGLSurface surface = eglCreatePbufferSurface(display, config, kSize.data());
  constexpr std::array<EGLint, 7> kVersion{EGL_CONTEXT_MAJOR_VERSION,
                                           3,
                                           EGL_CONTEXT_MINOR_VERSION,
                                           3,
                                           EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                           EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                           EGL_NONE};
  EGLContext context = eglCreateContext(display, config, EGL_NO_CONTEXT, kVersion.data());
  return eglMakeCurrent(display, surface, surface, context) == EGL_TRUE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2 || !make_context()) return 1;
  ImGui::CreateContext();
  ImGui::GetIO().DisplaySize = ImVec2(kWidth, kHeight);
  ImGui::GetIO().IniFilename = nullptr;
  if (!ImGui_ImplOpenGL3_Init("#version 330 core")) return 1;
  ImGui_ImplOpenGL3_NewFrame();
  ImGui::NewFrame();
  ImGui::ShowDemoWindow();
  ImGui::Render();
  glViewport(0, 0, kWidth, kHeight);
  glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  std::vector<std::uint8_t> pixels(std::size_t{4} * kWidth * kHeight);
  glReadPixels(0, 0, kWidth, kHeight, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
  stbi_flip_vertically_on_write(1);  // GL has its first row at the bottom
  return stbi_write_png(argv[1], kWidth, kHeight, 4, pixels.data(), 4 * kWidth) == 0 ? 1 : 0;
}
