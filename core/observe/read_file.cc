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

Result<OwnedFd> open_proc_file(const std::string& path) {
  OwnedFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return cannot(path, errno);
  return file;
}

Result<std::string_view> read_open_file(const OwnedFd& file, const std::string& path,
                                        std::string& buffer) {
  std::size_t length = 0;
  for (;;) {
    if (buffer.size() - length < kFirstPiece) {
      buffer.resize(length + std::clamp(length, kFirstPiece, kLargestPiece));
    }
    const std::size_t room = buffer.size() - length;
    const ssize_t n = pread(file.get(), buffer.data() + length, room, static_cast<off_t>(length));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot(path, errno);
    length += static_cast<std::size_t>(n);
    if (static_cast<std::size_t>(n) < room) return std::string_view(buffer).substr(0, length);
  }
}

Result<std::string> read_proc_file(const std::string& path) {
  const auto file = open_proc_file(path);
  if (!file) return std::unexpected(file.error());
  std::string text;
  const auto read = read_open_file(*file, path, text);
  if (!read) return std::unexpected(read.error());
  text.resize(read->size());
  return text;
}

}  // namespace epollscope
