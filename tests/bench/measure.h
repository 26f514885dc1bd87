// Programs run and timed from outside, and work timed inside. Times are of one machine at one
// moment: only ratios of times taken in turn mean anything.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace epollscope::bench {

// Argument vector; the first is the program, looked up in PATH.
using Command = std::vector<std::string>;

double seconds_of(const std::function<void()>& work);

// Seconds until the program has ended. nullopt: it did not end with status 0.
std::optional<double> seconds_to_end(const Command& command);

// Seconds until the program has written to the file that it finds named in
// EPOLLSCOPE_FRAME_LOG; then it is ended. nullopt: it ended or half a minute passed before.
// Requires: `log` does not exist, its folder does.
std::optional<double> seconds_to_first_frame(const Command& command, const std::string& log);

// A display in memory for the life of the object, and DISPLAY set to it.
class Display {
 public:
  Display();
  ~Display();
  Display(const Display&) = delete;
  Display& operator=(const Display&) = delete;
  [[nodiscard]] bool works() const { return works_; }

 private:
  pid_t server_ = -1;
  bool works_ = false;
};

struct Pair {
  double least = 0, ours = 0;
};

// The medians of `rounds` runs of both, which take turns in going first.
using Timing = std::function<std::optional<double>()>;
std::optional<Pair> in_turn(int rounds, const Timing& least, const Timing& ours);

}  // namespace epollscope::bench
