#include "tests/unit/lab/driver.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>

namespace epollscope {
namespace {

constexpr int kHangMs = 60'000;  // only a hang lasts as long: nothing is measured by it

}  // namespace

Outcome Seen::only(ActorId actor) const {
  EXPECT_FALSE(death) << death.value_or("");
  EXPECT_EQ(returns.size(), 1U);
  if (returns.empty()) return {};
  EXPECT_EQ(returns[0].first, actor);
  return returns[0].second;
}

bool Seen::returned(ActorId actor) const {
  return std::any_of(returns.begin(), returns.end(),
                     [&](const auto& r) { return r.first == actor; });
}

Driver::Driver() {
  auto lab = start_lab();
  if (!lab) {
    ADD_FAILURE() << lab.error().what << "; " << lab.error().remedy;
    std::abort();
  }
  lab_ = std::move(*lab);
}

void Driver::submit(ActorId actor, Operation op, std::string bytes) {
  lab_->submit(actor, Request{op, std::move(bytes)});
}

Notification Driver::next() {
  for (;;) {
    if (auto n = lab_->take()) return *n;
    pollfd p{.fd = lab_->wait_fd(), .events = POLLIN, .revents = 0};
    if (poll(&p, 1, kHangMs) == 1) continue;
    ADD_FAILURE() << "the lab says nothing";
    Notification n;
    n.kind = Notification::Kind::died;
    n.text = "the lab says nothing";
    return n;
  }
}

Seen Driver::settle() {
  Seen seen;
  for (;;) {
    Notification n = next();
    switch (n.kind) {
      case Notification::Kind::returned:
        seen.returns.emplace_back(n.actor, std::move(n.outcome));
        break;
      case Notification::Kind::at_rest:
        seen.blocked = std::move(n.blocked);
        return seen;
      case Notification::Kind::died:
        seen.death = std::move(n.text);
        return seen;
    }
  }
}

Seen Driver::run(ActorId actor, Operation op, std::string bytes) {
  submit(actor, op, std::move(bytes));
  return settle();
}

Outcome Driver::call(Operation op, std::string bytes) {
  return run(thread(1), op, std::move(bytes)).only();
}

Fd Driver::epoll() { return call(EpollCreate1{0}).created.at(0); }

std::pair<Fd, Fd> Driver::pipe(int flags) {
  const Outcome o = call(Pipe2{flags});
  return {o.created.at(0), o.created.at(1)};
}

void Driver::add(Fd epoll, Fd fd, std::uint32_t events) {
  const Outcome o = call(
      EpollCtl{epoll, EPOLL_CTL_ADD, fd, EventArg{events, static_cast<std::uint64_t>(fd.value)}});
  EXPECT_EQ(o.returned, 0);
}

}  // namespace epollscope
