// Threads that run in the middle of the call that woke them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <time.h>

#include "tests/unit/model/desk.h"

namespace epollscope {
namespace {

using test::Desk;
using test::Numbers;
using test::thread;

constexpr int kTries = 1000;

struct Crowd : Desk {
  Crowd() { t1 = thread(9); }

  // Edge-triggered items of one pipe's read end: dups, so that one write runs one hook for each.
  std::vector<Fd> dups(Fd ep, Fd reader, int n) {
    std::vector<Fd> fds;
    for (int i = 0; i < n; ++i) {
      fds.push_back(call(Dup{reader}).outcome.created.at(0));
      add(ep, fds.back(), EPOLLIN | EPOLLET);
    }
    return fds;
  }

  // Whether some schedule of `op` lets each thread return that many events.
  std::optional<Schedule> explained(const Operation& op, const std::map<int, std::size_t>& events,
                                    const std::optional<Numbers>& ready = {}, Fd ep = {}) {
    request = Request{op, {}};
    const Turn turn{.actor = t1, .call = &request, .timed_out = {}, .interrupted = {}};
    const auto fits = [&](ActorId actor, const Outcome& o) {
      if (actor == t1) return true;
      const auto it = events.find(actor.number);
      return it != events.end() && it->second == o.events.size();
    };
    const auto whole = [&](const Machine& end, const Interleaved& done) {
      if (done.returned.size() != events.size() + 1) return false;
      Desk after;
      after.m = end;
      return !ready || after.ready(ep) == *ready;
    };
    return find_schedule(m, turn, fits, whole, kTries);
  }

  Request request;
};

struct TwoWaiters : Crowd {
  Fd ep = epoll();
  std::pair<Fd, Fd> ends = pipe();
  std::vector<Fd> items = dups(ep, ends.first, 4);

  void sleep(int max) {
    for (const int t : {1, 2}) ASSERT_TRUE(call(thread(t), EpollWait{ep, max, -1}).blocked);
  }
};

TEST(Interleave, APlainOrderNeedsNoSchedule) {
  TwoWaiters d;
  d.sleep(8);
  const auto plain = d.explained(WriteAmount{d.ends.second, 1}, {{2, 4}});
  ASSERT_TRUE(plain);
  EXPECT_TRUE(std::ranges::all_of(*plain, [](auto choice) { return choice == 0; }));
}

TEST(Interleave, AWokenThreadScansBeforeTheWalkHasReachedAllHooks) {
  TwoWaiters d;
  d.sleep(8);
  for (const std::size_t early : {1U, 2U, 3U}) {
    const auto schedule = d.explained(WriteAmount{d.ends.second, 1}, {{2, early}, {1, 4 - early}});
    ASSERT_TRUE(schedule) << early;
    Machine again = d.m;
    const Request request{WriteAmount{d.ends.second, 1}, {}};
    const Interleaved done = again.run({d.t1, &request, {}, {}}, *schedule);
    EXPECT_EQ(done.returned.at(thread(2)).events.size(), early);
    EXPECT_TRUE(again.runnable().empty());
    EXPECT_TRUE(again.threads().empty());
  }
}

TEST(Interleave, NoOrderMakesAnEventOutOfNothing) {
  TwoWaiters d;
  d.sleep(8);
  EXPECT_FALSE(d.explained(WriteAmount{d.ends.second, 1}, {{2, 3}, {1, 3}}));
  EXPECT_FALSE(d.explained(WriteAmount{d.ends.second, 1}, {}));
  EXPECT_FALSE(d.explained(WriteAmount{d.ends.second, 0}, {{2, 1}}));
}

// Wakeups that fall into a scan go to the ovflist: the list at the end tells them from others.
TEST(Interleave, AWakeupInTheMiddleOfAScanComesBeforeTheItemsItReported) {
  Crowd d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  const Fd a = d.call(Dup{r}).outcome.created.at(0);
  d.add(ep, r, EPOLLIN);
  d.add(ep, a, EPOLLIN);
  ASSERT_TRUE(d.call(thread(1), EpollWait{ep, 1, -1}).blocked);
  const Operation op = WriteAmount{w, 1};
  // The hook of `a` is newer and runs first: a is reported and put back.
  EXPECT_TRUE(d.explained(op, {{1, 1}}, Numbers{r.value, a.value}, ep));
  EXPECT_TRUE(d.explained(op, {{1, 1}}, Numbers{a.value, r.value}, ep));  // scanned before r came
  EXPECT_FALSE(d.explained(op, {{1, 1}}, Numbers{a.value}, ep));
}

// A writer that fills a pipe wakes a reader before it sleeps itself; the reader may be quicker.
TEST(Interleave, AReaderMayMakeRoomBeforeTheWriterSleeps) {
  Crowd d;
  const auto [r, w] = d.pipe();
  constexpr std::uint64_t kPipe = 65536;
  ASSERT_TRUE(d.call(thread(1), Read{r, kPipe}).blocked);
  d.request = Request{WriteAmount{w, kPipe + 1}, {}};
  std::size_t slept = 0;
  std::size_t ran_through = 0;
  const auto count = [&](const Machine& end, const Interleaved& done) {
    EXPECT_EQ(done.returned.at(d.t1).returned, kPipe + 1);
    EXPECT_EQ(done.returned.at(thread(1)).returned, kPipe);
    EXPECT_EQ(end.level(r)->readable_bytes, 1);
    (done.choices.front().taken == 0 ? slept : ran_through) += 1;
    return false;
  };
  EXPECT_FALSE(find_schedule(d.m, {d.t1, &d.request, {}, {}}, {}, count, kTries));
  EXPECT_GT(slept, 0U);
  EXPECT_GT(ran_through, 0U);
}

TEST(Interleave, ADeadlineMayPassBeforeTheWakeupComes) {
  Crowd d;
  const Fd ep = d.epoll();
  const Fd e = d.eventfd();
  d.add(ep, e, EPOLLIN);
  ASSERT_TRUE(d.call(thread(1), EpollWait{ep, 8, 10}).blocked);
  d.request = Request{WriteAmount{e, 1}, {}};
  const Turn turn{d.t1, &d.request, {thread(1)}, {}};
  for (const std::size_t events : {0U, 1U}) {
    const auto fits = [&](ActorId actor, const Outcome& o) {
      return actor == d.t1 || o.events.size() == events;
    };
    const auto whole = [](const Machine&, const Interleaved& i) { return i.returned.size() == 2; };
    EXPECT_TRUE(find_schedule(d.m, turn, fits, whole, kTries)) << events;
  }
}

// fill() writes sixteen times. Each waiter takes the event away before the next one is woken: more
// switches than a search that goes through the schedules one by one gets to.
TEST(Interleave, ThreadsThatKeepUpWithARowOfCallsEachGetTheirEvent) {
  Crowd d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.run(Fcntl{w, F_SETFL, O_NONBLOCK});
  d.add(ep, r, EPOLLIN | EPOLLET);
  std::map<int, std::size_t> all;
  for (int t = 1; t <= 5; ++t) {
    ASSERT_TRUE(d.call(thread(t), EpollWait{ep, 1, -1}).blocked);
    all[t] = 1;
  }
  EXPECT_TRUE(d.explained(Fill{w}, all));
  all.erase(1);
  EXPECT_TRUE(d.explained(Fill{w}, all)) << "one finds nothing and sleeps again";
}

// Two hooks, four waiters, and all of them wake: the deadline of the first one has just passed, so
// the wakeup that finds it in the queue takes it out and goes on to the next.
TEST(Interleave, AWakeupThatMeetsARisingSleeperGoesOnToTheNext) {
  Crowd d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.dups(ep, r, 2);
  for (const int t : {4, 3, 2}) {
    ASSERT_TRUE(d.call(thread(t), EpollWait{ep, 8, -1}).blocked);
  }
  ASSERT_TRUE(
      d.call(thread(1), EpollWait{.epfd = ep, .maxevents = 8, .timeout_ms = 2, .null_buffer = true})
          .blocked);
  d.request = Request{WriteAmount{w, 1}, {}};
  const auto fits = [&](ActorId actor, const Outcome& o) {
    return actor == d.t1 || (actor == thread(1) && o.error == EFAULT) ||
           (actor == thread(2) && o.events.size() == 2);
  };
  const auto queue_is = [](const std::vector<ActorId>& wanted) {
    return [wanted](const Machine& end, const Interleaved& done) {
      const State state = end.state();
      std::vector<ActorId> queue;
      for (const WaiterState& s : state.eventpolls.at(0).waiters) queue.push_back(s.actor);
      return done.returned.size() == 3 && queue == wanted;
    };
  };
  const auto both_slept_again = queue_is({thread(4), thread(3)});
  const Turn woken{d.t1, &d.request, {}, {}};
  EXPECT_FALSE(find_schedule(d.m, woken, fits, both_slept_again, kTries));
  const Turn rising{d.t1, &d.request, {thread(1)}, {}};
  EXPECT_TRUE(find_schedule(d.m, rising, fits, both_slept_again, kTries));
}

// drain() is a row of calls: whom one of them wakes may be quicker than the next.
TEST(Interleave, AWriterMayComeBetweenTwoReadsOfADrain) {
  Crowd d;
  const Fd v = d.eventfd(3);
  ASSERT_TRUE(d.call(thread(1), WriteAmount{v, ~std::uint64_t{2}}).blocked);
  d.request = Request{Drain{v}, {}};
  for (const std::int64_t bytes : {8, 16}) {
    const auto fits = [&](ActorId actor, const Outcome& o) {
      return actor != d.t1 || o.returned == bytes;
    };
    const auto whole = [](const Machine&, const Interleaved& i) { return i.returned.size() == 2; };
    EXPECT_TRUE(find_schedule(d.m, {d.t1, &d.request, {}, {}}, fits, whole, kTries)) << bytes;
  }
}

// An expiry is an interrupt: it walks the hooks while those that it woke run elsewhere.
TEST(Interleave, AnExpiryWakesThreadsThatScanBeforeItHasReachedAllHooks) {
  Crowd d;
  const Fd ep = d.epoll();
  const Fd t = d.call(TimerfdCreate{CLOCK_MONOTONIC, 0}).outcome.created.at(0);
  d.dups(ep, t, 3);
  for (const int n : {1, 2}) ASSERT_TRUE(d.call(thread(n), EpollWait{ep, 8, -1}).blocked);
  d.request = Request{TimerfdSettime{t, 1, 0}, {}};
  Turn turn{.actor = d.t1, .call = &d.request};
  std::map<int, std::size_t> events;
  const auto fits = [&](ActorId actor, const Outcome& o) {
    return actor == d.t1 || events.at(actor.number) == o.events.size();
  };
  const auto whole = [&](const Machine& end, const Interleaved& done) {
    return done.returned.size() == events.size() + 1 && end.runnable().empty();
  };
  const auto explained = [&](const std::map<int, std::size_t>& seen) {
    events = seen;
    return find_schedule(d.m, turn, fits, whole, kTries).has_value();
  };
  EXPECT_FALSE(explained({{1, 1}, {2, 2}})) << "nothing has expired";
  turn.expired.push_back(d.m.state().files.back().id);
  EXPECT_TRUE(explained({{2, 1}, {1, 2}}));
  EXPECT_TRUE(explained({{2, 2}, {1, 1}}));
  EXPECT_FALSE(explained({{2, 2}, {1, 2}}));
}

// A scan holds the file that it asks. Here the last other reference is that of a thread that waits
// on the closed inner instance: if it leaves while the outer one is scanned, the release is put off
// until the scanning thread leaves its call, and it sleeps on. The kernel showed both ends.
TEST(Interleave, AFileThatAScanHoldsOutlivesItsLastReference) {
  Crowd d;
  const Fd inner = d.epoll();
  const auto [r, w] = d.pipe();
  const Fd outer = d.epoll();
  d.add(outer, inner, EPOLLIN);
  ASSERT_TRUE(d.call(thread(1), EpollWait{outer, 8, -1}).blocked);
  ASSERT_TRUE(d.call(thread(2), EpollWait{inner, 8, -1}).blocked);
  d.add(inner, r, EPOLLIN | EPOLLET);
  d.run(Close{inner});
  d.request = Request{Close{w}, {}};
  const auto fits = [&](ActorId actor, const Outcome& o) {
    return actor == d.t1 || (actor == thread(2) && o.returned == 1);
  };
  for (const std::size_t items : {0U, 1U}) {
    Desk end;
    const auto left = [&](const Machine& m, const Interleaved& done) {
      end.m = m;
      return done.returned.size() == 2 && m.state().eventpolls.back().items.size() == items;
    };
    ASSERT_TRUE(find_schedule(d.m, {d.t1, &d.request, {}, {}}, fits, left, kTries)) << items;
    EXPECT_EQ(end.m.interrupt(thread(1)).outcome.error, EINTR);
    EXPECT_TRUE(end.m.state().eventpolls.back().items.empty());
  }
}

// A reader and a waiter return; what they slept on was closed, and goes with them: the file takes
// its items out of the instance, and the instance its items off the file.
TEST(Interleave, AFileAndTheInstanceThatWatchesItMayGoAtOnce) {
  Crowd d;
  const Fd ep = d.epoll();
  const auto [reader, writer] = d.pipe();
  const std::vector<Fd> fds = d.dups(ep, reader, 3);
  ASSERT_TRUE(d.call(thread(1), Read{reader, 1}).blocked);
  ASSERT_TRUE(d.call(thread(2), EpollWait{ep, 1, -1}).blocked);
  for (const Fd fd : fds) d.run(Close{fd});
  d.run(Close{reader});
  d.run(Close{ep});
  int ended = 0;
  const auto count = [&](const Machine& end, const Interleaved& done) {
    if (done.returned.size() < 3) return false;
    ++ended;
    EXPECT_TRUE(end.state().eventpolls.empty());
    return false;
  };
  d.request = Request{WriteAmount{writer, 1}, {}};
  find_schedule(d.m, {d.t1, &d.request, {}, {}}, {}, count, kTries);
  EXPECT_GT(ended, 10);
}

// The last end of a pair goes while a reader of the other end, which was closed, hears of it and
// goes as well. What is made next has slots of its own.
TEST(Interleave, BothEndsOfAPairMayGoAtOnce) {
  const auto are_whole = [](Desk& d, const std::vector<std::pair<Fd, Fd>>& pairs) {
    for (const auto& [a, b] : pairs) EXPECT_EQ(d.run(WriteAmount{b, 5}), 5);
    for (const auto& [a, b] : pairs) EXPECT_EQ(d.run(Read{a, 8}), 5);
  };
  const auto pairs_are_whole = [&](Desk& d) { are_whole(d, {d.pair(), d.pair(), d.pair()}); };
  const auto terminals_are_whole = [&](Desk& d) {
    const auto make = [&] { return Desk::two(d.call(Openpty{}).outcome); };
    are_whole(d, {make(), make(), make()});
  };
  const auto go = [](Crowd& d, Fd reader, Fd last, const auto& whole) {
    ASSERT_TRUE(d.call(thread(1), Read{reader, 1}).blocked);
    d.run(Close{reader});
    int ended = 0;
    const auto look = [&](const Machine& end, const Interleaved& done) {
      if (done.returned.size() < 2) return false;
      ++ended;
      Desk after;
      after.m = end;
      EXPECT_TRUE(after.m.state().files.empty());
      whole(after);
      return false;
    };
    d.request = Request{Close{last}, {}};
    find_schedule(d.m, {d.t1, &d.request, {}, {}}, {}, look, kTries);
    EXPECT_GT(ended, 1);
  };
  Crowd d;
  const auto [a, b] = d.pair();
  go(d, a, b, pairs_are_whole);
  Crowd t;
  const auto [m, s] = Desk::two(t.call(Openpty{}).outcome);
  go(t, s, m, terminals_are_whole);
}

}  // namespace
}  // namespace epollscope
