// A call with every name replaced by the number it is bound to: what a kernel executes, be it
// the lab's or the model's. Values only; no ownership, any thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/base/ids.h"
#include "core/call/flags.h"

namespace epollscope {

struct EventArg {  // struct epoll_event
  std::uint32_t events = 0;
  std::uint64_t data = 0;
  friend bool operator==(EventArg, EventArg) = default;
};

// Of fs/eventpoll.c: what EPOLLEXCLUSIVE may be given with, and how many events one call takes.
inline constexpr std::uint32_t kBesideExclusive =
    EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;
inline constexpr std::int32_t kMostEvents = 0x7fffffff / 12;  // EP_MAX_EVENTS: 12 bytes each

struct EpollCreate {
  std::int32_t size;
};
struct EpollCreate1 {
  std::int32_t flags;
};
struct EpollCtl {
  Fd epfd;
  std::int32_t op;
  Fd fd;
  std::optional<EventArg> event;  // nullopt: a null pointer
  bool by_number = false;         // `fd` was written as a number: that is the item's name
};
struct EpollWait {  // and epoll_pwait, epoll_pwait2: one call with more and more arguments
  Fd epfd;
  std::int32_t maxevents;
  std::int32_t timeout_ms;  // negative: for ever; epoll_pwait2 does not read it
  bool null_buffer = false;
  enum class Form : std::uint8_t { wait, pwait, pwait2 } form = Form::wait;
  std::optional<std::uint64_t> sigmask = {};     // bit n-1 blocks signal n; nullopt: null pointer
  std::optional<std::int64_t> timespec_ns = {};  // of epoll_pwait2; nullopt: a null pointer
  [[nodiscard]] std::optional<std::int64_t> timeout_ns() const {  // nullopt: for ever
    if (form == Form::pwait2) return timespec_ns;
    if (timeout_ms < 0) return std::nullopt;
    return std::int64_t{timeout_ms} * 1'000'000;
  }
};
struct Pipe2 {  // pipe() is flags 0
  std::int32_t flags;
};
struct SocketPair {
  std::int32_t domain, type;
};
struct Socket {
  std::int32_t domain, type;
};
struct Bind {  // to an address of the loopback, or an abstract name, that the kernel chooses
  Fd fd;
};
struct Listen {  // on the loopback, also where nothing was bound
  Fd fd;
  std::int32_t backlog;
};
struct Connect {  // to the address of another socket; what asking for that gives is the result
  Fd fd, to;
};
struct Accept4 {  // accept() is flags 0
  Fd fd;
  std::int32_t flags;
};
struct Setsockopt {
  Fd fd;
  std::int32_t option;  // socket_option(); of SO_LINGER the value is seconds, or -1: off
  std::int32_t value;
};
struct Getsockopt {
  Fd fd;
  std::int32_t option;
};
struct EventFd {
  std::uint32_t initval;
  std::int32_t flags;
};
struct TimerfdCreate {
  std::int32_t clock, flags;
};
struct TimerfdSettime {  // relative; the old value is not asked for
  Fd fd;
  std::int64_t value_ns;  // 0 disarms
  std::int64_t interval_ns;
};
struct SignalFd {
  std::uint64_t mask;  // bit n-1: signal n
  std::int32_t flags;
};
// A pseudoterminal: its master and its slave, in the mode of a new one (canonical, with echo).
struct Openpty {};
inline constexpr std::uint32_t kMostTerminals = 1024;  // of a lab in all; then ENOSPC
// It watches the attributes of the lab's scratch files, numbers 1 … kScratchFiles.
struct Inotify {};
inline constexpr std::int32_t kScratchFiles = 2;
struct InotifyTouch {  // changes the attributes of one, which every instance watches
  Fd fd;               // for readers: the instance that is meant
  std::int32_t file;
};
struct MemfdCreate {};
inline constexpr std::uint64_t kMostFileBytes = 4096;  // of such a file (RLIMIT_FSIZE)
struct Read {
  Fd fd;
  std::uint64_t count;
};
struct WriteBytes {  // the bytes are Request::bytes
  Fd fd;
};
inline constexpr char kFillerByte = 'x';  // what write(fd, n) and fill(fd) write
struct WriteAmount {                      // n bytes of filler; on an eventfd the 64-bit value n
  Fd fd;
  std::uint64_t n;
};
struct SendBytes {  // the bytes are Request::bytes
  Fd fd;
  std::int32_t flags;
};
struct SendAmount {  // n bytes of filler
  Fd fd;
  std::uint64_t n;
  std::int32_t flags;
};
struct Recv {
  Fd fd;
  std::uint64_t count;
  std::int32_t flags;
};
struct Close {
  Fd fd;
};
struct Dup {
  Fd fd;
};
struct Dup2 {
  Fd fd, to;
};
struct Shutdown {
  Fd fd;
  std::int32_t how;
};
struct Fcntl {
  Fd fd;
  std::int32_t command;
  std::int64_t arg;
};
struct Setrlimit {  // the soft limit
  std::int32_t resource;
  std::uint64_t limit;
};
struct Kill {  // one thread, or a process that fork() made
  ActorId actor;
  std::int32_t signal;
};
inline constexpr std::int32_t kMostProcesses = 16;  // P1 … P16 in all: none is used again
struct Fork {
  ActorId child;  // who the new process will be; what it is returned as
};
struct Exit {  // never returns
  std::int32_t status;
};
struct Waitpid {  // for the end of one child
  ActorId child;
};
struct PidfdOpen {
  ActorId process;
};
struct Sigaction {
  std::int32_t signal;
  SignalAction action;
  std::int32_t flags;
};
struct Sigprocmask {
  std::int32_t how;
  std::optional<std::uint64_t> set;  // nullopt: a null pointer, which changes nothing
};
struct Drain {
  Fd fd;
};
struct Fill {
  Fd fd;
};
struct Sleep {
  std::int64_t ns;
};

// poll(2) with timeout 0, asking each for IN, OUT, PRI and RDHUP.
inline constexpr std::size_t kMostPolled = 16;
struct Poll {
  std::array<std::int32_t, kMostPolled>
      numbers;  // of `process`; alone, so that requests stay small
  std::int32_t process;
  std::uint32_t count;
};

using Operation =
    std::variant<EpollCreate, EpollCreate1, EpollCtl, EpollWait, Pipe2, SocketPair, Socket, Bind,
                 Listen, Connect, Accept4, Shutdown, Setsockopt, Getsockopt, EventFd, TimerfdCreate,
                 TimerfdSettime, SignalFd, Openpty, Inotify, InotifyTouch, MemfdCreate, Read,
                 WriteBytes, WriteAmount, SendBytes, SendAmount, Recv, Close, Dup, Dup2, Fcntl,
                 Setrlimit, Fork, Exit, Waitpid, PidfdOpen, Kill, Sigaction, Sigprocmask, Drain,
                 Fill, Sleep, Poll>;

// The number that a call takes from a file it may mean; invalid: none.
inline Fd number_freed_by(const Operation& op) {
  if (const auto* close = std::get_if<Close>(&op)) return close->fd;
  const auto* dup2 = std::get_if<Dup2>(&op);
  return dup2 == nullptr || dup2->fd == dup2->to ? Fd{} : dup2->to;
}

struct Request {
  Operation op;
  std::string bytes;  // WriteBytes and SendBytes only
};

}  // namespace epollscope
