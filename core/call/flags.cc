#include "core/call/flags.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <ctime>

namespace epollscope {
namespace {

constexpr std::array kEpollEvents = {
    Flag{"EPOLLIN", "IN", EPOLLIN},
    Flag{"EPOLLPRI", "PRI", EPOLLPRI},
    Flag{"EPOLLOUT", "OUT", EPOLLOUT},
    Flag{"EPOLLERR", "ERR", EPOLLERR},
    Flag{"EPOLLHUP", "HUP", EPOLLHUP},
    Flag{"EPOLLRDNORM", "RDNORM", EPOLLRDNORM},
    Flag{"EPOLLRDBAND", "RDBAND", EPOLLRDBAND},
    Flag{"EPOLLWRNORM", "WRNORM", EPOLLWRNORM},
    Flag{"EPOLLWRBAND", "WRBAND", EPOLLWRBAND},
    Flag{"EPOLLMSG", "MSG", EPOLLMSG},
    Flag{"EPOLLRDHUP", "RDHUP", EPOLLRDHUP},
    Flag{"EPOLLEXCLUSIVE", "EXCLUSIVE", EPOLLEXCLUSIVE},
    Flag{"EPOLLWAKEUP", "WAKEUP", EPOLLWAKEUP},
    Flag{"EPOLLONESHOT", "ONESHOT", EPOLLONESHOT},
    Flag{"EPOLLET", "ET", EPOLLET},
};
constexpr std::array kEpollCreate = {Flag{"EPOLL_CLOEXEC", "CLOEXEC", EPOLL_CLOEXEC}};
constexpr std::array kCtlOp = {
    Flag{"EPOLL_CTL_ADD", "ADD", EPOLL_CTL_ADD},
    Flag{"EPOLL_CTL_DEL", "DEL", EPOLL_CTL_DEL},
    Flag{"EPOLL_CTL_MOD", "MOD", EPOLL_CTL_MOD},
};
constexpr std::array kFileStatus = {
    Flag{"O_NONBLOCK", "O_NONBLOCK", O_NONBLOCK}, Flag{"O_CLOEXEC", "O_CLOEXEC", O_CLOEXEC},
    Flag{"O_DIRECT", "O_DIRECT", 040000},         Flag{"O_APPEND", "O_APPEND", O_APPEND},
    Flag{"O_WRONLY", "O_WRONLY", O_WRONLY},       Flag{"O_RDWR", "O_RDWR", O_RDWR},
};
constexpr std::array kEventFd = {
    Flag{"EFD_SEMAPHORE", "EFD_SEMAPHORE", EFD_SEMAPHORE},
    Flag{"EFD_NONBLOCK", "EFD_NONBLOCK", EFD_NONBLOCK},
    Flag{"EFD_CLOEXEC", "EFD_CLOEXEC", EFD_CLOEXEC},
};
constexpr std::array kDomain = {
    Flag{"AF_UNIX", "AF_UNIX", AF_UNIX},
    Flag{"AF_INET", "AF_INET", AF_INET},
    Flag{"AF_INET6", "AF_INET6", AF_INET6},
};
constexpr std::array kSocketType = {
    Flag{"SOCK_STREAM", "SOCK_STREAM", SOCK_STREAM},
    Flag{"SOCK_DGRAM", "SOCK_DGRAM", SOCK_DGRAM},
    Flag{"SOCK_SEQPACKET", "SOCK_SEQPACKET", SOCK_SEQPACKET},
    Flag{"SOCK_NONBLOCK", "SOCK_NONBLOCK", SOCK_NONBLOCK},
    Flag{"SOCK_CLOEXEC", "SOCK_CLOEXEC", SOCK_CLOEXEC},
};
constexpr std::array kShutdownHow = {
    Flag{"SHUT_RD", "SHUT_RD", SHUT_RD},
    Flag{"SHUT_WR", "SHUT_WR", SHUT_WR},
    Flag{"SHUT_RDWR", "SHUT_RDWR", SHUT_RDWR},
};
constexpr std::array kFcntlCommand = {
    Flag{"F_GETFL", "F_GETFL", F_GETFL},
    Flag{"F_SETFL", "F_SETFL", F_SETFL},
    Flag{"F_GETPIPE_SZ", "F_GETPIPE_SZ", 1032},
    Flag{"F_SETPIPE_SZ", "F_SETPIPE_SZ", 1031},
};
constexpr std::array kPollEvents = {
    Flag{"POLLIN", "IN", POLLIN},       Flag{"POLLPRI", "PRI", POLLPRI},
    Flag{"POLLOUT", "OUT", POLLOUT},    Flag{"POLLERR", "ERR", POLLERR},
    Flag{"POLLHUP", "HUP", POLLHUP},    Flag{"POLLNVAL", "NVAL", POLLNVAL},
    Flag{"POLLRDHUP", "RDHUP", 0x2000},
};

constexpr std::array kClocks = {
    Flag{"CLOCK_MONOTONIC", "CLOCK_MONOTONIC", CLOCK_MONOTONIC},
    Flag{"CLOCK_REALTIME", "CLOCK_REALTIME", CLOCK_REALTIME},
    Flag{"CLOCK_BOOTTIME", "CLOCK_BOOTTIME", CLOCK_BOOTTIME},
    Flag{"CLOCK_REALTIME_ALARM", "CLOCK_REALTIME_ALARM", CLOCK_REALTIME_ALARM},
    Flag{"CLOCK_BOOTTIME_ALARM", "CLOCK_BOOTTIME_ALARM", CLOCK_BOOTTIME_ALARM},
};
constexpr std::array kTimerFd = {
    Flag{"TFD_NONBLOCK", "TFD_NONBLOCK", TFD_NONBLOCK},
    Flag{"TFD_CLOEXEC", "TFD_CLOEXEC", TFD_CLOEXEC},
};
constexpr std::array kSignals = {
    Flag{"SIGUSR1", "SIGUSR1", SIGUSR1},       Flag{"SIGUSR2", "SIGUSR2", SIGUSR2},
    Flag{"SIGALRM", "SIGALRM", SIGALRM},       Flag{"SIGINT", "SIGINT", SIGINT},
    Flag{"SIGTERM", "SIGTERM", SIGTERM},       Flag{"SIGHUP", "SIGHUP", SIGHUP},
    Flag{"SIGCHLD", "SIGCHLD", SIGCHLD},       Flag{"SIGIO", "SIGIO", SIGIO},
    Flag{"SIGPIPE", "SIGPIPE", SIGPIPE},       Flag{"SIGQUIT", "SIGQUIT", SIGQUIT},
    Flag{"SIGCONT", "SIGCONT", SIGCONT},       Flag{"SIGSTOP", "SIGSTOP", SIGSTOP},
    Flag{"SIGTSTP", "SIGTSTP", SIGTSTP},       Flag{"SIGKILL", "SIGKILL", SIGKILL},
    Flag{"SIGURG", "SIGURG", SIGURG},          Flag{"SIGWINCH", "SIGWINCH", SIGWINCH},
    Flag{"SIGTTIN", "SIGTTIN", SIGTTIN},       Flag{"SIGTTOU", "SIGTTOU", SIGTTOU},
    Flag{"SIGVTALRM", "SIGVTALRM", SIGVTALRM}, Flag{"SIGPROF", "SIGPROF", SIGPROF},
    Flag{"SIGABRT", "SIGABRT", SIGABRT},       Flag{"SIGSEGV", "SIGSEGV", SIGSEGV},
    Flag{"SIGBUS", "SIGBUS", SIGBUS},          Flag{"SIGFPE", "SIGFPE", SIGFPE},
    Flag{"SIGILL", "SIGILL", SIGILL},          Flag{"SIGTRAP", "SIGTRAP", SIGTRAP},
    Flag{"SIGSYS", "SIGSYS", SIGSYS},          Flag{"SIGXCPU", "SIGXCPU", SIGXCPU},
    Flag{"SIGXFSZ", "SIGXFSZ", SIGXFSZ},       Flag{"SIGPWR", "SIGPWR", SIGPWR},
    Flag{"SIGSTKFLT", "SIGSTKFLT", SIGSTKFLT},
};

constexpr std::array kSignalFd = {
    Flag{"SFD_NONBLOCK", "SFD_NONBLOCK", SFD_NONBLOCK},
    Flag{"SFD_CLOEXEC", "SFD_CLOEXEC", SFD_CLOEXEC},
};
constexpr std::array kMessage = {
    Flag{"MSG_OOB", "MSG_OOB", MSG_OOB},
    Flag{"MSG_PEEK", "MSG_PEEK", MSG_PEEK},
    Flag{"MSG_TRUNC", "MSG_TRUNC", MSG_TRUNC},
    Flag{"MSG_DONTWAIT", "MSG_DONTWAIT", MSG_DONTWAIT},
    Flag{"MSG_WAITALL", "MSG_WAITALL", MSG_WAITALL},
    Flag{"MSG_NOSIGNAL", "MSG_NOSIGNAL", MSG_NOSIGNAL},
    Flag{"MSG_MORE", "MSG_MORE", MSG_MORE},
};
constexpr std::array kAccept = {
    Flag{"SOCK_NONBLOCK", "SOCK_NONBLOCK", SOCK_NONBLOCK},
    Flag{"SOCK_CLOEXEC", "SOCK_CLOEXEC", SOCK_CLOEXEC},
};
constexpr Flag option(std::string_view name, int level, int number) {
  return {name, name, static_cast<std::uint64_t>(socket_option(level, number))};
}
constexpr std::array kSocketOptions = {
    option("SO_ERROR", SOL_SOCKET, SO_ERROR),
    option("SO_RCVLOWAT", SOL_SOCKET, SO_RCVLOWAT),
    option("SO_SNDBUF", SOL_SOCKET, SO_SNDBUF),
    option("SO_RCVBUF", SOL_SOCKET, SO_RCVBUF),
    option("SO_LINGER", SOL_SOCKET, SO_LINGER),
    option("SO_OOBINLINE", SOL_SOCKET, SO_OOBINLINE),
    option("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR),
    option("SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE),
    option("SO_TYPE", SOL_SOCKET, SO_TYPE),
    option("SO_ACCEPTCONN", SOL_SOCKET, SO_ACCEPTCONN),
    option("TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY),
};
constexpr std::array kSignalActions = {
    Flag{"handler", "handler", signal_handled},
    Flag{"SIG_DFL", "SIG_DFL", signal_default},
    Flag{"SIG_IGN", "SIG_IGN", signal_ignored},
};
constexpr std::array kSigactionFlag = {
    Flag{"SA_RESTART", "SA_RESTART", SA_RESTART},
    Flag{"SA_RESETHAND", "SA_RESETHAND", SA_RESETHAND},
    Flag{"SA_NODEFER", "SA_NODEFER", SA_NODEFER},
};
constexpr std::array kSigmaskHow = {
    Flag{"SIG_BLOCK", "SIG_BLOCK", SIG_BLOCK},
    Flag{"SIG_UNBLOCK", "SIG_UNBLOCK", SIG_UNBLOCK},
    Flag{"SIG_SETMASK", "SIG_SETMASK", SIG_SETMASK},
};
constexpr std::array kResources = {Flag{"RLIMIT_NOFILE", "NOFILE", RLIMIT_NOFILE}};

// SOCK_STREAM, SOCK_DGRAM and SOCK_SEQPACKET are numbers below the flag bits, not bits.
constexpr std::uint64_t kSocketTypeNumber = 0xF;

// What prints for this flag when it is in `bits`, or 0.
std::uint64_t matched(FlagSet set, const Flag& flag, std::uint64_t bits) {
  if (set == FlagSet::socket_type && flag.bits <= kSocketTypeNumber) {
    return (bits & kSocketTypeNumber) == flag.bits ? flag.bits : 0;
  }
  return (bits & flag.bits) == flag.bits ? flag.bits : 0;
}

}  // namespace

std::span<const Flag> flags_of(FlagSet set) {
  switch (set) {
    case FlagSet::none:
      return {};
    case FlagSet::epoll_events:
      return kEpollEvents;
    case FlagSet::epoll_create:
      return kEpollCreate;
    case FlagSet::ctl_op:
      return kCtlOp;
    case FlagSet::file_status:
      return kFileStatus;
    case FlagSet::eventfd:
      return kEventFd;
    case FlagSet::domain:
      return kDomain;
    case FlagSet::socket_type:
      return kSocketType;
    case FlagSet::shutdown_how:
      return kShutdownHow;
    case FlagSet::fcntl_command:
      return kFcntlCommand;
    case FlagSet::poll_events:
      return kPollEvents;
    case FlagSet::clock:
      return kClocks;
    case FlagSet::timerfd:
      return kTimerFd;
    case FlagSet::signal:
      return kSignals;
    case FlagSet::signalfd:
      return kSignalFd;
    case FlagSet::message:
      return kMessage;
    case FlagSet::accept:
      return kAccept;
    case FlagSet::socket_option:
      return kSocketOptions;
    case FlagSet::signal_action:
      return kSignalActions;
    case FlagSet::sigaction:
      return kSigactionFlag;
    case FlagSet::sigmask_how:
      return kSigmaskHow;
    case FlagSet::resource:
      return kResources;
    case FlagSet::error:
      return {};
  }
  return {};
}

bool is_enumeration(FlagSet set) {
  return set == FlagSet::ctl_op || set == FlagSet::domain || set == FlagSet::shutdown_how ||
         set == FlagSet::fcntl_command || set == FlagSet::signal || set == FlagSet::clock ||
         set == FlagSet::socket_option || set == FlagSet::signal_action ||
         set == FlagSet::sigmask_how || set == FlagSet::resource || set == FlagSet::error;
}

const Flag* find_flag(FlagSet set, std::string_view name) {
  for (const Flag& f : flags_of(set)) {
    if (f.full == name || f.brief == name) return &f;
  }
  return nullptr;
}

std::string print_flags(FlagSet set, std::uint64_t bits, FlagStyle style) {
  const auto name = [&](const Flag& f) { return style == FlagStyle::full ? f.full : f.brief; };
  if (set == FlagSet::error) return errno_name(static_cast<int>(bits));
  if (is_enumeration(set)) {
    for (const Flag& f : flags_of(set)) {
      if (f.bits == bits) return std::string(name(f));
    }
    return fmt::format("{:#x}", bits);
  }
  std::string text;
  for (const Flag& f : flags_of(set)) {
    const std::uint64_t found = matched(set, f, bits);
    if (found == 0) continue;
    bits &= ~found;
    text += text.empty() ? "" : "|";
    text += name(f);
  }
  if (bits != 0) text += fmt::format("{}{:#x}", text.empty() ? "" : "|", bits);
  return text.empty() ? "0" : text;
}

std::string errno_name(int error) {
  const char* name = strerrorname_np(error);
  return name != nullptr && error != 0 ? name : std::to_string(error);
}

int errno_value(std::string_view name) {
  constexpr int kGreatest = 133;
  if (name == "EWOULDBLOCK") return EWOULDBLOCK;
  for (int e = 1; e <= kGreatest; ++e) {
    const char* known = strerrorname_np(e);
    if (known != nullptr && name == known) return e;
  }
  return 0;
}

}  // namespace epollscope
