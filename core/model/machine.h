// The model kernel: a deterministic machine without system calls, clock, randomness or
// threads. It executes requests on a world that is a value: copying a Machine is a checkpoint.
//
// A call either returns or leaves its actor asleep. Whatever a call wakes stays *runnable*
// until the owner lets it run, in the order the owner wants (on the real kernel the scheduler
// decides; the observed order is an input).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/call/kernel.h"
#include "core/call/outcome.h"
#include "core/call/request.h"
#include "core/call/state.h"
#include "core/call/traits.h"
#include "core/model/micro_step.h"
#include "core/model/misconception.h"

namespace epollscope {

// What differs between machines and is measured, never assumed.
struct MachineInputs {
  std::uint32_t page_size = 4096;
  std::uint32_t pipe_slots = 16;
  std::uint64_t unix_sndbuf = 212992, unix_rcvbuf = 212992;
  std::uint32_t wmem_max = 212992, rmem_max = 212992;  // /proc/sys/net/core
  std::uint32_t max_dgram_qlen = 10;                   // /proc/sys/net/unix
  std::uint64_t pipe_user_pages_soft = 16384;          // beyond it new pipes get two slots
  std::uint32_t pipe_max_size = 1 << 20;
  int descriptor_limit = 65536;
  bool terminals = true;  // openpty() works
  KernelTraits traits;
  std::uint32_t null_flags = 2;  // F_GETFL of /dev/null: O_RDWR, and what open() adds (O_LARGEFILE)
};

// How the tree's order is known. created: open files compare in creation order.
// learned: the order is told by learn_order(); until then new items are unranked.
enum class TreeOrder : std::uint8_t { created, learned };

class World;
class Machine;

// Which task goes on at each point where several can: an index into the list of them, in which the
// one that runs comes first. What is missing is 0.
using Schedule = std::vector<std::uint8_t>;

// What happens between two moments at rest.
struct Turn {
  ActorId actor;                  // makes `call`
  const Request* call = nullptr;  // nullptr: nobody does
  // Sleepers whose deadline passes, and those that a signal, a stop or a debugger ends, unless they
  // are woken first.
  std::vector<ActorId> timed_out = {};
  std::vector<ActorId> interrupted = {};
  std::vector<FileId> expired = {};  // timers that expire, once they are armed
};

// What became of it.
struct Interleaved {
  struct Choice {
    std::uint8_t taken = 0;
    std::uint8_t width = 0;  // how many could go on
    bool preempts = false;   // the one that ran was among them
  };
  std::map<ActorId, Outcome> returned;
  std::vector<Choice> choices;
  std::size_t fitting = 0;  // returns, before one was refused
  bool fits = true;         // false: one was refused, and choices end there
};

using Fits = std::function<bool(ActorId, const Outcome&)>;
// Tasks that can go on.
struct Ready {
  std::size_t width = 0;
  bool preempts = false;              // the first of them is the one that ran
  std::optional<std::size_t> caller;  // which of them makes the turn's call
};
using Dice = std::function<std::size_t(const Ready&)>;
using Accept = std::function<bool(const Machine&, const Interleaved&)>;

class Machine {
 public:
  explicit Machine(MachineInputs inputs = {}, TreeOrder order = TreeOrder::created);
  Machine(const Machine&);
  Machine& operator=(const Machine&);
  Machine(Machine&&) noexcept;
  Machine& operator=(Machine&&) noexcept;
  ~Machine();

  // From now on one rule is wrong, in every copy too; nullopt: none. A belief colours what is
  // remembered as well: a machine that is to answer for it must have had it from the start.
  void believe(std::optional<Misconception> rule);
  [[nodiscard]] std::optional<Misconception> belief() const;

  // Called after every micro-step with the machine as it is at that instant.
  using Observer = std::function<void(const MicroStep&, const Machine&)>;

  struct Result {
    bool blocked = false;  // the actor sleeps; outcome is empty
    Outcome outcome;
  };

  // Runs the call until it returns or falls asleep. An actor that is not idle abandons the call
  // that it is in.
  Result call(ActorId actor, const Request& request, const Observer& observe = {});

  // Actors that were woken and have not run since, in the order they were woken.
  [[nodiscard]] std::vector<ActorId> runnable() const;
  // Lets a woken actor go on. Requires: it is runnable.
  Result resume(ActorId actor, const Observer& observe = {});
  // The deadline of a sleeping actor has passed. Requires: it sleeps with a deadline.
  Result expire(ActorId actor, const Observer& observe = {});

  // A signal, a stop or a debugger ended the sleep, which the kernel showed by EINTR: an observed
  // input. Requires: it sleeps in epoll_wait, the one call here that is never restarted.
  Result interrupt(ActorId actor, const Observer& observe = {});

  // The actor leaves the call that it sleeps in, or was woken in, with all that it holds: for an
  // owner that saw it return where the model cannot tell how. Nothing for one that is idle.
  void abandon(ActorId actor, const Observer& observe = {});

  // All of a turn, until nothing can go on: its call and whatever that wakes, in the order
  // that the schedule says and, where it has ended, `dice`; without them the first goes on.
  // `fits` is asked of each return. Requires: the actor is idle, nobody is
  // runnable.
  Interleaved run(const Turn& turn, const Schedule& schedule, const Observer& observe = {},
                  const Fits& fits = {}, const Dice& dice = {});

  // The signal whose default action has ended the process; nothing is told of it any more.
  [[nodiscard]] std::optional<int> killed_by() const;

  // In the last call, or what was resumed since, a work queue of the kernel's had something to do,
  // beside whoever made the call: a schedule of run() may be another than what call() did, which
  // is to do it last.
  [[nodiscard]] bool worked() const;
  // Whether the call would have it do something.
  [[nodiscard]] bool may_work(const Request& request) const;

  // Of its process: it runs, or ran at some time.
  [[nodiscard]] bool alive(ActorId actor) const;
  [[nodiscard]] bool existed(ActorId actor) const;

  // Not inside a call, or never seen.
  [[nodiscard]] bool idle(ActorId actor) const;

  // ---- timers. The machine has no clock: what a clock showed is an input.
  struct Timer {
    FileId file;
    Fd fd;                 // invalid: no descriptor is left, a call still holds it
    bool expired = false;  // and not read since
    std::int64_t value_ns = 0, interval_ns = 0;
    std::uint32_t settimes = 0, reads = 0;  // how often it was set and read
  };
  [[nodiscard]] std::vector<Timer> timers() const;  // the armed ones
  // An armed timer has expired; if it had before, a read gives `ticks` now.
  void timer_expired(FileId file, std::uint64_t ticks, const Observer& observe = {});
  // Whether an armed timer, when it expires, will wake a sleeping actor.
  [[nodiscard]] bool timer_may_wake(ActorId actor) const;

  // What AF_UNIX and TCP sockets hold that nobody has read: bytes of the kernel's memory, or less.
  [[nodiscard]] std::uint64_t socket_memory() const;

  // ---- Limits that all programs of the user share, so that only the kernel knows what is left.
  // The next call meets one (items of epoll instances, inotify instances and watches, processes,
  // pages of pipes): the errno, where no other rule refuses it; 0: a pipe is made, of two slots.
  void quota_met(int error);
  [[nodiscard]] std::uint64_t bytes_of_a_new_pipe() const;

  // ---- TCP. How much a connection holds, and when it passes bytes on, is an input as well.
  // Whether nothing but the kernel says how many bytes the call moves.
  [[nodiscard]] bool amount_is_open(const Request& request) const;
  void amount_seen(std::uint64_t bytes);  // by the next call
  struct Flow {                           // where what is under way is as it was seen
    FileId sender;
    Fd fd;  // of the sender; invalid: it has none
  };
  [[nodiscard]] std::vector<Flow> flows() const;
  // The sender keeps so many bytes that it has not sent, and poll() would say OUT or not.
  void flow_seen(FileId sender, std::uint64_t unsent, bool writable, const Observer& observe = {});
  // Whether it was so before.
  [[nodiscard]] bool flow_is_known(FileId sender, std::uint64_t unsent, bool writable) const;

  // Actors asleep in a call, with what they wait for.
  [[nodiscard]] std::vector<ThreadState> threads() const;

  // True when something the model has no rules for is involved; text says what.
  [[nodiscard]] std::optional<std::string> not_modelled() const;
  void give_up(std::string what);  // the owner saw such a thing

  // Names, for State and micro-steps only: descriptors are bound after their creation call.
  void bind(Fd fd, const std::string& name);
  void name_data(std::uint64_t data, const std::string& name);

  // ---- tree order (TreeOrder::learned)
  // Epoll instances (by descriptor) that hold items whose rank is not known yet.
  [[nodiscard]] std::vector<Fd> unranked() const;
  // Whether the rank of every item of the instance is known; any descriptor of it will do.
  [[nodiscard]] bool order_known(Fd epfd) const;
  // Whether running this request could remove an item from a tree that has unranked ones: then
  // learn_order() is due first.
  [[nodiscard]] bool needs_order_before(const Request& request) const;
  // One row of /proc/PID/fdinfo/EPFD, in the file's order.
  struct Row {
    Fd tfd;
    std::uint32_t events = 0;
    std::uint64_t data = 0;
  };
  // The true in-order sequence. false: the rows do not describe this interest list.
  bool learn_order(Fd epfd, const std::vector<Row>& rows);

  // ---- looking
  [[nodiscard]] State state() const;
  // The part of state() that costs little: ready list of one instance, by item name.
  [[nodiscard]] std::vector<std::string> ready_names(Fd epfd) const;
  [[nodiscard]] std::vector<Row> interest(Fd epfd) const;  // in tree order, unranked ones last
  [[nodiscard]] std::optional<Level> level(Fd fd) const;   // what poll() would answer
  [[nodiscard]] bool is_epoll(Fd fd) const;
  [[nodiscard]] std::optional<FileId> instance(Fd epfd) const;  // which one; State's `file`
  // Open descriptors, one an open file, whose level may have changed in the last call() and what
  // was resumed since; no epoll instances, and no signalfds: theirs depends on who asks.
  [[nodiscard]] std::vector<Fd> touched() const;

 private:
  void begin_step();

  std::unique_ptr<World> world_;
};

// A schedule of the turn under which each return fits and the end is accepted. The simple ones are
// tried first: few switches; then threads that run soon after they were woken, or later, by chance
// that is the same each time. nullopt: there is none among the first `tries`.
std::optional<Schedule> find_schedule(const Machine& before, const Turn& turn, const Fits& fits,
                                      const Accept& accept, int tries);

// The model behind the Kernel interface: --model-only. Time is virtual: when nothing can move,
// it jumps to the next deadline.
std::unique_ptr<Kernel> make_model_kernel(MachineInputs inputs = {});

}  // namespace epollscope
