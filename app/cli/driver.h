// Drives a session to its end on a terminal: like Session::wait() and finish(), but Ctrl-C ends
// the lab at once, and whoever prints is told when there is time to.
#pragma once

#include <functional>
#include <map>

#include "core/session/session.h"

namespace epollscope::cli {

// SIGINT, SIGTERM and SIGHUP as something to wait for instead of a death: they are blocked from
// construction to destruction (labs inherit that, so Ctrl-C is ours alone to handle).
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  [[nodiscard]] int fd() const { return fd_; }
  // Listens; true from the first signal on.
  bool asked();
  // What asked() said last.
  [[nodiscard]] bool heard() const { return asked_; }

 private:
  int fd_ = -1;
  bool asked_ = false;
};

class Driver {
 public:
  // `idle` is called when a call takes its time. Session and interrupt outlive the driver.
  Driver(Session& session, Interrupt& interrupt, std::function<void()> idle);

  // Makes the next step and waits for its end. false: nothing left, the lab died, or Ctrl-C.
  bool step();
  // After the last statement: until a sleeping call that has a deadline returned. false: none
  // is left, no call returned within the time limit, the lab died, or Ctrl-C.
  bool await_deadline();
  [[nodiscard]] bool interrupted() const { return interrupted_; }
  [[nodiscard]] bool out_of_time() const { return out_of_time_; }

 private:
  void wait_for_news(int wait_ms);
  void stop_if_asked();

  Session& session_;
  Interrupt& interrupt_;
  std::function<void()> idle_;
  bool interrupted_ = false;
  bool out_of_time_ = false;
};

}  // namespace epollscope::cli
