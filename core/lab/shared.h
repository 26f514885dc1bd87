// The memory that the lab and its parent share, and the rules for writing it.
//
//   Header | Slot 0 (service) | Slot 1 (first actor) | ... | payload 0 | payload 1 | ...
//
// Both sides are the same program, so values are stored as they are.
//   1. A slot belongs to the side its phase names: idle and returned, the parent; asked and
//      in_call, the lab. Only the owner writes the rest of the slot and its payload.
//   2. A call that ended takes the next number of `returns` right after the system call and is
//      then announced in ring[number % kRing] by its slot. The parent reads the ring in order, so
//      it learns of returns in the order in which they happened.
//   3. Payload pages exist once they are touched.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include "core/base/result.h"
#include "core/call/kernel.h"
#include "core/call/request.h"

namespace epollscope::lab {

inline constexpr std::size_t kPayload = std::size_t{2} << 20;
inline constexpr std::uint32_t kMostActors = 512;
inline constexpr std::uint32_t kRing = 1024;  // more than there can be calls under way

enum Phase : std::uint32_t { idle, asked, in_call, returned };

static_assert(std::is_trivially_copyable_v<Operation>, "requests cross as bytes");
static_assert(std::atomic<std::uint32_t>::is_always_lock_free, "shared by processes");

struct Reply {
  std::int64_t returned;
  std::int32_t error;
  std::uint32_t events;  // struct epoll_event in the payload; of poll, as many
  std::uint64_t bytes;   // read, in the payload
  std::uint64_t value;   // instead of bytes
  bool has_value;
  ValueKind value_kind;
  std::array<std::int32_t, 2> created;
  std::uint32_t created_count;
  std::int64_t elapsed_ns;
  std::uint64_t pipe_bytes;  // pipe2: of the new one
  bool ended;                // the process made its last call
};

struct alignas(256) Slot {
  std::atomic<std::uint32_t> phase;   // a futex: the lab's thread waits for `asked`
  std::atomic<std::uint32_t> tid;     // 0: the thread is not there yet
  std::atomic<std::uint32_t> reaped;  // of a process: somebody waited for it; its id means nothing
  bool process;                       // of an actor that fork() makes
  std::uint64_t request_bytes;        // WriteBytes and SendBytes, in the payload
  std::uint32_t target;               // Kill, Fork …: the slot of the actor meant; 0: there is none
  Operation operation;
  Reply reply;
};

// What the parent asks of the service thread, on the channel. All but make_actors are answered
// by the ticket when payload 0 holds the answer; Ticket 0 is the
// lab's own word that it is ready.
enum class Job : std::uint8_t { make_actors = 1, levels, forbidden, carriers };
struct Order {
  Job job;
  std::uint8_t ticket;
};

struct ServiceLevel {  // payload 0 during Job::levels: job_count of them
  std::int32_t fd;
  std::uint32_t revents;
  std::int64_t readable_bytes;
  std::int64_t capacity;
  std::int64_t unsent_bytes;  // see Level
  bool full;
  std::uint32_t unseen;
  bool counter;  // an eventfd: its counter is in /proc/PID/fdinfo
};

struct ForbiddenTry {
  std::array<char, 40> name;
  std::int32_t error;
};

struct TerminalCount {  // of one: bytes that its master is to get, and those read there
  std::atomic<std::uint64_t> sent, got;
};

// What the kernel carries on by itself: how much, and a number that is another one as soon as any
// of it has got on.
struct UnderWay {
  std::uint32_t count = 0;
  std::uint64_t where = 0;
  void add(std::initializer_list<std::uint64_t> what) {
    ++count;
    constexpr std::uint64_t kPrime = 0x100000001b3;  // of the hash FNV-1a
    for (const std::uint64_t part : what) where = (where ^ part) * kPrime;
  }
  friend bool operator==(UnderWay, UnderWay) = default;
};

struct Header {
  std::uint32_t actors;               // slots 1 .. actors
  std::atomic<std::uint32_t> wanted;  // actors that must have a thread
  std::atomic<std::uint64_t> returns;
  std::array<std::atomic<std::uint32_t>, kRing> ring;
  std::uint32_t job_count;  // entries in payload 0
  UnderWay under_way;       // after Job::carriers
  // TCP sockets and terminals, what is written to which the kernel carries on by itself, have
  // numbers below it; 0: there were none.
  std::atomic<std::uint32_t> carriers_end;
  std::atomic<std::uint32_t> terminals_made;
  // A datagram socket of AF_UNIX has been given a peer: one that may be full for it.
  std::atomic<bool> datagrams_directed;
  std::array<TerminalCount, kMostTerminals> terminals;
  std::array<char, 256> last_words;  // why the lab ended itself; zero-terminated
};

// The mapping, on either side. Owns nothing but the address range.
class Area {
 public:
  Area() = default;
  // Maps `memfd`, which holds bytes_for(actors) bytes.
  static Result<Area> map(int memfd, std::uint32_t actors);
  static std::size_t bytes_for(std::uint32_t actors);
  void unmap();

  [[nodiscard]] Header& header() const { return *reinterpret_cast<Header*>(base_); }
  [[nodiscard]] Slot& slot(std::size_t i) const {
    return *reinterpret_cast<Slot*>(base_ + kSlots + i * sizeof(Slot));
  }
  [[nodiscard]] std::byte* payload(std::size_t i) const {
    return base_ + payload_offset(actors_) + i * kPayload;
  }

 private:
  static constexpr std::size_t kSlots = (sizeof(Header) + 255) / 256 * 256;
  static std::size_t payload_offset(std::uint32_t actors);

  std::byte* base_ = nullptr;
  std::uint32_t actors_ = 0;
};

// Futexes between processes.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t while_it_is);
void futex_wake(std::atomic<std::uint32_t>& word);

}  // namespace epollscope::lab
