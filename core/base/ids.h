// Strong identifiers. A descriptor number is not an open file, and an open file is not
// the object behind it: mixing them up is the very mistake the program exists to show,
// so the compiler forbids it here.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace epollscope {

template <class Tag>
struct Id {
  std::int32_t value = -1;

  [[nodiscard]] constexpr bool valid() const { return value >= 0; }
  [[nodiscard]] constexpr std::size_t index() const { return static_cast<std::size_t>(value); }
  friend constexpr auto operator<=>(Id, Id) = default;
};

// A descriptor: a number in the table of one process of the lab.
struct Fd {
  std::int32_t value = -1;
  std::int32_t process = 0;  // 0: the lab's own, of T1, T2 …; n: Pn's

  [[nodiscard]] constexpr bool valid() const { return value >= 0; }
  [[nodiscard]] constexpr std::size_t index() const { return static_cast<std::size_t>(value); }
  friend constexpr auto operator<=>(Fd, Fd) = default;
};
using FileId = Id<struct FileTag>;      // an open file description (struct file)
using ObjectId = Id<struct ObjTag>;     // what open files share: a pipe, a socket pair, a counter
using EpitemId = Id<struct EpitemTag>;  // one registration (struct epitem); never reused in a run

// Who makes a call: thread T1, T2 … of the lab, or process P1, P2 … made by fork().
struct ActorId {
  char kind = 'T';
  std::int32_t number = 1;
  friend constexpr auto operator<=>(ActorId, ActorId) = default;
  // As Fd::process. A process that fork() made has one thread, and that is the actor.
  [[nodiscard]] constexpr std::int32_t process() const { return kind == 'P' ? number : 0; }
};

}  // namespace epollscope

template <class Tag>
struct std::hash<epollscope::Id<Tag>> {
  std::size_t operator()(epollscope::Id<Tag> id) const noexcept {
    return std::hash<std::int32_t>{}(id.value);
  }
};
template <>
struct std::hash<epollscope::Fd> {
  std::size_t operator()(epollscope::Fd fd) const noexcept {
    return std::hash<std::int64_t>{}((static_cast<std::int64_t>(fd.process) << 32) | fd.value);
  }
};
template <>
struct std::hash<epollscope::ActorId> {
  std::size_t operator()(epollscope::ActorId a) const noexcept {
    return std::hash<std::int64_t>{}((static_cast<std::int64_t>(a.kind) << 32) | a.number);
  }
};
