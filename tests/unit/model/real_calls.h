// The same requests as the model takes, made as real system calls by this process: what a model
// is judged by. Calls that would block must not be made.
#pragma once

#include <string>
#include <vector>

#include "core/call/outcome.h"
#include "core/call/request.h"
#include "core/model/machine.h"

namespace epollscope::test {

class RealCalls {
 public:
  // So often it looks whether segments are still under way, with kPause in between.
  static constexpr int kPatience = 30'000;
  static constexpr int kPauseMicroseconds = 200;

  explicit RealCalls(int patience = kPatience);
  ~RealCalls();
  RealCalls(const RealCalls&) = delete;
  RealCalls& operator=(const RealCalls&) = delete;

  Outcome call(const Request& request);

  // fdinfo of an instance, with the model's numbers.
  std::vector<Machine::Row> interest(Fd epfd) const;
  // poll() of a descriptor: what Level::revents means.
  std::uint32_t level(Fd fd) const;
  std::int64_t readable(Fd fd) const;  // FIONREAD; -1: has none

  // As a lab does, goes on when no segment of its TCP sockets is under way: the kernel delays an
  // acknowledgement by 40 ms, rarely by 200, and sends again what was lost. A failed test when it
  // has lost patience; what is still under way then is not waited for again.
  void await_quiet();

  // A lab starts with 0, 1 and 2 open only. This process may have others: the n-th number that was
  // free at the start stands for the lab's.
  [[nodiscard]] int real(Fd fd) const;
  [[nodiscard]] Fd model(int fd) const;

 private:
  // Each in words.
  [[nodiscard]] std::vector<std::string> segments_under_way() const;

  std::vector<int> numbers_;
  int patience_;
  int patience_left_;
};

}  // namespace epollscope::test
