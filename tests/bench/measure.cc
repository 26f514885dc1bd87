#include "tests/bench/measure.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

namespace epollscope::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// What the program prints is not what is measured: it goes to /dev/null.
std::optional<pid_t> start(const Command& command) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  const int failed = posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return std::nullopt;
  return pid;
}

void end(pid_t pid) {
  kill(pid, SIGTERM);
  waitpid(pid, nullptr, 0);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

double seconds_of(const std::function<void()>& work) {
  const Clock::time_point begin = Clock::now();
  work();
  return seconds_since(begin);
}

std::optional<double> seconds_to_end(const Command& command) {
  const Clock::time_point begin = Clock::now();
  const std::optional<pid_t> pid = start(command);
  int status = 0;
  if (!pid || waitpid(*pid, &status, 0) != *pid || status != 0) return std::nullopt;
  return seconds_since(begin);
}

std::optional<double> seconds_to_first_frame(const Command& command, const std::string& log) {
  close(open(log.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  const int watch = inotify_init1(IN_CLOEXEC);
  inotify_add_watch(watch, log.c_str(), IN_MODIFY);
  setenv("EPOLLSCOPE_FRAME_LOG", log.c_str(), 1);
  const Clock::time_point begin = Clock::now();
  std::optional<double> result;
  if (const std::optional<pid_t> pid = start(command)) {
    pollfd written{.fd = watch, .events = POLLIN, .revents = 0};
    if (poll(&written, 1, 30'000) == 1) result = seconds_since(begin);
    end(*pid);
  }
  unsetenv("EPOLLSCOPE_FRAME_LOG");
  close(watch);
  unlink(log.c_str());
  return result;
}

Display::Display() {
  std::array<int, 2> number{};
  if (pipe(number.data()) != 0) return;
  fcntl(number[0], F_SETFD, FD_CLOEXEC);
  const std::optional<pid_t> pid = start({"Xvfb", "-displayfd", std::to_string(number[1]),
                                          "-screen", "0", "1920x1200x24", "-nolisten", "tcp"});
  close(number[1]);
  // The server writes its number and a line end once it takes connections.
  std::string display = ":";
  for (char c = 0; pid && read(number[0], &c, 1) == 1 && c != '\n';) display += c;
  close(number[0]);
  server_ = pid.value_or(-1);
  works_ = display.size() > 1;
  if (works_) setenv("DISPLAY", display.c_str(), 1);
}

Display::~Display() {
  if (server_ > 0) end(server_);
}

std::optional<Pair> in_turn(int rounds, const Timing& least, const Timing& ours) {
  std::vector<double> least_times;
  std::vector<double> our_times;
  for (int round = 0; round < 2 * rounds; ++round) {
    const bool least_is_due = (round + round / 2) % 2 == 0;  // least, ours, ours, least, …
    const std::optional<double> time = least_is_due ? least() : ours();
    if (!time) return std::nullopt;
    (least_is_due ? least_times : our_times).push_back(*time);
  }
  return Pair{median(least_times), median(our_times)};
}

}  // namespace epollscope::bench
