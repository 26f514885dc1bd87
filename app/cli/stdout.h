// Standard output and standard error of the program.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace epollscope::cli {

// Text for stdout, collected and written in large pieces. A reader that went away (`| head`) is
// no error: what follows is thrown away and gone() says so.
class Stdout {
 public:
  std::string text;  // append here

  void flush();
  void flush_if_large();
  [[nodiscard]] bool gone() const { return gone_; }
  // Another failure than a reader that left, "No space left on device"; empty: none.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  bool gone_ = false;
  std::string failure_;
};

// `epollscope: what; remedy` on stderr.
void complain(const Error& error);
void complain(const std::string& what);

}  // namespace epollscope::cli
