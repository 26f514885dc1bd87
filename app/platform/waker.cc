#include "app/platform/waker.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <utility>

namespace epollscope::platform {

Waker::Waker(std::function<void()> wake)
    : wake_(std::move(wake)), bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  // Signals are for the main thread: block them all while the new thread inherits the mask.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Waker::~Waker() {
  {
    const std::scoped_lock lock(mutex_);
    stop_ = true;
  }
  ring();
  thread_.join();
  ::close(bell_);
}

void Waker::arm(std::vector<int> fds) {
  {
    const std::scoped_lock lock(mutex_);
    if (fds_ == fds) return;
    fds_ = std::move(fds);
  }
  ring();
}

void Waker::disarm() { arm({}); }

void Waker::ring() {
  const std::uint64_t one = 1;
  // It fails only when the counter is full, and then the thread is about to wake anyway.
  [[maybe_unused]] const auto written = ::write(bell_, &one, sizeof one);
}

void Waker::run() {
  for (;;) {
    std::vector<int> fds;
    {
      const std::scoped_lock lock(mutex_);
      if (stop_) return;
      fds = fds_;
    }
    std::vector<pollfd> watched{{bell_, POLLIN, 0}};
    for (const int fd : fds) watched.push_back({fd, POLLIN, 0});
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[0].revents != 0) {
      std::uint64_t count = 0;
      [[maybe_unused]] const auto read = ::read(bell_, &count, sizeof count);
      continue;
    }
    const std::scoped_lock lock(mutex_);
    if (fds_ != fds) continue;
    fds_.clear();
    wake_();
  }
}

}  // namespace epollscope::platform
