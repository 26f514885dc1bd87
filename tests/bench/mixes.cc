#include "tests/bench/mixes.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <random>

#include "core/model/machine.h"

namespace epollscope::bench {
namespace {

using Kind = Call::Kind;

constexpr int kRounds = 9;
constexpr std::size_t kCalls = 100'000;  // in a round, at least
constexpr int kMostBytes = 4096;
constexpr int kMostEvents = 64;

std::size_t passes(const Mix& mix) { return kCalls / mix.calls.size() + 1; }

double per_call(const Mix& mix, double seconds) {
  return seconds / static_cast<double>(passes(mix) * mix.calls.size());
}

// ---- the kernel

class KernelCalls {
 public:
  explicit KernelCalls(const Mix& mix) {
    numbers_ = {0, 1, 2, epoll_create1(EPOLL_CLOEXEC)};
    for (int i = 0; i < mix.pipes; ++i) {
      std::array<int, 2> ends{-1, -1};
      works_ = pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) == 0 && works_;
      numbers_.insert(numbers_.end(), ends.begin(), ends.end());
      make({Kind::add, 4 + 2 * i});
    }
    for (const Call& call : mix.before) make(call);
  }
  ~KernelCalls() {
    for (std::size_t i = 3; i < numbers_.size(); ++i) close(numbers_[i]);
  }
  KernelCalls(const KernelCalls&) = delete;
  KernelCalls& operator=(const KernelCalls&) = delete;

  [[nodiscard]] bool works() const { return works_; }

  // What the call returns; -1: it failed.
  std::int64_t make(const Call& call) {
    const int fd = number(call.fd);
    switch (call.kind) {
      case Kind::wait:
        return epoll_wait(fd, events_.data(), call.amount, 0);
      case Kind::add: {
        epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
        return epoll_ctl(number(3), EPOLL_CTL_ADD, fd, &event);
      }
      case Kind::del:
        return epoll_ctl(number(3), EPOLL_CTL_DEL, fd, nullptr);
      case Kind::write:
        return write(fd, buffer_.data(), static_cast<std::size_t>(call.amount));
      case Kind::read:
        return read(fd, buffer_.data(), static_cast<std::size_t>(call.amount));
    }
    return -1;
  }

 private:
  [[nodiscard]] int number(int fd) const { return numbers_[static_cast<std::size_t>(fd)]; }

  std::vector<int> numbers_;
  std::array<epoll_event, kMostEvents> events_{};
  std::array<char, kMostBytes> buffer_{};
  bool works_ = true;
};

// ---- the model

Request request_of(const Call& call) {
  const Fd fd{call.fd};
  const auto amount = static_cast<std::uint64_t>(call.amount);
  switch (call.kind) {
    case Kind::wait:
      return {EpollWait{fd, call.amount, 0}, {}};
    case Kind::add:
      return {EpollCtl{Fd{3}, EPOLL_CTL_ADD, fd, EventArg{EPOLLIN, 0}}, {}};
    case Kind::del:
      return {EpollCtl{Fd{3}, EPOLL_CTL_DEL, fd, std::nullopt}, {}};
    case Kind::write:
      return {WriteAmount{fd, amount}, {}};
    case Kind::read:
      return {Read{fd, amount}, {}};
  }
  return {};
}

Machine machine_for(const Mix& mix) {
  Machine machine;
  machine.call({}, {EpollCreate1{0}, {}});
  for (int i = 0; i < mix.pipes; ++i) {
    machine.call({}, {Pipe2{O_NONBLOCK}, {}});
    machine.call({}, request_of({Kind::add, 4 + 2 * i}));
  }
  for (const Call& call : mix.before) machine.call({}, request_of(call));
  return machine;
}

// ---- mixes

std::vector<Call> written(int pipes) {
  std::vector<Call> calls;
  for (int i = 0; i < pipes; ++i) calls.push_back({Kind::write, 5 + 2 * i, 1});
  return calls;
}

std::vector<Call> random_calls(int pipes) {
  std::mt19937 random(1);
  const auto upto = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<Call> calls;
  for (int i = 0; i < 10'000; ++i) {
    const int end = 4 + 2 * upto(pipes);
    switch (upto(8)) {
      case 0:
        calls.push_back({Kind::del, end});
        break;
      case 1:
        calls.push_back({Kind::add, end});
        break;
      case 2:
      case 3:
        calls.push_back({Kind::read, end, 1 + upto(100)});
        break;
      case 4:
      case 5:
        calls.push_back({Kind::write, end + 1, 1 + upto(100)});
        break;
      default:
        calls.push_back({Kind::wait, 3, 1 + upto(8)});
        break;
    }
  }
  return calls;
}

}  // namespace

std::vector<Mix> all_mixes() {
  return {
      {"epoll_wait, nothing is ready", 1, {}, {{Kind::wait, 3, 8}}},
      {"epoll_wait, 1 LT of 1", 1, written(1), {{Kind::wait, 3, 8}}},
      {"epoll_wait, 8 LT of 100", 100, written(100), {{Kind::wait, 3, 8}}},
      {"epoll_ctl DEL, ADD of 100", 100, {}, {{Kind::del, 4}, {Kind::add, 4}}},
      {"write, read, watched", 1, {}, {{Kind::write, 5, 1}, {Kind::read, 4, 1}}},
      {"write, epoll_wait, read",
       1,
       {},
       {{Kind::write, 5, 1}, {Kind::wait, 3, 8}, {Kind::read, 4, 1}}},
      {"all of these at random", 16, {}, random_calls(16)},
  };
}

std::optional<Pair> kernel_and_model(const Mix& mix) {
  KernelCalls kernel(mix);
  if (!kernel.works()) return std::nullopt;
  Machine machine = machine_for(mix);
  std::vector<Request> requests;
  for (const Call& call : mix.calls) {
    requests.push_back(request_of(call));
    if (machine.call({}, requests.back()).outcome.returned != kernel.make(call))
      return std::nullopt;
  }
  const auto in_kernel = [&] {
    for (std::size_t i = 0; i < passes(mix); ++i) {
      for (const Call& call : mix.calls) kernel.make(call);
    }
  };
  const auto in_model = [&] {
    for (std::size_t i = 0; i < passes(mix); ++i) {
      for (const Request& request : requests) machine.call({}, request);
    }
  };
  return in_turn(
      kRounds, [&] { return std::optional(per_call(mix, seconds_of(in_kernel))); },
      [&] { return std::optional(per_call(mix, seconds_of(in_model))); });
}

}  // namespace epollscope::bench
