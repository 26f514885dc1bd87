// The result of a call as a transcript writes it: what the kernel gave, with a `?` behind every
// value that must not be compared when the transcript is run again.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/script/program.h"
#include "core/session/session.h"

namespace epollscope {

// ` = 1 [{events=EPOLLIN, data=a}]`. `written`: the expectation that stood there (may be null):
// its `?`s are kept. `chance`: the result depends on the machine; `ticks`: its value does.
std::string outcome_text(const Call& call, const Outcome& outcome,
                         const std::vector<ShownEvent>& events, const Expected* written,
                         bool chance, bool ticks = false);

// Follows descriptors through a run, to know things that a single record does not tell.
class Descriptors {
 public:
  void see(const Call& call, const Request& request, const std::vector<std::string>& names,
           const Outcome& outcome);
  // How much fits into a socket's buffer is a setting of the machine: true for results that
  // show it.
  [[nodiscard]] bool shows_socket_size(const Request& request, const Outcome& outcome) const;
  // How often a timer has expired is chance.
  [[nodiscard]] bool shows_ticks(const Request& request, const Outcome& outcome) const;
  // Events whose data is written as a name that means another number by now get the number.
  [[nodiscard]] std::vector<ShownEvent> still_named(std::vector<ShownEvent> events) const;

 private:
  std::map<std::string, Fd> bound_;
  std::set<Fd> sockets_, timers_;
};

}  // namespace epollscope
