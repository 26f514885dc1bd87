#include "app/cli/probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <utility>

namespace epollscope::cli {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Descriptor new_epoll() { return Descriptor(epoll_create1(EPOLL_CLOEXEC)); }

int add(const Descriptor& ep, const Descriptor& target, std::uint32_t events) {
  epoll_event e{.events = events, .data = {.u64 = 0}};
  return epoll_ctl(ep.get(), EPOLL_CTL_ADD, target.get(), &e);
}

int ready(const Descriptor& ep) {
  epoll_event e{};
  return epoll_wait(ep.get(), &e, 1, 0);
}

// Dropped by Linux 5.5 to 5.13, there before and since.
Trait second_write() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) return {};
  const Descriptor r(fds[0]);
  const Descriptor w(fds[1]);
  const Descriptor ep = new_epoll();
  add(ep, r, EPOLLIN | EPOLLET);
  (void)!write(w.get(), "x", 1);
  ready(ep);
  (void)!write(w.get(), "x", 1);
  return {"second write to an unread pipe",
          ready(ep) == 1 ? "is a new event under EPOLLET" : "is no event under EPOLLET"};
}

Trait nesting() {
  constexpr int kMost = 12;
  std::vector<Descriptor> chain;
  chain.push_back(new_epoll());
  int error = 0;
  while (static_cast<int>(chain.size()) < kMost) {
    Descriptor outer = new_epoll();
    if (add(outer, chain.back(), EPOLLIN) != 0) {
      error = errno;
      break;
    }
    chain.push_back(std::move(outer));
  }
  if (error == 0) return {"epoll instances in a chain", fmt::format("{} or more", kMost)};
  return {"epoll instances in a chain",
          fmt::format("{}, one more gives {}", chain.size(), error == ELOOP ? "ELOOP" : "EINVAL")};
}

Trait exclusive() {
  const Descriptor ep = new_epoll();
  const Descriptor target(eventfd(0, EFD_CLOEXEC));
  return {"EPOLLEXCLUSIVE", add(ep, target, EPOLLIN | EPOLLEXCLUSIVE) == 0 ? "works" : "refused"};
}

Trait wait_in_nanoseconds() {
  const Descriptor ep = new_epoll();
  const timespec zero{};
  epoll_event e{};
  const auto n = syscall(SYS_epoll_pwait2, ep.get(), &e, 1, &zero, nullptr, 0);
  return {"epoll_pwait2", n == 0 ? "works" : "is missing (Linux 5.11 brought it)"};
}

}  // namespace

std::vector<Trait> probe_epoll() {
  return {second_write(), nesting(), exclusive(), wait_in_nanoseconds()};
}

}  // namespace epollscope::cli
