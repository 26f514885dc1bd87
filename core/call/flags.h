// Names of the flags that calls take, in the full form of the man pages (EPOLLIN) and the
// short form of the window (IN). One table, read by the parser, the printer and the call builder.
// Source: man-pages 6.x and <sys/epoll.h>, <fcntl.h>, <sys/socket.h>, <sys/eventfd.h>, <signal.h>.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace epollscope {

enum class FlagSet : std::uint8_t {
  none,
  epoll_events,   // EPOLLIN … of epoll_ctl and epoll_wait
  epoll_create,   // EPOLL_CLOEXEC
  ctl_op,         // EPOLL_CTL_ADD, _MOD, _DEL: one of them, not a mask
  file_status,    // O_NONBLOCK, O_CLOEXEC, O_DIRECT of pipe2 and F_SETFL
  eventfd,        // EFD_SEMAPHORE, EFD_NONBLOCK, EFD_CLOEXEC
  domain,         // AF_UNIX …: one of them
  socket_type,    // SOCK_STREAM … with SOCK_NONBLOCK, SOCK_CLOEXEC
  shutdown_how,   // SHUT_RD, SHUT_WR, SHUT_RDWR: one of them
  fcntl_command,  // F_GETFL, F_SETFL, F_GETPIPE_SZ, F_SETPIPE_SZ: one of them
  poll_events,    // POLLIN …
  clock,          // CLOCK_MONOTONIC …: one of them
  timerfd,        // TFD_NONBLOCK, TFD_CLOEXEC
  signal,         // SIGUSR1 …: one of them
  signalfd,       // SFD_NONBLOCK, SFD_CLOEXEC
  message,        // MSG_OOB, MSG_DONTWAIT … of send and recv
  accept,         // SOCK_NONBLOCK, SOCK_CLOEXEC of accept4
  socket_option,  // SO_ERROR …: one of them, as socket_option() packs it
  signal_action,  // SIG_DFL, SIG_IGN, handler: one of them
  sigaction,      // SA_RESTART …
  sigmask_how,    // SIG_BLOCK …: one of them
  resource,       // NOFILE: one of them
  error,          // ENOENT …: one of them, by errno_name()
};

// A socket option's level and name as one number.
constexpr std::int32_t socket_option(int level, int name) { return level << 16 | name; }
constexpr int option_level(std::int32_t option) { return option >> 16; }
constexpr int option_name(std::int32_t option) { return option & 0xffff; }

// What sigaction() is asked for.
enum SignalAction : std::uint8_t { signal_default, signal_ignored, signal_handled };

struct Flag {
  std::string_view full;   // EPOLLIN
  std::string_view brief;  // IN; equal to full where the language has no short form
  std::uint64_t bits;
};

enum class FlagStyle : std::uint8_t { full, brief };

// All flags of a set, in the order in which they print.
std::span<const Flag> flags_of(FlagSet set);

// True for sets in which exactly one value applies (an op, a command) rather than a mask.
bool is_enumeration(FlagSet set);

// The flag with this full or short name; nullptr when the set has none.
const Flag* find_flag(FlagSet set, std::string_view name);

// "EPOLLIN|EPOLLET"; bits without a name follow as one hexadecimal integer; 0 prints "0"
// (or the name whose value is 0, for an enumeration).
std::string print_flags(FlagSet set, std::uint64_t bits, FlagStyle style = FlagStyle::full);

// "EEXIST" for 17; a number nobody named prints in decimal. And back: 0 when unknown.
std::string errno_name(int error);
int errno_value(std::string_view name);

}  // namespace epollscope
