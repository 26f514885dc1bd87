// The same calls made of the raw kernel by this process and of the model, without lab or session.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/bench/measure.h"

namespace epollscope::bench {

// Calls by the numbers of a fresh lab: 3 is an epoll instance, 4 and 5 the two ends of the first
// pipe, 6 and 7 of the next. Every pipe is non-blocking.
struct Call {
  enum class Kind { wait, add, del, write, read } kind;
  int fd = 3;
  int amount = 0;  // bytes; of a wait, maxevents
};

struct Mix {
  std::string name;
  int pipes = 1;             // whose read ends 3 watches, level-triggered
  std::vector<Call> before;  // once
  std::vector<Call> calls;   // again and again
};

std::vector<Mix> all_mixes();

// Seconds a call takes. nullopt: the descriptors could not be made, or kernel and model gave
// different answers, so that they did not do the same.
std::optional<Pair> kernel_and_model(const Mix& mix);

}  // namespace epollscope::bench
