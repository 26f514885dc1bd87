// Wakes the window's event loop when a file descriptor becomes readable. GLFW can only wait for
// the window system, and may be woken by an empty event; so a thread of ours waits for the
// descriptor in its place:
//
//   window thread                        waker thread
//   arm(fd) ──── eventfd ──────────────▶ poll(eventfd, fd)   at rest, both sleep here
//   glfwWaitEvents()  ◀── empty event ── fd is readable; disarm
//
// The thread wakes the loop once for each arm(), so a readable descriptor that nobody reads
// cannot make it spin.
#pragma once

#include <functional>
#include <mutex>
#include <thread>

namespace epollscope::platform {

class Waker {
 public:
  // `wake` is called on the waker's thread; it must not block.
  explicit Waker(std::function<void()> wake);
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker();  // joins the thread

  void arm(int fd);  // -1: none
  // After disarm() returns nobody is woken until the next arm().
  void disarm();

 private:
  void run();
  void ring();

  std::function<void()> wake_;
  int bell_ = -1;  // eventfd: look at the fields below again
  std::mutex mutex_;
  int fd_ = -1;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace epollscope::platform
