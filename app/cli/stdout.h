// Standard output and standard error of the program.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace epollscope::cli {

// Gives descriptors 0, 1 and 2 to something that refuses to be used where the caller closed them
// (`epollscope … >&-`): else the next thing that is opened would be taken for stdout. Call first.
void occupy_standard_descriptors();

// Text for stdout, collected and written in large pieces. A reader that went away (`| head`) is
// no error: what follows is thrown away and gone() says so.
class Stdout {
 public:
  std::string text;  // append here

  void flush();
  void flush_if_large();
  // Writes what is left. `status`, or 2 after saying why it could not be written.
  [[nodiscard]] int finish(int status);
  [[nodiscard]] bool gone() const { return gone_; }

 private:
  bool gone_ = false;
  std::string failure_;  // another than a reader that left: "No space left on device"
};

// Text on stderr, as it is. Where that cannot be written there is nobody left to tell.
void warn(std::string_view text);

// `epollscope: what; remedy` on stderr.
void complain(const Error& error);
void complain(const std::string& what);

}  // namespace epollscope::cli
