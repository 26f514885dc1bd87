#include "core/lab/forbidden.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace epollscope::lab {

std::size_t try_forbidden(std::span<ForbiddenTry> tries) {
  std::size_t n = 0;
  const auto report = [&](std::string_view name, long result) {
    const int error = result == -1 ? errno : 0;
    if (n == tries.size()) return;
    ForbiddenTry& t = tries[n++];
    t.name = {};
    std::copy_n(name.begin(), std::min(name.size(), t.name.size() - 1), t.name.begin());
    t.error = error;
  };
  // Arguments with which each call would succeed, or fail otherwise than by EPERM.
  report("open a file", syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY));
  report("open a file as a terminal",
         syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDWR | O_NOCTTY));
  report("type into a terminal", syscall(SYS_ioctl, 0, TIOCSTI, ""));
  report("create a file", syscall(SYS_openat, AT_FDCWD, "/", O_RDWR | O_TMPFILE, 0600));
  report("netlink socket", syscall(SYS_socket, AF_NETLINK, SOCK_RAW, 0));
  report("packet socket", syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0));
  report("send to an address", syscall(SYS_sendto, 0, nullptr, 0, 0, "", 2));
  report("send a message", syscall(SYS_sendmsg, 0, nullptr, 0));
  report("another socket option",
         syscall(SYS_setsockopt, 0, SOL_SOCKET, SO_BINDTODEVICE, nullptr, 0));
  report("another limit", syscall(SYS_setrlimit, RLIMIT_NPROC, nullptr));
  report("change a file by its path", syscall(SYS_chmod, "/", 0755));
  report("netlink pair", syscall(SYS_socketpair, AF_NETLINK, SOCK_RAW, 0, nullptr));
  report("execve", syscall(SYS_execve, "", nullptr, nullptr));
  report("signal the parent", syscall(SYS_kill, getppid(), 0));
  report("signal all", syscall(SYS_kill, -1, 0));
  report("signal a thread elsewhere", syscall(SYS_tgkill, getppid(), getppid(), 0));
  report("trace the parent", syscall(SYS_ptrace, PTRACE_ATTACH, getppid(), nullptr, nullptr));
  report("look into the parent",
         syscall(SYS_process_vm_readv, getppid(), nullptr, 0, nullptr, 0, 0));
  report("new process",
         syscall(SYS_clone, CLONE_VM | CLONE_VFORK | 0x80000000UL, nullptr, nullptr, nullptr, 0));
  report("executable memory", syscall(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  report("signals by fcntl", syscall(SYS_fcntl, 0, F_SETOWN, getppid()));
  report("new namespace", syscall(SYS_unshare, CLONE_NEWUSER));
  report("copy a process's descriptor", syscall(SYS_pidfd_getfd, 0, 0, 0));
  report("another ring", syscall(SYS_io_uring_setup, 1, nullptr));
  return n;
}

}  // namespace epollscope::lab
