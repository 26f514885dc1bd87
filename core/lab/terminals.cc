#include "core/lab/terminals.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/lab/confine.h"

namespace epollscope::lab {
namespace {

// What a master gets of one byte. Of control characters, of which some edit the line, it is not
// told: the least is counted.
std::uint64_t echo_of(std::byte byte) {
  const auto c = std::to_integer<unsigned char>(byte);
  if (c == '\n' || c == '\r') return 2;
  return c == '\t' || (c >= ' ' && c != 0x7f) ? 1 : 0;
}
std::uint64_t output_of(std::byte byte) { return byte == std::byte{'\n'} ? 2 : 1; }

TerminalCount* count_of(Header& header, Known known) {
  return known.terminal == 0 ? nullptr : &header.terminals[known.terminal - 1U];
}

// Takes the lock that the kernel holds while it hands input over.
int readable(int fd) {
  int bytes = 0;
  return ioctl(fd, FIONREAD, &bytes) == 0 ? bytes : -1;
}

}  // namespace

const char* seal_terminal_path() {
  constexpr long kSeal = 462;  // mseal, from Linux 6.10 on
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  void* p = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) return nullptr;
  std::memcpy(p, kTerminalPath, sizeof kTerminalPath);
  mprotect(p, page, PROT_READ);
  syscall(kSeal, p, page, 0);
  return static_cast<const char*>(p);
}

bool open_terminal(const char* path, std::array<int, 2>& fds) {
  const long master = syscall(SYS_openat, AT_FDCWD, path, kTerminalFlags);
  if (master < 0) return false;
  fds[0] = static_cast<int>(master);
  const int unlocked = 0;
  fds[1] =
      ioctl(fds[0], TIOCSPTLCK, &unlocked) == 0 ? ioctl(fds[0], TIOCGPTPEER, kTerminalFlags) : -1;
  if (fds[1] >= 0) return true;
  const int error = errno;
  syscall(SYS_close, fds[0]);
  errno = error;
  return false;
}

void count_written(Header& header, Known known, std::span<const std::byte> text) {
  TerminalCount* count = count_of(header, known);
  if (count == nullptr) return;
  std::uint64_t bytes = 0;
  for (const std::byte b : text) bytes += known.kind == FdKind::master ? echo_of(b) : output_of(b);
  count->sent += bytes;
}

void count_written(Header& header, Known known, std::uint64_t filler) {
  if (TerminalCount* count = count_of(header, known)) count->sent += filler;
}

void count_read(Header& header, Known known, std::uint64_t bytes) {
  if (known.kind != FdKind::master) return;
  if (TerminalCount* count = count_of(header, known)) count->got += bytes;
}

void add_terminals_under_way(const Descriptors& descriptors, const Header& header,
                             std::uint32_t end, UnderWay& all) {
  const auto each = [&](FdKind kind, auto what) {
    for (std::int32_t fd = 0; fd < static_cast<std::int32_t>(end); ++fd) {
      const Known known = descriptors.known(fd);
      if (known.kind == kind && known.terminal != 0) what(fd, known);
    }
  };
  each(FdKind::master, [&](std::int32_t fd, Known known) {
    const TerminalCount& count = header.terminals[known.terminal - 1U];
    const int bytes = readable(fd);
    if (bytes < 0) return;
    const std::uint64_t arrived = count.got + static_cast<std::uint64_t>(bytes);
    if (arrived < count.sent) all.add({static_cast<std::uint64_t>(fd), arrived});
  });
  // The echo of the last byte can be there before the kernel has let go of the slave's input.
  each(FdKind::slave, [](std::int32_t fd, Known) { readable(fd); });
}

}  // namespace epollscope::lab
