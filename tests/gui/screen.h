// An X server without a monitor, on a display number that was free.
#pragma once

#include <sys/types.h>

#include <string>

namespace epollscope::test {

class Screen {
 public:
  Screen();  // throws std::runtime_error when Xvfb cannot be started
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();  // ends the server

  [[nodiscard]] const std::string& display() const { return display_; }  // ":3"

 private:
  pid_t pid_ = -1;
  std::string display_;
};

}  // namespace epollscope::test
