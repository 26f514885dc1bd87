// A session runs a program on a kernel and on the model in lockstep, compares the two after
// every step and keeps the history. It never blocks: the owner calls step() to start the next
// statement and pump() whenever wait_fd() is readable, until busy() is false.
//
// Invariants
//  1. What the kernel answered is never replaced by what the model says; a difference is kept.
//  2. steps() only grows. Looking back changes nothing; changing the past makes a new session
//     (branch()), whose kernel runs the first n calls again. What the model says of a step's inside
//     is told in another order when only that explains a later step (core/session/hindsight.h).
//  3. A dead kernel ends a session, not the program: died() says why, history stays readable.
// Not thread-safe; one owner.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/call/kernel.h"
#include "core/call/state.h"
#include "core/model/machine.h"
#include "core/script/program.h"
#include "core/session/verify_xray.h"

namespace epollscope {

enum class Source : std::uint8_t { kernel, xray, model };

// Whether a session reads the lab's epoll instances out of the kernel's memory after its steps.
enum class XrayUse : std::uint8_t {
  off,
  automatic,  // where it is available, and ever more rarely in a long run (see xray_watch.h)
  on,         // after every step; start() fails where it is not available
};

struct SessionOptions {
  bool model_only = false;
  TreeOrder tree = TreeOrder::learned;
  std::chrono::milliseconds time_limit{10'000};  // time in which no call returns
  std::uint64_t most_socket_mib = 512;  // that sockets may hold unread before the lab is ended
  bool observe_levels = true;           // level polls after each step
  bool verify_lists = false;  // compare small interest lists after every step, not when due
  // How many schedules of several threads are tried before the kernel's differs from the model's.
  int schedules = 2000;
  XrayUse xray = XrayUse::off;  // not with model_only
  // Sessions that run one at a time may share one; Session::options() gives what a session opened.
  std::shared_ptr<Xray> shared_xray = {};
};

// A result, decoded for display: data values as the program wrote them.
struct ShownEvent {
  std::uint32_t events = 0;
  std::uint64_t data = 0;
  std::string data_name;
};

// What the scheduler decided about a call that returned; the default: nothing.
struct Chance {
  std::set<ActorId> actors;  // it could have been any of these, and one of them it was
  bool by_chance = false;    // in another order of running it returns something else, or not at all
};

struct Resumed {  // a call of another actor that returned during a step
  ActorId actor;
  int began = 0;  // number of the step in which it was called
  Call call;
  Request request;
  Outcome outcome;
  Chance chance;
  std::vector<ShownEvent> events;
  bool printed_unfinished = false;  // its first half was printed as <unfinished ...>
  std::map<std::string, Fd> bound;
};

struct StepRecord {
  int n = 0;           // from 1
  int statement = -1;  // index into the program
  int line = 0;
  ActorId actor;
  bool returned = false;        // false: still asleep when the kernel came to rest
  bool is_resume = false;       // this step is a blocked call that ended (a `resumed` line, or
                                // a timeout between two statements)
  bool branch_differs = false;  // in a branch: not the result of the first time
  std::optional<bool> held;     // expectation written and held? nullopt: none written
  XrayConfirms xray;            // what an X-ray after the step showed as the model has it
  Call call;
  std::vector<std::string> names;
  Request request;
  Outcome outcome;  // when returned
  Chance chance;    // of a resumed call, or of one in whose middle others could run
  std::vector<ShownEvent> events;
  std::map<std::string, Fd> bound;       // names bound by this step
  std::vector<Resumed> resumed;          // other actors' calls that this step let return
  std::string expectation_failure;       // one sentence, when it did not hold
  std::vector<std::string> differences;  // model against kernel; empty: they agree
  std::string not_modelled;              // why the model has no say here; empty: it has
  std::vector<MicroStep> micro;          // of the call and of everything that ran because of it
  std::vector<Level> levels;             // level polls made after the step, of what it touched
  std::vector<Fd> lists;                 // instances whose interest list was read and compared
};

// When one was asked for and what a later one still is of: alike only where they are of one
// session and nothing that it tells has changed in between.
struct SessionVersion {
  std::uint64_t session = 0;  // 0: of none
  std::uint64_t touched = 0, changes = 0;
  friend bool operator==(SessionVersion, SessionVersion) = default;
};

class Session {
 public:
  // Starts a kernel and stands before the first statement.
  static Result<std::unique_ptr<Session>> start(Lesson lesson, SessionOptions options = {});
  // The same on a kernel of the caller's.
  static Result<std::unique_ptr<Session>> start_on(std::unique_ptr<Kernel> kernel, Lesson lesson,
                                                   SessionOptions options = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // ---- running
  // Starts the next statement (comments are passed over). Requires: !busy(), !died().
  // false: nothing left to run.
  bool step();
  // Handles what the kernel has said and deadlines of the session's own. Never blocks.
  void pump();
  // Between step() and the kernel's coming to rest.
  [[nodiscard]] bool busy() const;
  // Readable when pump() has something to do; -1: call pump() now.
  [[nodiscard]] int wait_fd() const;
  // How long pump() may be put off when wait_fd() stays silent; nullopt: for ever.
  [[nodiscard]] std::optional<std::chrono::milliseconds> patience() const;
  // Runs pump() until not busy, waiting on wait_fd(). For the command line and tests.
  void wait();
  // After the last statement: waits for blocked calls that have a deadline; the rest stay
  // unfinished. Then verifies the whole interest list of every instance.
  void finish();
  // Ends the lab now; history stays.
  void stop(std::string why);

  [[nodiscard]] std::optional<std::string> died() const;  // why the kernel is gone
  [[nodiscard]] bool timed_out() const;                   // the time limit passed
  [[nodiscard]] bool finished() const;                    // finish() has run
  [[nodiscard]] bool something_due() const;  // a call asleep will end, or may, by itself
  [[nodiscard]] std::vector<std::string> stuck() const;  // "T2 waits in epoll_wait(ep, …)"

  // ---- the program
  [[nodiscard]] const Lesson& lesson() const;
  [[nodiscard]] int next_statement() const;  // index of the next to run; size() at the end
  // Adds a statement at the end; it runs with the next step().
  void append(const Statement& statement);
  // A fresh session of the edited program that has run `n` steps again; results that differ
  // from this session's are marked. Blocks until they have run.
  [[nodiscard]] Result<std::unique_ptr<Session>> branch(int n, Program program) const;

  // ---- history
  [[nodiscard]] const std::vector<StepRecord>& steps() const;
  // The moment after step n (0: before the first), or after its first `micro` micro-steps.
  [[nodiscard]] State state_at(int n, std::optional<int> micro = std::nullopt) const;
  // The same without a copy; moments that were asked for lately are at hand.
  [[nodiscard]] std::shared_ptr<const State> moment(int n,
                                                    std::optional<int> micro = std::nullopt) const;
  // nullopt: something was not modelled, so that the model's list means nothing.
  [[nodiscard]] std::optional<std::vector<std::string>> ready_at_end(
      const std::string& epoll) const;
  [[nodiscard]] std::optional<std::string> data_name(std::uint64_t data) const;

  // So that a picture of it may be kept.
  [[nodiscard]] SessionVersion version() const;

  // ---- verdict
  [[nodiscard]] int expectations_failed() const;
  // Which expectations failed before the first step; empty: none. (Later ones are in the steps.)
  [[nodiscard]] const std::string& failed_before_steps() const;
  [[nodiscard]] int model_differences() const;
  // The first step that did what the model has no rules for: from there on the kernel alone tells
  // results, and states are guesses. 0: there is none.
  [[nodiscard]] int not_modelled_from() const;
  [[nodiscard]] const SessionOptions& options() const;
  [[nodiscard]] int lab_pid() const;
  [[nodiscard]] std::string kernel_release() const;  // "6.18.44"
  // Whether X-rays are taken. With XrayUse::automatic the first call loads the X-ray, unless a
  // step did: some tens of milliseconds.
  [[nodiscard]] bool has_xray() const;
  // Differences that finish() found in the interest lists, one sentence each.
  [[nodiscard]] const std::vector<std::string>& final_differences() const;

 private:
  Session();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Outcome::value by its name where it has one. Requires: there is one.
std::string print_value(const Outcome& outcome);

// What the call returned, and the errno: `3`, `-1 EAGAIN`, `P1`, and `?` of a call that its process
// ended in.
std::string print_return(CallName call, const Outcome& outcome);

// The result of a step as a transcript writes it, ` = 1 [{events=EPOLLIN, data=a}]`.
std::string print_outcome(const Call& call, const Outcome& outcome,
                          const std::vector<ShownEvent>& events, FlagStyle style = FlagStyle::full);

}  // namespace epollscope
