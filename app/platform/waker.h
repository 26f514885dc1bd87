// Wakes the window's event loop when one of some descriptors becomes readable. GLFW can only wait
// for the window system, and may be woken by an empty event; so a thread of ours waits for the
// descriptors in its place:
//
//   window thread                        waker thread
//   arm(fds) ─── eventfd ──────────────▶ poll(eventfd, fds)   at rest, both sleep here
//   glfwWaitEvents()  ◀── empty event ── one is readable; disarm
//
// The thread wakes the loop once for each arm(), so a readable descriptor that nobody reads
// cannot make it spin.
#pragma once

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace epollscope::platform {

class Waker {
 public:
  // `wake` is called on the waker's thread; it must not block.
  explicit Waker(std::function<void()> wake);
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;
  ~Waker();  // joins the thread

  void arm(std::vector<int> fds);  // -1 is passed over
  // After disarm() returns nobody is woken until the next arm().
  void disarm();

 private:
  void run();
  void ring();

  std::function<void()> wake_;
  int bell_ = -1;  // eventfd: look at the fields below again
  std::mutex mutex_;
  std::vector<int> fds_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace epollscope::platform
