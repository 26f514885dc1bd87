#include "core/session/measure.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <optional>

#include "core/lab/lab.h"
#include "core/observe/observe.h"

namespace epollscope {
namespace {

// A number from /proc; nullopt where it cannot be read.
std::optional<std::uint64_t> setting(const char* path) {
  std::uint64_t value = 0;
  if (std::ifstream(path) >> value) return value;
  return std::nullopt;
}

}  // namespace

MachineInputs measure_inputs() {
  MachineInputs in;
  in.traits = probe_traits();
  in.descriptor_limit = lab_descriptor_limit();
  in.terminals = lab_offers_terminals();
  if (const auto most = setting("/proc/sys/fs/pipe-max-size")) {
    in.pipe_max_size = static_cast<std::uint32_t>(*most);
  }
  if (const auto pages = setting("/proc/sys/fs/pipe-user-pages-soft")) {
    in.pipe_user_pages_soft = *pages > 0 ? *pages : std::numeric_limits<std::uint64_t>::max();
  }
  in.wmem_max =
      static_cast<std::uint32_t>(setting("/proc/sys/net/core/wmem_max").value_or(in.wmem_max));
  in.rmem_max =
      static_cast<std::uint32_t>(setting("/proc/sys/net/core/rmem_max").value_or(in.rmem_max));
  in.max_dgram_qlen = static_cast<std::uint32_t>(
      setting("/proc/sys/net/unix/max_dgram_qlen").value_or(in.max_dgram_qlen));
  in.page_size = static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE));
  if (const int null = open("/dev/null", O_RDWR | O_CLOEXEC); null >= 0) {
    in.null_flags = static_cast<std::uint32_t>(fcntl(null, F_GETFL));
    close(null);
  }
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) == 0) {
    const int bytes = fcntl(fds[0], F_GETPIPE_SZ);
    if (bytes > 0) in.pipe_slots = static_cast<std::uint32_t>(bytes) / in.page_size;
    close(fds[0]);
    close(fds[1]);
  }
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0) {
    int bytes = 0;
    socklen_t size = sizeof bytes;
    if (getsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &bytes, &size) == 0) {
      in.unix_sndbuf = static_cast<std::uint64_t>(bytes);
    }
    if (getsockopt(fds[0], SOL_SOCKET, SO_RCVBUF, &bytes, &size) == 0) {
      in.unix_rcvbuf = static_cast<std::uint64_t>(bytes);
    }
    close(fds[0]);
    close(fds[1]);
  }
  return in;
}

}  // namespace epollscope
