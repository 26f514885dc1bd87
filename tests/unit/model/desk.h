// A machine with short words for what tests do to it. Items are told by their data, which is the
// descriptor number unless a test says otherwise.
#pragma once

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/model/machine.h"

namespace epollscope::test {

inline constexpr ActorId kT1{};  // the main thread

using Numbers = std::vector<std::int32_t>;
using Reports = std::vector<std::pair<std::int32_t, std::uint32_t>>;  // data, mask

struct Desk {
  Machine m;
  ActorId t1 = kT1;
  Machine::Observer observe;

  explicit Desk(TreeOrder order = TreeOrder::created) : m({}, order) {}

  Machine::Result call(const Operation& op, std::string bytes = {}) {
    return call(t1, op, std::move(bytes));
  }
  Machine::Result call(ActorId actor, const Operation& op, std::string bytes = {}) {
    return m.call(actor, {op, std::move(bytes)}, observe);
  }
  std::int64_t run(const Operation& op) {
    const auto r = call(op);
    EXPECT_FALSE(r.blocked);
    return r.outcome.failed() ? -r.outcome.error : r.outcome.returned;
  }

  Fd epoll() { return call(EpollCreate1{0}).outcome.created.at(0); }
  Fd eventfd(std::uint32_t initial = 0, int flags = 0) {
    return call(EventFd{initial, flags}).outcome.created.at(0);
  }
  std::pair<Fd, Fd> pipe() { return two(call(Pipe2{0}).outcome); }
  std::pair<Fd, Fd> pair() { return two(call(SocketPair{AF_UNIX, SOCK_STREAM}).outcome); }
  static std::pair<Fd, Fd> two(const Outcome& o) { return {o.created.at(0), o.created.at(1)}; }

  std::int64_t add(Fd ep, Fd fd, std::uint32_t mask) { return ctl(ep, EPOLL_CTL_ADD, fd, mask); }
  std::int64_t mod(Fd ep, Fd fd, std::uint32_t mask) { return ctl(ep, EPOLL_CTL_MOD, fd, mask); }
  std::int64_t del(Fd ep, Fd fd) { return ctl(ep, EPOLL_CTL_DEL, fd, 0); }
  std::int64_t ctl(Fd ep, int op, Fd fd, std::uint32_t mask) {
    return run(EpollCtl{ep, op, fd, EventArg{mask, static_cast<std::uint64_t>(fd.value)}});
  }

  std::int64_t write(Fd fd, std::uint64_t n = 1) { return run(WriteAmount{fd, n}); }
  std::int64_t read(Fd fd, std::uint64_t n = 8) { return run(Read{fd, n}); }

  Reports wait(Fd ep, int max = 8) { return reports(call(EpollWait{ep, max, 0}).outcome); }
  static Reports reports(const Outcome& o) {
    Reports out;
    for (const Event& e : o.events) out.emplace_back(static_cast<std::int32_t>(e.data), e.events);
    return out;
  }
  static Numbers numbers(const Reports& reports) {
    Numbers out;
    for (const auto& [data, mask] : reports) out.push_back(data);
    return out;
  }
  Numbers take(Fd ep, int max = 8) { return numbers(wait(ep, max)); }

  // The ready list, head first.
  Numbers ready(Fd ep) {
    const State state = m.state();
    for (const EventpollState& e : state.eventpolls) {
      if (e.fd != ep) continue;
      Numbers out;
      for (const EpitemId id : e.ready) {
        const auto it = std::find_if(e.items.begin(), e.items.end(),
                                     [&](const ItemState& i) { return i.id == id; });
        out.push_back(static_cast<std::int32_t>(it->data));
      }
      return out;
    }
    return {};
  }

  Numbers waiters(Fd ep) {
    const State state = m.state();
    for (const EventpollState& e : state.eventpolls) {
      if (e.fd != ep) continue;
      Numbers out;
      for (const WaiterState& w : e.waiters) out.push_back(w.actor.number);
      return out;
    }
    return {};
  }

  // Runs what was woken, first woken first; the numbers of those that returned.
  std::vector<std::pair<std::int32_t, Outcome>> settle() {
    std::vector<std::pair<std::int32_t, Outcome>> done;
    for (auto woken = m.runnable(); !woken.empty(); woken = m.runnable()) {
      const auto r = m.resume(woken.front(), observe);
      if (!r.blocked) done.emplace_back(woken.front().number, r.outcome);
    }
    return done;
  }
  Numbers settled() {
    Numbers out;
    for (const auto& [actor, outcome] : settle()) out.push_back(actor);
    return out;
  }
};

inline ActorId thread(int n) { return ActorId{'T', n}; }

}  // namespace epollscope::test
