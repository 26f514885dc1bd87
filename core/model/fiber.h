// A function on a stack of its own, which can stop in the middle of a call and go on later: how a
// model without threads lets several tasks be inside the kernel at once. Not thread-safe.
#pragma once

#include <functional>
#include <memory>

namespace epollscope {

class Fiber {
 public:
  explicit Fiber(std::function<void()> body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber();  // Requires: it never began, or done()

  // Runs the body until it stops or ends. Requires: !done(), and called from outside of it.
  void resume();
  // Goes back to whoever resumed it. Requires: called from inside of it.
  void stop();
  [[nodiscard]] bool done() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace epollscope
