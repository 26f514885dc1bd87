// The parent's side of a lab, without any thread: a state machine over shared memory.
//
// wait_fd() is an epoll instance over three descriptors: the eventfd the lab writes for every
// call that ended, the pidfd of its process, and a timer that says when to look again at threads
// that do not return. The first and the last are edge-triggered, so that they need not be read.
// A lab whose calls return at once needs no look at its threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/lab/backlog.h"
#include "core/lab/lab.h"
#include "core/lab/rest.h"
#include "core/lab/start.h"

namespace epollscope::lab {

class LabKernel : public Lab {
 public:
  // Waits until the lab has confined itself. Errors: as start_lab().
  static Result<std::unique_ptr<Lab>> open(Started started);
  ~LabKernel() override;

  void submit(ActorId actor, const Request& request) override;
  std::optional<Notification> take() override;
  [[nodiscard]] bool still_sleeps(ActorId actor) override;
  [[nodiscard]] int wait_fd() const override { return wait_.get(); }
  Result<std::vector<Level>> levels(const std::vector<Fd>& fds) override;
  [[nodiscard]] int pid() const override { return process_.pid(); }
  [[nodiscard]] int pid_of(Fd fd) const override;
  [[nodiscard]] int tid_of(ActorId actor) const override;
  Result<std::vector<ForbiddenCall>> try_forbidden_calls() override;

 private:
  using Clock = std::chrono::steady_clock;

  struct Actor {
    ActorId id;
    bool busy = false;
    // Of a process: it is there, it is ending, it is no more.
    enum class Life : std::uint8_t { none, running, ending, ended } life = Life::none;
  };

  explicit LabKernel(Started started);
  std::optional<Error> set_up();
  std::optional<Error> check_proc();

  std::optional<std::size_t> slot_of(ActorId actor);  // nullopt: no slot is left
  std::optional<Notification> take_known();           // without asking wait_fd()
  std::optional<Notification> take_return();
  std::optional<Notification> take_rest();
  void refuse(ActorId actor, int error);
  // A process that a signal ended makes its last return.
  std::optional<Notification> take_end();
  // Whether nobody is being born, handles a signal, or is on the way out.
  bool processes_rest();
  // Whether no segment and no input of a terminal is under way, or has been for longer than the
  // kernel delays one.
  bool carriers_rest();
  bool backlog_rests();
  Notification rest();
  Outcome read_reply(std::size_t slot) const;
  // Takes in what wait_fd() shows. True when there may be something to hand out now.
  bool hear();
  void arm_timer();
  [[nodiscard]] std::vector<std::size_t> busy_slots() const;

  bool send_order(Order order);
  bool await(std::uint8_t ticket);
  std::optional<Error> ask(
      Job job);  // and waits for the answer, not longer than a stopped lab takes
  [[nodiscard]] Error gone();
  [[nodiscard]] bool alive();

  Area area_;
  ChildProcess process_;
  OwnedFd returns_, channel_, timer_, wait_;
  RestDetector detector_;

  std::vector<Actor> actors_;  // actors_[i] has slot i + 1
  std::unordered_map<ActorId, std::size_t> slots_;
  std::size_t busy_ = 0;
  std::uint64_t next_return_ = 0;
  std::deque<Notification> refused_;  // answers to requests that never reached the lab
  bool unsettled_ = false;            // at_rest is owed
  std::size_t signalled_ = 0;         // the slot of who got a signal or was forked; 0: nobody
  std::size_t ending_ = 0;            // processes on their way out
  bool just_submitted_ = false;       // and take() was not called since
  Clock::time_point look_at_;         // when to look at the threads, while unsettled
  Clock::duration look_again_{};
  std::optional<Clock::time_point> timer_set_;
  std::optional<lab::Backlog> backlog_;             // once there is a TCP socket or a terminal
  std::optional<Clock::time_point> backlog_since_;  // since when it was not seen empty
  lab::UnderWay carried_;                           // as it was when it last got on
  std::optional<Clock::time_point> carried_since_;  // since when nothing of it has
  lab::UnderWay stuck_;                             // what no patience was enough for
  std::uint8_t ticket_ = 0;
  std::string death_;
};

}  // namespace epollscope::lab
