// A call with every name replaced by the number it is bound to: what a kernel executes, be it
// the lab's or the model's. Values only; no ownership, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "core/base/ids.h"

namespace epollscope {

struct EventArg {  // struct epoll_event
  std::uint32_t events = 0;
  std::uint64_t data = 0;
  friend bool operator==(EventArg, EventArg) = default;
};

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
struct Close {
  Fd fd;
};
struct Dup {
  Fd fd;
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
struct Drain {
  Fd fd;
};
struct Fill {
  Fd fd;
};
struct Sleep {
  std::int64_t ns;
};

using Operation = std::variant<EpollCreate, EpollCreate1, EpollCtl, EpollWait, Pipe2, SocketPair,
                               EventFd, TimerfdCreate, TimerfdSettime, Read, WriteBytes,
                               WriteAmount, Close, Dup, Shutdown, Fcntl, Drain, Fill, Sleep>;

struct Request {
  Operation op;
  std::string bytes;  // WriteBytes only
};

}  // namespace epollscope
