#include "app/cli/stdout.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace epollscope::cli {
namespace {

constexpr std::size_t kLarge = 64U << 10;

}  // namespace

void Stdout::flush() {
  std::string_view rest = text;
  while (!rest.empty() && !gone_) {
    const ssize_t n = write(STDOUT_FILENO, rest.data(), rest.size());
    if (n >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno != EINTR) {
      gone_ = true;
      if (errno != EPIPE) failure_ = std::strerror(errno);
    }
  }
  text.clear();
}

void Stdout::flush_if_large() {
  if (text.size() >= kLarge) flush();
}

void complain(const std::string& what) { fmt::print(stderr, "epollscope: {}\n", what); }

void complain(const Error& error) {
  complain(error.remedy.empty() ? error.what : error.what + "; " + error.remedy);
}

}  // namespace epollscope::cli
