// The vocabulary of the scenario language: every call a person can make, as a value, and the
// table that says which arguments each takes. The parser checks against this table, the call
// builder offers what it lists, and the help prints it: a call exists once it has a row here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/ids.h"
#include "core/call/flags.h"

namespace epollscope {

enum class CallName : std::uint8_t {
  epoll_create,
  epoll_create1,
  epoll_ctl,
  epoll_wait,
  epoll_pwait,
  epoll_pwait2,
  pipe,
  pipe2,
  socketpair,
  socket,
  bind,
  listen,
  connect,
  accept,
  accept4,
  shutdown,
  setsockopt,
  getsockopt,
  eventfd,
  timerfd_create,
  timerfd_settime,
  signalfd,
  openpty,
  inotify,
  inotify_touch,
  memfd_create,
  read,
  write,
  send,
  recv,
  close,
  dup,
  dup2,
  fcntl,
  setrlimit,
  fork,
  exit,
  waitpid,
  pidfd,
  kill,
  sigaction,
  sigprocmask,
  drain,
  fill,
  sleep,
  poll,
};

// ---- argument values -------------------------------------------------------------------

struct Null {
  friend bool operator==(Null, Null) = default;
};
struct Integer {  // any value from -2^63 to 2^64-1
  std::uint64_t magnitude = 0;
  bool negative = false;                          // never with magnitude 0
  [[nodiscard]] std::int64_t as_signed() const {  // wraps above 2^63-1, as a C cast does
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
  }
  static Integer of(std::int64_t v) {
    return v < 0 ? Integer{0 - static_cast<std::uint64_t>(v), true}
                 : Integer{static_cast<std::uint64_t>(v), false};
  }
  friend bool operator==(Integer, Integer) = default;
};
struct Duration {
  std::int64_t ns = 0;
  friend bool operator==(Duration, Duration) = default;
};
struct String {  // any bytes
  std::string bytes;
  friend bool operator==(const String&, const String&) = default;
};
struct Mask {  // flags of one set, with any unnamed bits
  FlagSet set = FlagSet::none;
  std::uint64_t bits = 0;
  friend bool operator==(Mask, Mask) = default;
};
struct Ref {  // a bound name, after ranges were expanded: `a`, `a[7]`
  std::string name;
  friend auto operator<=>(const Ref&, const Ref&) = default;
};

struct Value;
struct Field;
struct Struct {
  std::vector<Field> fields;
  friend bool operator==(const Struct&, const Struct&) = default;
};
struct Set {
  std::vector<Value> values;
  friend bool operator==(const Set&, const Set&) = default;
};
struct Value {
  std::variant<Null, Integer, Duration, String, Mask, Ref, ActorId, Struct, Set> v;
  bool unchecked = false;  // written with a trailing `?`: shown, never compared
  friend bool operator==(const Value&, const Value&) = default;
};
struct Field {
  std::string key;
  Value value;
  friend bool operator==(const Field&, const Field&) = default;
};

// ---- calls -----------------------------------------------------------------------------

struct Call {
  CallName name = CallName::epoll_create1;
  std::vector<Value> args;  // as the row of the table orders them; optional ones may be missing
  friend bool operator==(const Call&, const Call&) = default;
};

enum class ParamKind : std::uint8_t {
  fd,         // a name or a bare number
  integer,    // within [min, max]; the kernel judges values outside what is sensible
  flags,      // a mask or enumeration of Param::flags
  event,      // a mask, {events=…, data=…}, or NULL
  timeout,    // integer milliseconds, or -1
  timespec,   // 20ms, or -1
  signals,    // [SIGUSR1, …], or NULL
  duration,   // 20ms
  interval,   // 20ms, or 0
  data,       // "text", or a number of filler bytes (an eventfd: the value itself)
  fcntl_arg,  // an integer, a size or O_ flags, as the command wants
  buffer,     // events=NULL only
  actor,      // T2 or P1
  process,    // P1
};

struct Param {
  std::string_view name;
  ParamKind kind;
  FlagSet flags = FlagSet::none;
  bool optional = false;
  std::int64_t min = 0;  // what the builder offers; the parser does not limit
  std::int64_t max = 0;
  std::int64_t initial = 0;  // the builder's first value (flags: bits)
  int most = 1;              // how often it may stand; more than once: the last parameter only
};

enum class CallGroup : std::uint8_t {
  epoll,
  make,
  connection,
  data,
  descriptor,
  process,
  signal,
  shorthand
};

struct CallSpec {
  CallName call;
  std::string_view name;
  CallGroup group;
  std::span<const Param> params;
  int creates = 0;  // how many names a statement may bind: 0, 1 or 2. fork binds a process instead
  [[nodiscard]] std::size_t required() const;
  [[nodiscard]] std::size_t most() const;
  [[nodiscard]] const Param& param(std::size_t argument) const;  // Requires: argument < most()
};

std::span<const CallSpec> all_calls();  // in the order of the builder
const CallSpec& spec_of(CallName call);
bool is_wait(CallName call);                       // epoll_wait and its two newer forms
bool gives_data(CallName call);                    // read and recv
const CallSpec* find_call(std::string_view name);  // nullptr when unknown

// Text of a value or call in the scenario language; parsing it gives the same value back.
std::string print(const Value& value, FlagStyle style = FlagStyle::full);
std::string print(const Call& call, FlagStyle style = FlagStyle::full);
std::string print(ActorId actor);

}  // namespace epollscope
