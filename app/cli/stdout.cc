#include "app/cli/stdout.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "app/cli/commands.h"

namespace epollscope::cli {
namespace {

constexpr std::size_t kLarge = 64U << 10;

// 0, or the errno of what failed. A descriptor that does not wait (a terminal may be shared with
// a program that wants that) is waited for.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      pollfd p{.fd = fd, .events = POLLOUT, .revents = 0};
      poll(&p, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

void occupy_standard_descriptors() {
  // The lowest free number is given each time. Stdin cannot be read, the others not written.
  const auto closed = [](int fd) { return fcntl(fd, F_GETFD) < 0; };
  if (closed(STDIN_FILENO)) open("/dev/null", O_WRONLY);
  if (closed(STDOUT_FILENO)) open("/dev/null", O_RDONLY);
  if (closed(STDERR_FILENO)) open("/dev/null", O_RDONLY);
}

void Stdout::flush() {
  const int error = gone_ ? 0 : write_all(STDOUT_FILENO, text);
  if (error != 0) gone_ = true;
  if (error != 0 && error != EPIPE) failure_ = std::strerror(error);
  text.clear();
}

void Stdout::flush_if_large() {
  if (text.size() >= kLarge) flush();
}

int Stdout::finish(int status) {
  flush();
  if (failure_.empty()) return status;
  complain("stdout: " + failure_);
  return std::max(status, kBadUsage);
}

void warn(std::string_view text) { write_all(STDERR_FILENO, text); }

void complain(const std::string& what) { warn(fmt::format("epollscope: {}\n", what)); }

void complain(const Error& error) {
  complain(error.remedy.empty() ? error.what : error.what + "; " + error.remedy);
}

}  // namespace epollscope::cli
