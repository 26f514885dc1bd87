// What a call gave back: return value, errno, and whatever it stored in user memory.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"

namespace epollscope {

struct Event {  // one element of events[]
  std::uint32_t events = 0;
  std::uint64_t data = 0;
  friend bool operator==(Event, Event) = default;
};

enum class ValueKind : std::uint8_t {
  number,  // a counter, or how a process ended by itself
  signal,  // read of a signalfd: the number of the first; waitpid: what ended the child
  option,  // an int, which may be negative: as std::int64_t
  error,   // SO_ERROR
  events,  // read of an inotify instance: how many
};

struct Outcome {
  std::int64_t returned = 0;           // as the C library returns it; -1 with error set on failure.
                                       // Instead of the id of process Pn: n
  int error = 0;                       // errno; 0 on success
  std::uint32_t pipe_bytes = 0;        // pipe2: what the pipe holds; 0: nobody asked
  std::vector<Event> events;           // epoll_wait; poll: `data` is the descriptor
  std::string bytes;                   // read and recv: what was read (with a value: empty)
  std::optional<std::uint64_t> value;  // read of what has no bytes to show; getsockopt
  ValueKind value_kind = ValueKind::number;
  bool ended = false;           // the process ended in it: there was nobody to return to
  std::vector<Fd> created;      // creation calls: one or two descriptors
  std::int64_t elapsed_ns = 0;  // time inside the call; virtual in the model

  [[nodiscard]] bool failed() const { return error != 0; }
  // Equal in what the caller was told, but for the time and the bytes' source.
  [[nodiscard]] bool same_result(const Outcome& o) const {
    return returned == o.returned && error == o.error && events == o.events && bytes == o.bytes &&
           value == o.value && created == o.created && ended == o.ended;
  }
};

}  // namespace epollscope
