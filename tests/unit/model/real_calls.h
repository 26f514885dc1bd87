// The same requests as the model takes, made as real system calls by this process: what a model
// is judged by. Calls that would block must not be made.
#pragma once

#include <vector>

#include "core/call/outcome.h"
#include "core/call/request.h"
#include "core/model/machine.h"

namespace epollscope::test {

class RealCalls {
 public:
  RealCalls();
  ~RealCalls();
  RealCalls(const RealCalls&) = delete;
  RealCalls& operator=(const RealCalls&) = delete;

  Outcome call(const Request& request);

  // fdinfo of an instance, with the model's numbers.
  std::vector<Machine::Row> interest(Fd epfd) const;
  // poll() of a descriptor: what Level::revents means.
  std::uint32_t level(Fd fd) const;
  std::int64_t readable(Fd fd) const;  // FIONREAD; -1: has none

  // A TCP segment of one of its sockets that the other end has not heard of yet.
  [[nodiscard]] bool segment_under_way() const;

  // A lab starts with 0, 1 and 2 open only. This process may have others: the n-th number that was
  // free at the start stands for the lab's.
  [[nodiscard]] int real(Fd fd) const;
  [[nodiscard]] Fd model(int fd) const;

 private:
  std::vector<int> numbers_;
};

}  // namespace epollscope::test
