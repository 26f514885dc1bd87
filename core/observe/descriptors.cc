#include <fmt/format.h>
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "core/observe/observe.h"

namespace epollscope {
namespace {

std::optional<std::string> read_link(const std::string& path) {
  std::array<char, 4096> buffer;
  const ssize_t n = readlink(path.c_str(), buffer.data(), buffer.size());
  if (n < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(n));
}

}  // namespace

Result<bool> same_open_file(int pid, Fd a, Fd b) {
  const long r = syscall(SYS_kcmp, pid, pid, KCMP_FILE, a.value, b.value);
  if (r >= 0) return r == 0;
  const char* remedy = errno == EBADF ? "one of the descriptors is not open"
                                      : "kcmp(2) may be off in this kernel or container";
  return fail(fmt::format("descriptors {} and {} of process {} cannot be compared: {}", a.value,
                          b.value, pid, std::strerror(errno)),
              remedy);
}

Result<std::vector<OpenFd>> read_descriptors(int pid) {
  const std::string folder = fmt::format("/proc/{}/fd", pid);
  std::error_code error;
  std::vector<OpenFd> list;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    Fd fd;
    const auto [end, bad] = std::from_chars(name.data(), name.data() + name.size(), fd.value);
    if (bad != std::errc{} || end != name.data() + name.size()) continue;
    // A descriptor closed since the folder was read is not open: it has no row.
    if (auto target = read_link(entry->path().string())) list.push_back({fd, std::move(*target)});
  }
  if (error) {
    return fail(fmt::format("{} cannot be read: {}", folder, error.message()),
                "the process may have ended, or this container or user may not look into it");
  }
  std::sort(list.begin(), list.end(), [](const OpenFd& x, const OpenFd& y) { return x.fd < y.fd; });
  return list;
}

}  // namespace epollscope
