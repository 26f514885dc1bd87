#include "app/cli/driver.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace epollscope::cli {
namespace {

// A call that takes longer than this lets the printer flush.
constexpr int kMomentMs = 2;
// How often a run that never waits listens for Ctrl-C.
constexpr std::size_t kStepsToHear = 256;

sigset_t signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int s : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, s);
  return set;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t set = signals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

Interrupt::~Interrupt() {
  asked();  // what has been handled must not kill us now
  if (fd_ >= 0) close(fd_);
  const sigset_t set = signals();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

bool Interrupt::asked() {
  signalfd_siginfo info{};
  while (fd_ >= 0 && read(fd_, &info, sizeof info) == sizeof info) asked_ = true;
  return asked_;
}

Driver::Driver(Session& session, Interrupt& interrupt, std::function<void()> idle)
    : session_(session), interrupt_(interrupt), idle_(std::move(idle)) {}

void Driver::stop_if_asked() {
  if (!interrupt_.asked()) return;
  interrupted_ = true;
  session_.stop("interrupted: the lab was ended");
}

// Waits until the kernel has something to say, Ctrl-C, or the time is over.
void Driver::wait_for_news(int wait_ms) {
  pollfd fds[2] = {{.fd = session_.wait_fd(), .events = POLLIN, .revents = 0},
                   {.fd = interrupt_.fd(), .events = POLLIN, .revents = 0}};
  if (poll(fds, 2, std::min(wait_ms, kMomentMs)) == 0 && wait_ms > kMomentMs) {
    idle_();
    poll(fds, 2, wait_ms - kMomentMs);
  }
  if (fds[1].revents != 0) stop_if_asked();
}

bool Driver::step() {
  // A run that never waits must hear Ctrl-C as well.
  if (interrupt_.heard() || session_.steps().size() % kStepsToHear == 0) stop_if_asked();
  if (interrupted_ || session_.died() || !session_.step()) return false;
  for (session_.pump(); session_.busy() && !session_.died(); session_.pump()) {
    if (session_.wait_fd() < 0) {
      stop_if_asked();
    } else {
      wait_for_news(static_cast<int>(session_.patience()->count()) + 1);
    }
  }
  return !interrupted_;
}

bool Driver::await_deadline() {
  if (interrupt_.heard()) stop_if_asked();
  if (interrupted_ || session_.wait_fd() < 0 || !session_.something_due()) return false;
  const auto limit = session_.options().time_limit;
  const auto until = std::chrono::steady_clock::now() + limit;
  const std::size_t before = session_.steps().size();
  while (session_.steps().size() == before && !session_.died()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      out_of_time_ = true;
      session_.stop(
          fmt::format("no call returned for {} ms: the time limit ended the lab", limit.count()));
      return false;
    }
    wait_for_news(static_cast<int>(left.count()) + 1);
    session_.pump();
  }
  return session_.steps().size() > before;
}

}  // namespace epollscope::cli
