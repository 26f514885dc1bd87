// Signals: what is pending for whom, whose sleep they end, and which calls are made again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <random>

#include "core/model/machine.h"
#include "tests/unit/model/desk.h"
#include "tests/unit/model/real_calls.h"

namespace epollscope {
namespace {

using test::Desk;
using test::Numbers;
using test::thread;

constexpr std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

struct Signals : Desk {
  Fd ep = epoll();

  std::int64_t kill(int actor, int signal) { return run(Kill{thread(actor), signal}); }
  std::int64_t handle(int signal, unsigned flags = 0) {
    return run(Sigaction{signal, signal_handled, static_cast<std::int32_t>(flags)});
  }
  std::int64_t ignore(int signal) { return run(Sigaction{signal, signal_ignored, 0}); }
  std::int64_t mask(int actor, int how, std::uint64_t set) {
    const auto r = call(thread(actor), Sigprocmask{how, set});
    EXPECT_FALSE(r.blocked);
    return r.outcome.failed() ? -r.outcome.error : r.outcome.returned;
  }
  Fd signalfd(std::uint64_t set, int flags = SFD_NONBLOCK) {
    return call(SignalFd{set, flags}).outcome.created.at(0);
  }
  bool sleeps(int actor, const Operation& op) { return call(thread(actor), op).blocked; }
  std::uint64_t pending(int actor) {
    for (const ThreadState& t : m.state().threads) {
      if (t.actor == thread(actor)) return t.pending_signals;
    }
    return 0;
  }
  int errors(int actor) {  // of the only thread that returns; 0: none does
    const auto done = settle();
    if (done.size() != 1 || done.front().first != actor) return 0;
    return done.front().second.error;
  }
};

TEST(Signals, ArgumentsAreCheckedInTheKernelsOrder) {
  Signals d;
  EXPECT_EQ(d.kill(9, SIGUSR1), -ESRCH);
  EXPECT_EQ(d.kill(9, 65), -ESRCH);
  EXPECT_EQ(d.kill(1, 65), -EINVAL);
  EXPECT_EQ(d.kill(1, -1), -EINVAL);
  EXPECT_EQ(d.kill(1, 0), 0);
  for (const int signal : {SIGKILL, SIGSTOP, 0, -1, 32, 33, 65}) {
    EXPECT_EQ(d.ignore(signal), -EINVAL) << signal;
  }
  EXPECT_EQ(d.mask(1, 7, 0), -EINVAL);
  EXPECT_EQ(d.run(Sigprocmask{7, {}}), 0);
  EXPECT_EQ(d.run(SignalFd{0, 1}), -EINVAL);
  EXPECT_FALSE(d.m.not_modelled());
}

TEST(Signals, TheFirstThreadIsThereBeforeItsFirstCall) {
  Desk d;
  d.call(thread(2), Sigaction{SIGUSR1, signal_handled, 0});
  EXPECT_EQ(d.call(thread(2), Kill{thread(1), SIGUSR1}).outcome.error, 0);
}

TEST(Signals, OneThatIsBlockedWaitsAndItsKindIsMerged) {
  Signals d;
  d.handle(SIGUSR1);
  d.mask(1, SIG_BLOCK, bit(SIGUSR1) | bit(SIGKILL));
  EXPECT_EQ(d.m.state().threads.at(0).blocked_signals, bit(SIGUSR1));
  d.kill(1, SIGUSR1);
  d.kill(1, SIGUSR1);
  const Fd s = d.signalfd(bit(SIGUSR1));
  const auto read = d.call(Read{s, 4096});
  EXPECT_EQ(read.outcome.returned, 128);
  EXPECT_EQ(read.outcome.value, static_cast<std::uint64_t>(SIGUSR1));
  EXPECT_EQ(read.outcome.value_kind, ValueKind::signal);
  EXPECT_EQ(d.read(s, 128), -EAGAIN);
  EXPECT_EQ(d.read(s, 127), -EINVAL);
  EXPECT_EQ(d.write(s, 8), -EINVAL);
}

TEST(Signals, RealTimeOnesAreQueuedAndComeLast) {
  Signals d;
  d.mask(1, SIG_BLOCK, bit(40) | bit(SIGUSR2));
  for (const int signal : {40, 40, SIGUSR2}) d.kill(1, signal);
  const Fd s = d.signalfd(bit(40) | bit(SIGUSR2));
  EXPECT_EQ(d.m.state().objects.at(0).fill, (std::vector<std::uint64_t>{3}));
  EXPECT_EQ(d.call(Read{s, 128}).outcome.value, static_cast<std::uint64_t>(SIGUSR2));
  EXPECT_EQ(d.read(s, 1024), 256);
}

TEST(Signals, AnIgnoredOneIsNeverPendingUnlessItIsBlocked) {
  Signals d;
  d.ignore(SIGUSR1);
  d.kill(1, SIGUSR1);
  for (const int signal : {SIGCHLD, SIGCONT, SIGURG, SIGWINCH}) d.kill(1, signal);
  EXPECT_EQ(d.pending(1), 0U);
  d.mask(1, SIG_BLOCK, bit(SIGUSR1));
  d.kill(1, SIGUSR1);
  EXPECT_EQ(d.pending(1), bit(SIGUSR1));
  d.ignore(SIGUSR1);  // which throws it away
  EXPECT_EQ(d.pending(1), 0U);
}

TEST(Signals, OneWithoutAHandlerEndsTheProcess) {
  Signals d;
  d.mask(1, SIG_BLOCK, bit(SIGTERM));
  d.kill(1, SIGTERM);
  EXPECT_FALSE(d.m.killed_by());
  d.mask(1, SIG_UNBLOCK, bit(SIGTERM));
  EXPECT_EQ(d.m.killed_by(), SIGTERM);
}

TEST(Signals, ResethandLeavesTheDefault) {
  Signals d;
  d.handle(SIGUSR1, SA_RESETHAND);
  d.kill(1, SIGUSR1);
  EXPECT_FALSE(d.m.killed_by());
  d.kill(1, SIGUSR1);
  EXPECT_EQ(d.m.killed_by(), SIGUSR1);
}

TEST(Signals, EndASleepInEpollWaitWhateverSaRestartSays) {
  Signals d;
  d.handle(SIGUSR1, SA_RESTART);
  ASSERT_TRUE(d.sleeps(2, EpollWait{d.ep, 8, -1}));
  d.kill(2, SIGUSR1);
  EXPECT_EQ(d.errors(2), EINTR);
  ASSERT_TRUE(d.sleeps(2, Sleep{1'000'000}));
  d.kill(2, SIGUSR1);
  EXPECT_EQ(d.errors(2), EINTR);
}

TEST(Signals, ThatAreBlockedOrIgnoredEndNoSleep) {
  Signals d;
  d.handle(SIGUSR1);
  d.mask(2, SIG_BLOCK, bit(SIGUSR1));
  ASSERT_TRUE(d.sleeps(2, EpollWait{d.ep, 8, -1}));
  d.kill(2, SIGUSR1);
  d.kill(2, SIGCHLD);
  EXPECT_TRUE(d.m.runnable().empty());
}

TEST(Signals, SaRestartMakesARowOfCallsAgain) {
  for (const bool restart : {false, true}) {
    Signals d;
    d.handle(SIGUSR1, restart ? SA_RESTART : 0);
    const auto [r, w] = d.pipe();
    const auto [a, b] = d.pair();
    const Fd counter = d.eventfd();
    const Fd s = d.signalfd(bit(SIGUSR2), 0);
    for (const Fd fd : {r, a, counter, s}) {
      ASSERT_TRUE(d.sleeps(2, Read{fd, 128}));
      d.kill(2, SIGUSR1);
      EXPECT_EQ(d.errors(2), restart ? 0 : EINTR) << fd.value;
      if (!restart) continue;
      ASSERT_EQ(d.m.threads().size(), 1U) << fd.value;
      d.handle(SIGALRM);
      d.kill(2, SIGALRM);
      EXPECT_EQ(d.errors(2), EINTR);
    }
  }
}

TEST(Signals, ACallThatIsMadeAgainLooksForItsDescriptorAgain) {
  Signals d;
  d.handle(SIGUSR1, SA_RESTART);
  const auto [r, w] = d.pipe();
  ASSERT_TRUE(d.sleeps(2, Read{r, 8}));
  EXPECT_EQ(d.run(Close{r}), 0);
  d.kill(2, SIGUSR1);
  EXPECT_EQ(d.errors(2), EBADF);
}

TEST(Signals, AWriteThatDidSomethingTellsHowMuch) {
  Signals d;
  d.handle(SIGUSR1, SA_RESTART);
  const auto [r, w] = d.pipe();
  ASSERT_TRUE(d.sleeps(2, WriteAmount{w, 100'000}));
  d.kill(2, SIGUSR1);
  const auto done = d.settle();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().second.returned, 65536);
}

TEST(Signals, DataComesFirstInAPipeAndTheSignalInAStream) {
  Signals d;
  d.handle(SIGUSR1);
  const auto [r, w] = d.pipe();
  const auto [a, b] = d.pair();
  ASSERT_TRUE(d.sleeps(2, Read{r, 8}));
  d.kill(2, SIGUSR1);
  d.write(w, 1);
  auto done = d.settle();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().second.returned, 1);
  ASSERT_TRUE(d.sleeps(2, Read{a, 8}));
  d.kill(2, SIGUSR1);
  d.write(b, 1);
  EXPECT_EQ(d.errors(2), EINTR);
}

TEST(Signals, AWakeupPassesByAThreadThatASignalWoke) {
  Signals d;
  d.handle(SIGUSR1);
  const auto [r, w] = d.pipe();
  for (const int t : {2, 3}) ASSERT_TRUE(d.sleeps(t, Read{r, 1}));
  d.kill(2, SIGUSR1);
  d.write(w, 1);  // the queue's first is awake: the second is woken
  EXPECT_EQ(d.m.runnable(), (std::vector{thread(2), thread(3)}));
}

TEST(Signals, EpollPwaitUnblocksForItsTimeAlone) {
  Signals d;
  d.handle(SIGUSR1);
  d.mask(1, SIG_BLOCK, bit(SIGUSR1));
  d.kill(1, SIGUSR1);
  const auto pwait = [&](std::int32_t timeout) {
    return d.call(EpollWait{d.ep, 8, timeout, false, EpollWait::Form::pwait, 0}).outcome;
  };
  EXPECT_EQ(pwait(0).returned, 0);
  EXPECT_EQ(d.pending(1), bit(SIGUSR1));
  const Fd counter = d.eventfd(1);
  d.add(d.ep, counter, EPOLLIN);
  EXPECT_EQ(pwait(-1).returned, 1);
  EXPECT_EQ(d.pending(1), bit(SIGUSR1));
  d.del(d.ep, counter);
  EXPECT_EQ(pwait(-1).error, EINTR);
  EXPECT_EQ(d.pending(1), 0U);
  EXPECT_EQ(d.m.state().threads.at(0).blocked_signals, bit(SIGUSR1));
}

// While a handler runs its signal is blocked, and afterwards the old mask is back.
TEST(Signals, EpollPwaitHandlesOneOfAKindUnlessNodefer) {
  for (const bool nodefer : {false, true}) {
    Signals d;
    d.handle(40, nodefer ? static_cast<unsigned>(SA_NODEFER) : 0U);
    d.mask(1, SIG_BLOCK, bit(40));
    for (int i = 0; i < 2; ++i) d.kill(1, 40);
    const EpollWait wait{d.ep, 8, -1, false, EpollWait::Form::pwait, 0};
    EXPECT_EQ(d.call(wait).outcome.error, EINTR);
    EXPECT_EQ(d.pending(1), nodefer ? 0U : bit(40));
  }
}

TEST(Signals, ASignalfdSpeaksToWhomTheSignalWasSent) {
  Signals d;
  const Fd s = d.signalfd(bit(SIGUSR1));
  d.add(d.ep, s, EPOLLIN);
  for (const int t : {1, 2}) d.mask(t, SIG_BLOCK, bit(SIGUSR1));
  d.kill(2, SIGUSR1);
  EXPECT_EQ(d.ready(d.ep), (Numbers{s.value}));
  EXPECT_TRUE(d.take(d.ep).empty());  // the first thread takes it off the list
  EXPECT_TRUE(d.ready(d.ep).empty());
  EXPECT_EQ(d.m.level(s)->revents, 0U);
  d.kill(2, SIGUSR1);  // pending already
  EXPECT_TRUE(d.ready(d.ep).empty());
  EXPECT_EQ(d.call(thread(2), Read{s, 128}).outcome.returned, 128);
}

TEST(Signals, EverySignalfdHearsOfEverySignal) {
  Signals d;
  d.handle(SIGUSR1);
  const Fd s = d.signalfd(bit(SIGUSR2));
  d.add(d.ep, s, EPOLLIN | EPOLLET);
  d.kill(1, SIGUSR1);
  EXPECT_EQ(d.ready(d.ep), (Numbers{s.value}));
  EXPECT_TRUE(d.take(d.ep).empty());
  d.ignore(SIGUSR1);
  d.kill(1, SIGUSR1);
  EXPECT_TRUE(d.ready(d.ep).empty());
}

TEST(Signals, AReadOfASignalfdTakesOneBeforeItsHandler) {
  Signals d;
  d.handle(SIGUSR1, SA_RESETHAND);
  const Fd s = d.signalfd(bit(SIGUSR1), 0);
  ASSERT_TRUE(d.sleeps(2, Read{s, 128}));
  d.kill(2, SIGUSR1);
  const auto done = d.settle();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().second.returned, 128);
  d.kill(1, SIGUSR1);  // the handler is there still
  EXPECT_FALSE(d.m.killed_by());
}

TEST(Signals, ABrokenPipeSendsOneToTheWriter) {
  Signals d;
  d.handle(SIGPIPE);
  const Fd s = d.signalfd(0);
  d.add(d.ep, s, EPOLLIN | EPOLLET);
  const auto [r, w] = d.pipe();
  d.run(Close{r});
  EXPECT_EQ(d.write(w), -EPIPE);
  EXPECT_EQ(d.ready(d.ep), (Numbers{s.value}));
  d.take(d.ep);
  d.ignore(SIGPIPE);
  EXPECT_EQ(d.write(w), -EPIPE);
  EXPECT_TRUE(d.ready(d.ep).empty());
}

// One thread, random calls, on the model and on the kernel.
class Both {
 public:
  explicit Both(unsigned seed) : random_(seed) {
    for (const int signal : kSome) make(Sigaction{signal, signal_handled, 0});
  }
  ~Both() {
    real_.call({Sigprocmask{SIG_SETMASK, 0}, {}});
    for (const int signal : kSome) real_.call({Sigaction{signal, signal_default, 0}, {}});
  }
  Both(const Both&) = delete;
  Both& operator=(const Both&) = delete;

  Outcome make(const Operation& op) {
    const Outcome theirs = real_.call({op, {}});
    const auto ours = model_.call(op);
    EXPECT_FALSE(ours.blocked);
    EXPECT_TRUE(ours.outcome.same_result(theirs))
        << "call " << ++calls_ << ", operation " << op.index() << ": " << theirs.returned << " "
        << theirs.error << ", the model " << ours.outcome.returned << " " << ours.outcome.error;
    return theirs;
  }

  void run(int calls) {
    const Fd ep = make(EpollCreate1{0}).created.at(0);
    std::vector<Fd> fds;
    for (int i = 0; i < 3; ++i) {
      fds.push_back(make(SignalFd{set(), SFD_NONBLOCK}).created.at(0));
      const auto mask = EPOLLIN | (i == 0 ? 0U : std::uint32_t{EPOLLET});
      make(EpollCtl{ep, EPOLL_CTL_ADD, fds.back(), EventArg{mask, static_cast<unsigned>(i)}});
    }
    for (int i = 0; i < calls && !testing::Test::HasFailure(); ++i) {
      const int signal = kSome[random_() % kSome.size()];
      switch (random_() % 8) {
        case 0:
          make(Sigaction{signal, random_() % 4 == 0 ? signal_ignored : signal_handled,
                         random_() % 2 == 0 ? SA_NODEFER : 0});
          break;
        case 1:
          make(Sigprocmask{static_cast<int>(random_() % 4), set()});
          break;
        case 2:
        case 3:
          make(Kill{thread(1), signal});
          break;
        case 4:
          make(Read{fds[random_() % 3], 100 + random_() % 500});
          break;
        case 5:
          make(EpollWait{ep, 3, 0, false, EpollWait::Form::pwait, set()});
          break;
        default:
          make(EpollWait{ep, 1 + static_cast<int>(random_() % 3), 0});
      }
    }
  }

 private:
  static constexpr std::array kSome{SIGUSR1, SIGUSR2, SIGCHLD, SIGURG, 40, 41};

  std::uint64_t set() {
    std::uint64_t set = 0;
    for (const int signal : kSome) set |= random_() % 2 == 0 ? bit(signal) : 0;
    return set;
  }

  std::minstd_rand random_;
  test::RealCalls real_;
  Desk model_;
  int calls_ = 0;
};

TEST(Signals, AreThoseOfTheKernel) {
  for (unsigned seed = 1; seed <= 40 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Both(seed).run(300);
  }
}

}  // namespace
}  // namespace epollscope
