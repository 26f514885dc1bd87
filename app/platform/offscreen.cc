// EGL without a display. Displays are tried from the one that needs least: Mesa's surfaceless
// platform, then each device, then the default display with a pbuffer.
#define GLFW_INCLUDE_NONE
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLFW/glfw3.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "app/platform/gl.h"
#include "app/platform/surface.h"

namespace epollscope::platform {
namespace {

constexpr int kLargestSide = 8192;

bool has_word(const char* list, std::string_view word) {
  if (list == nullptr) return false;
  const std::string_view all(list);
  for (std::size_t at = 0; (at = all.find(word, at)) != all.npos; at += word.size()) {
    const std::size_t end = at + word.size();
    if ((at == 0 || all[at - 1] == ' ') && (end == all.size() || all[end] == ' ')) return true;
  }
  return false;
}

template <class Function>
Function entry(const char* name) {
  return reinterpret_cast<Function>(eglGetProcAddress(name));
}

std::vector<EGLDisplay> candidate_displays() {
  std::vector<EGLDisplay> found;
  const char* client = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
  const auto platform_display = entry<PFNEGLGETPLATFORMDISPLAYEXTPROC>("eglGetPlatformDisplayEXT");
  if (platform_display != nullptr && has_word(client, "EGL_MESA_platform_surfaceless")) {
    found.push_back(platform_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr));
  }
  const auto query_devices = entry<PFNEGLQUERYDEVICESEXTPROC>("eglQueryDevicesEXT");
  if (platform_display != nullptr && query_devices != nullptr &&
      has_word(client, "EGL_EXT_platform_device")) {
    std::array<EGLDeviceEXT, 8> devices{};
    EGLint count = 0;
    query_devices(static_cast<EGLint>(devices.size()), devices.data(), &count);
    for (EGLint i = 0; i < count; ++i) {
      found.push_back(platform_display(EGL_PLATFORM_DEVICE_EXT,
                                       devices.at(static_cast<std::size_t>(i)), nullptr));
    }
  }
  found.push_back(eglGetDisplay(EGL_DEFAULT_DISPLAY));
  std::erase(found, EGL_NO_DISPLAY);
  return found;
}

// A context of one display, current from start() to destruction.
class EglContext {
 public:
  EglContext() = default;
  EglContext(const EglContext&) = delete;
  EglContext& operator=(const EglContext&) = delete;
  ~EglContext() { stop(); }

  bool start(EGLDisplay display) {
    EGLint major = 0;
    EGLint minor = 0;
    if (eglInitialize(display, &major, &minor) != EGL_TRUE) return false;
    display_ = display;
    if (eglBindAPI(EGL_OPENGL_API) == EGL_TRUE && make_context() && make_current()) return true;
    stop();
    return false;
  }
  bool make_current() { return eglMakeCurrent(display_, surface_, surface_, context_) == EGL_TRUE; }

 private:
  bool make_context() {
    const bool surfaceless =
        has_word(eglQueryString(display_, EGL_EXTENSIONS), "EGL_KHR_surfaceless_context");
    const std::array<EGLint, 5> wanted = {EGL_SURFACE_TYPE, surfaceless ? 0 : EGL_PBUFFER_BIT,
                                          EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (eglChooseConfig(display_, wanted.data(), &config, 1, &count) != EGL_TRUE || count == 0) {
      return false;
    }
    if (!surfaceless) {
      const std::array<EGLint, 5> size = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
      surface_ = eglCreatePbufferSurface(display_, config, size.data());
      if (surface_ == EGL_NO_SURFACE) return false;
    }
    const std::array<EGLint, 7> core33 = {EGL_CONTEXT_MAJOR_VERSION,
                                          3,
                                          EGL_CONTEXT_MINOR_VERSION,
                                          3,
                                          EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                          EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                          EGL_NONE};
    context_ = eglCreateContext(display_, config, EGL_NO_CONTEXT, core33.data());
    return context_ != EGL_NO_CONTEXT;
  }
  void stop() {
    if (display_ == EGL_NO_DISPLAY) return;
    eglMakeCurrent(display_, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (context_ != EGL_NO_CONTEXT) eglDestroyContext(display_, context_);
    if (surface_ != EGL_NO_SURFACE) eglDestroySurface(display_, surface_);
    context_ = EGL_NO_CONTEXT;
    surface_ = EGL_NO_SURFACE;
    // The display stays initialised: a window on the same default display may be using it.
    display_ = EGL_NO_DISPLAY;
  }

  EGLDisplay display_ = EGL_NO_DISPLAY;
  EGLSurface surface_ = EGL_NO_SURFACE;
  EGLContext context_ = EGL_NO_CONTEXT;
};

// Takes the window's context (if there is one) off this thread while a picture is made, since
// GLX and EGL contexts cannot be current together, and gives it back.
class BorrowedThread {
 public:
  BorrowedThread() : window_(glfwGetCurrentContext()) {
    if (window_ != nullptr) glfwMakeContextCurrent(nullptr);
  }
  BorrowedThread(const BorrowedThread&) = delete;
  BorrowedThread& operator=(const BorrowedThread&) = delete;
  ~BorrowedThread() {
    if (window_ != nullptr) glfwMakeContextCurrent(window_);
  }

 private:
  GLFWwindow* window_;
};

}  // namespace

struct Offscreen::Impl {  // destroyed from the bottom up
  BorrowedThread thread;
  EglContext context;
  Renderbuffer pixels;
  Framebuffer framebuffer;
  int width = 0, height = 0;
};

Offscreen::Offscreen() : impl_(std::make_unique<Impl>()) {}
Offscreen::~Offscreen() = default;

Result<std::unique_ptr<Offscreen>> Offscreen::create(int width, int height) {
  if (width < 1 || height < 1 || width > kLargestSide || height > kLargestSide) {
    return fail("a picture of " + std::to_string(width) + "×" + std::to_string(height) +
                    " pixels cannot be drawn",
                "choose a width and a height between 1 and " + std::to_string(kLargestSide));
  }
  std::unique_ptr<Offscreen> made(new Offscreen);
  Impl& impl = *made->impl_;
  const auto displays = candidate_displays();
  if (!std::ranges::any_of(displays, [&](EGLDisplay d) { return impl.context.start(d); })) {
    return fail("EGL offers no OpenGL 3.3 context to draw on off screen",
                "install libegl1 and libgl1-mesa-dri; `epollscope doctor` shows what is there");
  }
  if (auto loaded = load_gl(&eglGetProcAddress); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  impl.width = width;
  impl.height = height;
  impl.pixels = make_renderbuffer();
  impl.framebuffer = make_framebuffer();
  glBindRenderbuffer(GL_RENDERBUFFER, impl.pixels.name());
  glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, width, height);
  glBindFramebuffer(GL_FRAMEBUFFER, impl.framebuffer.name());
  glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER,
                            impl.pixels.name());
  if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
    return fail("the graphics driver refuses a picture of " + std::to_string(width) + "×" +
                    std::to_string(height) + " pixels",
                "choose a smaller size");
  }
  return made;
}

void Offscreen::begin() {
  impl_->context.make_current();
  glBindFramebuffer(GL_FRAMEBUFFER, impl_->framebuffer.name());
  glViewport(0, 0, impl_->width, impl_->height);
}

Pixels Offscreen::read() {
  begin();
  const auto row = static_cast<std::size_t>(impl_->width) * 4;
  const auto rows = static_cast<std::size_t>(impl_->height);
  Pixels out{impl_->width, impl_->height, std::vector<std::uint8_t>(row * rows)};
  glPixelStorei(GL_PACK_ALIGNMENT, 1);
  glReadPixels(0, 0, impl_->width, impl_->height, GL_RGBA, GL_UNSIGNED_BYTE, out.rgba.data());
  for (std::size_t y = 0; y < rows / 2; ++y) {  // GL's first row is the lowest
    auto* upper = out.rgba.data() + y * row;
    std::swap_ranges(upper, upper + row, out.rgba.data() + (rows - 1 - y) * row);
  }
  return out;
}

std::string Offscreen::renderer() const {
  impl_->context.make_current();
  const GLubyte* name = glGetString(GL_RENDERER);
  return name == nullptr ? std::string() : reinterpret_cast<const char*>(name);
}

}  // namespace epollscope::platform
