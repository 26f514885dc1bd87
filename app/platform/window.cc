#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/platform/gl.h"
#include "app/platform/keys.h"
#include "app/platform/surface.h"
#include "app/platform/waker.h"

namespace epollscope::platform {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

std::string glfw_message() {
  const char* text = nullptr;
  glfwGetError(&text);
  return text == nullptr ? "no reason given" : text;
}

// A size to ask for, before GLFW multiplies it by the monitor's scale: not more than the screen
// has.
void fit_to_screen(int& width, int& height) {
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  if (monitor == nullptr) return;
  int room_x = 0, room_y = 0;
  float scale_x = 1, scale_y = 1;
  glfwGetMonitorWorkarea(monitor, nullptr, nullptr, &room_x, &room_y);
  glfwGetMonitorContentScale(monitor, &scale_x, &scale_y);
  if (room_x <= 0 || room_y <= 0 || scale_x <= 0 || scale_y <= 0) return;
  width = std::min(width, static_cast<int>(static_cast<float>(room_x) / scale_x));
  height = std::min(height, static_cast<int>(static_cast<float>(room_y) / scale_y));
}

bool any_readable(std::span<const int> fds) {
  return std::ranges::any_of(fds, [](int fd) {
    pollfd watched{fd, POLLIN, 0};
    return fd >= 0 && ::poll(&watched, 1, 0) > 0;
  });
}

// glfwInit() and glfwTerminate() in pairs.
class Library {
 public:
  Library() : good_(glfwInit() == GLFW_TRUE) {}
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    if (good_) glfwTerminate();
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  bool good_;
};

struct DestroyWindow {
  void operator()(GLFWwindow* window) const { glfwDestroyWindow(window); }
};

struct Place {  // of the window before it went full screen
  int x = 0, y = 0, width = 0, height = 0;
};

}  // namespace

struct Window::Impl {  // destroyed from the bottom up
  Library library;
  std::unique_ptr<GLFWwindow, DestroyWindow> window;
  std::unique_ptr<Waker> waker;
  std::vector<KeyPress> keys;
  Place place;
  bool input = true;  // the first frame is due without any
  bool repeating = false;
  long presses = 0;

  static Impl& of(GLFWwindow* window) {
    return *static_cast<Impl*>(glfwGetWindowUserPointer(window));
  }
  void listen();
};

// Dear ImGui's back end installs its own callbacks later and calls these from them.
void Window::Impl::listen() {
  GLFWwindow* w = window.get();
  glfwSetWindowUserPointer(w, this);
  glfwSetKeyCallback(w, [](GLFWwindow* from, int key, int scancode, int action, int mods) {
    Impl& self = of(from);
    self.input = true;
    self.repeating = action == GLFW_REPEAT;
    if (action == GLFW_RELEASE) return;
    ++self.presses;
    if (auto chord = chord_of_key(key, scancode, mods)) {
      self.keys.push_back({std::move(*chord), self.repeating});
    }
  });
  glfwSetCharCallback(w, [](GLFWwindow* from, unsigned codepoint) {
    Impl& self = of(from);
    self.input = true;
    if (auto chord = chord_of_character(codepoint)) {
      self.keys.push_back({std::move(*chord), self.repeating});
    }
  });
  glfwSetMouseButtonCallback(w, [](GLFWwindow* from, int, int action, int) {
    of(from).input = true;
    if (action == GLFW_PRESS) ++of(from).presses;
  });
  glfwSetCursorPosCallback(w, [](GLFWwindow* from, double, double) { of(from).input = true; });
  glfwSetCursorEnterCallback(w, [](GLFWwindow* from, int) { of(from).input = true; });
  glfwSetScrollCallback(w, [](GLFWwindow* from, double, double) { of(from).input = true; });
  glfwSetWindowFocusCallback(w, [](GLFWwindow* from, int) { of(from).input = true; });
  glfwSetFramebufferSizeCallback(w, [](GLFWwindow* from, int, int) { of(from).input = true; });
  glfwSetWindowContentScaleCallback(w,
                                    [](GLFWwindow* from, float, float) { of(from).input = true; });
  glfwSetWindowRefreshCallback(w, [](GLFWwindow* from) { of(from).input = true; });
  glfwSetWindowCloseCallback(w, [](GLFWwindow* from) { of(from).input = true; });
}

Window::Window() : impl_(std::make_unique<Impl>()) {}
Window::~Window() = default;

Result<std::unique_ptr<Window>> Window::create(int width, int height, const std::string& title) {
  std::unique_ptr<Window> made(new Window);
  Impl& impl = *made->impl_;
  if (!impl.library.good()) {
    return fail("there is no display to open a window on (" + glfw_message() + ")",
                "start it in a desktop session, or use `epollscope run` and `epollscope shot`, "
                "which need none");
  }
  glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
  glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  glfwWindowHint(GLFW_SCALE_TO_MONITOR, GLFW_TRUE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "epollscope");
  glfwWindowHintString(GLFW_X11_INSTANCE_NAME, "epollscope");
  fit_to_screen(width, height);
  impl.window.reset(glfwCreateWindow(width, height, title.c_str(), nullptr, nullptr));
  if (!impl.window) {
    return fail("no window with OpenGL 3.3 could be opened (" + glfw_message() + ")",
                "install libgl1-mesa-dri, which draws in software where there is no graphics card");
  }
  glfwMakeContextCurrent(impl.window.get());
  if (auto loaded = load_gl(&glfwGetProcAddress); !loaded) {
    return std::unexpected(std::move(loaded.error()));
  }
  glfwSwapInterval(1);
  impl.listen();
  impl.waker = std::make_unique<Waker>([] { glfwPostEmptyEvent(); });
  return made;
}

bool Window::should_close() const {
  return glfwWindowShouldClose(impl_->window.get()) == GLFW_TRUE;
}
void Window::request_close(bool close) {
  glfwSetWindowShouldClose(impl_->window.get(), close ? GLFW_TRUE : GLFW_FALSE);
}

int Window::framebuffer_width() const {
  int width = 0;
  glfwGetFramebufferSize(impl_->window.get(), &width, nullptr);
  return width;
}

int Window::framebuffer_height() const {
  int height = 0;
  glfwGetFramebufferSize(impl_->window.get(), nullptr, &height);
  return height;
}

float Window::scale() const {
  float x = 1;
  glfwGetWindowContentScale(impl_->window.get(), &x, nullptr);
  return x;
}

void Window::begin() {
  glfwMakeContextCurrent(impl_->window.get());
  glBindFramebuffer(GL_FRAMEBUFFER, 0);
  glViewport(0, 0, framebuffer_width(), framebuffer_height());
}

void Window::present() { glfwSwapBuffers(impl_->window.get()); }

bool Window::wait(std::span<const int> fds, std::optional<double> seconds) {
  const auto start = Clock::now();
  glfwPollEvents();
  // The window system also wakes us for events that are no input (property changes, say), so
  // wait again until there is a reason to return.
  while (!impl_->input && !any_readable(fds)) {
    impl_->waker->arm({fds.begin(), fds.end()});
    if (!seconds) {
      glfwWaitEvents();
      continue;
    }
    const double left = *seconds - Seconds(Clock::now() - start).count();
    if (left <= 0) break;
    glfwWaitEventsTimeout(left);
  }
  impl_->waker->disarm();
  return std::exchange(impl_->input, false);
}

std::vector<KeyPress> Window::take_keys() { return std::exchange(impl_->keys, {}); }

long Window::presses() const { return impl_->presses; }

void Window::set_title(const std::string& title) {
  glfwSetWindowTitle(impl_->window.get(), title.c_str());
}

void Window::set_clipboard(const std::string& text) {
  glfwSetClipboardString(impl_->window.get(), text.c_str());
}

void Window::set_fullscreen(bool on) {
  GLFWwindow* window = impl_->window.get();
  if (on == (glfwGetWindowMonitor(window) != nullptr)) return;
  Place& place = impl_->place;
  if (!on) {
    glfwSetWindowMonitor(window, nullptr, place.x, place.y, place.width, place.height, 0);
    return;
  }
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  const GLFWvidmode* mode = monitor == nullptr ? nullptr : glfwGetVideoMode(monitor);
  if (mode == nullptr) return;
  glfwGetWindowPos(window, &place.x, &place.y);
  glfwGetWindowSize(window, &place.width, &place.height);
  glfwSetWindowMonitor(window, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

void* Window::handle() { return impl_->window.get(); }

}  // namespace epollscope::platform
