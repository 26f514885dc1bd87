#include "app/capture/png.h"

#include <fcntl.h>
#include <stb_image_write.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

namespace epollscope::capture {
namespace {

constexpr mode_t kModeBeforeUmask = 0666;

Result<std::vector<char>> encode(const platform::Pixels& pixels) {
  const auto wanted =
      static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height) * 4;
  if (pixels.width < 1 || pixels.height < 1 || pixels.rgba.size() != wanted) {
    return fail("a picture without pixels cannot be written");
  }
  std::vector<char> bytes;
  const auto append = [](void* to, void* data, int size) {
    const auto* first = static_cast<const char*>(data);
    static_cast<std::vector<char>*>(to)->insert(static_cast<std::vector<char>*>(to)->end(), first,
                                                first + size);
  };
  if (stbi_write_png_to_func(append, &bytes, pixels.width, pixels.height, 4, pixels.rgba.data(),
                             pixels.width * 4) == 0) {
    return fail("there is not enough memory to make a PNG of the picture");
  }
  return bytes;
}

std::unexpected<Error> cannot_write(const std::string& path, int error) {
  return fail(path + ": the picture cannot be written: " + std::strerror(error),
              "choose a file in a folder that exists, where you may write and that has room");
}

// 0, or the errno of what failed.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Something that exists and is no plain file (/dev/stdout, a pipe) cannot be replaced by a
// rename: it is written to.
bool is_special(const std::string& path) {
  struct stat about = {};
  return ::stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
}

int write_in_place(const std::string& path, std::string_view bytes) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = write_all(fd, bytes);
  return ::close(fd) != 0 && error == 0 ? errno : error;
}

int write_and_rename(const std::string& path, std::string_view bytes) {
  const std::string temporary = path + "." + std::to_string(::getpid()) + ".tmp";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                        kModeBeforeUmask);
  if (fd < 0) return errno;
  int error = write_all(fd, bytes);
  if (::close(fd) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(temporary.c_str());
  return error;
}

}  // namespace

Result<void> write_png(const platform::Pixels& pixels, const std::string& path) {
  const auto bytes = encode(pixels);
  if (!bytes) return std::unexpected(bytes.error());
  const std::string_view all(bytes->data(), bytes->size());
  const int error = is_special(path) ? write_in_place(path, all) : write_and_rename(path, all);
  if (error != 0) return cannot_write(path, error);
  return {};
}

}  // namespace epollscope::capture
