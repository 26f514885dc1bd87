// The meter's own side: what the program does when it was executed to measure.
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/lab/child_process.h"
#include "core/meter/meter.h"
#include "core/meter/start.h"

namespace epollscope {
namespace meter {
namespace {

// Long beside reading the clock, short beside the time a scheduler gives away at once.
constexpr double kBatchNs = 300'000;
constexpr int kOwnDescriptors = 5;  // 0, 1, 2, the pipe, the epoll instance

void say(std::string line) {
  line += '\n';
  if (write(kPipeFd, line.data(), line.size()) < 0) _exit(0);  // the parent is gone
}

[[noreturn]] void give_up(std::string_view what) {
  say(fmt::format("failed {}: {}", what, std::strerror(errno)));
  _exit(1);
}

double now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

// The descriptors under measurement, known to all three calls. The first of them is ready.
class Watched {
 public:
  Watched() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) give_up("epoll_create1");
    FD_ZERO(&set_);
  }

  void grow_to(int count) {
    while (static_cast<int>(polled_.size()) < count) {
      const int fd = eventfd(polled_.empty() ? 1 : 0, EFD_CLOEXEC);
      if (fd < 0) give_up("eventfd");
      epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
      if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) give_up("epoll_ctl");
      polled_.push_back({.fd = fd, .events = POLLIN, .revents = 0});
      if (fd < FD_SETSIZE) FD_SET(fd, &set_);
      highest_ = std::max(highest_, fd);
    }
  }

  [[nodiscard]] bool suits(MeteredCall call) const {
    return call != MeteredCall::select || highest_ < FD_SETSIZE;
  }

  int make(MeteredCall call) {
    switch (call) {
      case MeteredCall::poll:
        return poll(polled_.data(), polled_.size(), 0);
      case MeteredCall::select: {
        fd_set set = set_;  // it comes back changed, so each call needs its own
        timeval none{};
        return select(highest_ + 1, &set, nullptr, nullptr, &none);
      }
      case MeteredCall::epoll_wait:
        return epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 0);
    }
    return -1;
  }

 private:
  int epoll_;
  int highest_ = 0;
  std::vector<pollfd> polled_;
  fd_set set_{};
  std::array<epoll_event, 16> events_{};
};

double batch_ns(Watched& watched, MeteredCall call, int calls) {
  const double start = now_ns();
  for (int i = 0; i < calls; ++i) {
    if (const int ready = watched.make(call); ready != 1) {
      if (ready >= 0) errno = EPROTO;
      give_up(name_of(call));
    }
  }
  return now_ns() - start;
}

// Of one call: the median of batches, so that one in which another program ran does not count.
double measure(Watched& watched, MeteredCall call) {
  int calls = 1;
  batch_ns(watched, call, calls);  // caches warm up
  while (batch_ns(watched, call, calls) < kBatchNs) calls *= 2;
  std::array<double, kMeterBatches> batches{};
  for (double& batch : batches) batch = batch_ns(watched, call, calls);
  auto* const middle = batches.begin() + batches.size() / 2;
  std::ranges::nth_element(batches, middle);
  return *middle / calls;
}

// How many descriptors may be watched.
int raise_descriptor_limit(int wanted) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto needed = static_cast<rlim_t>(wanted) + kOwnDescriptors;
  limit.rlim_cur = std::min(limit.rlim_max, needed);
  setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(limit.rlim_cur) - kOwnDescriptors;
}

[[noreturn]] void live(int parent, int most) {
  lab::die_with(parent);
  if (!lab::open_null_as_standard()) give_up("/dev/null");
  syscall(SYS_close_range, static_cast<unsigned>(kPipeFd) + 1, ~0U, 0U);
  const int room = raise_descriptor_limit(most);
  if (room < kMeterCounts.front()) {
    say(fmt::format("failed only {} descriptors are allowed here (ulimit -Hn)",
                    room + kOwnDescriptors));
    _exit(1);
  }
  Watched watched;
  for (const int count : kMeterCounts) {
    if (count > most) break;
    if (count > room) {
      say(fmt::format("limit {}", room + kOwnDescriptors));
      break;
    }
    watched.grow_to(count);
    for (const MeteredCall call : kMeteredCalls) {
      if (!watched.suits(call)) continue;
      say(fmt::format("point {} {} {:.1f}", name_of(call), count, measure(watched, call)));
    }
  }
  say("done");
  _exit(0);
}

bool read_int(std::string_view text, int& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace
}  // namespace meter

void run_meter_if_asked(int argc, char** argv) {
  if (argc != 4 || argv[0] != std::string_view(meter::kArgv0) ||
      argv[1] != std::string_view(meter::kArgv1)) {
    return;
  }
  int parent = 0, most = 0;
  if (!meter::read_int(argv[2], parent) || !meter::read_int(argv[3], most)) _exit(2);
  meter::live(parent, most);
}

}  // namespace epollscope
