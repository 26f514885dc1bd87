#include "core/observe/read_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace epollscope {
namespace {

constexpr std::size_t kFirstPiece = std::size_t{16} << 10;
constexpr std::size_t kLargestPiece = std::size_t{4} << 20;

std::unexpected<Error> cannot(const std::string& path, int error) {
  const char* remedy = error == ENOENT || error == ESRCH
                           ? "the process may have ended, or /proc is of another PID namespace"
                           : "this container or user may not read /proc of another process";
  return fail(fmt::format("{} cannot be read: {}", path, std::strerror(error)), remedy);
}

}  // namespace

Result<std::string> read_proc_file(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return cannot(path, errno);
  std::string text;
  std::size_t length = 0;
  for (;;) {
    if (text.size() - length < kFirstPiece) {
      text.resize(length + std::clamp(length, kFirstPiece, kLargestPiece));
    }
    const ssize_t n = read(fd, text.data() + length, text.size() - length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      close(fd);
      return cannot(path, error);
    }
    if (n == 0) break;
    length += static_cast<std::size_t>(n);
  }
  close(fd);
  text.resize(length);
  return text;
}

}  // namespace epollscope
