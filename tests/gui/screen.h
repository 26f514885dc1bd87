// An X server without a monitor, on a display number that was free.
#pragma once

#include <sys/types.h>

#include <string>

namespace epollscope::test {

class Screen {
 public:
  // Throws std::runtime_error when Xvfb cannot be started.
  explicit Screen(const std::string& size = "1680x1050");
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();  // ends the server

  [[nodiscard]] const std::string& display() const { return display_; }  // ":3"

 private:
  pid_t pid_ = -1;
  std::string display_;
};

}  // namespace epollscope::test
