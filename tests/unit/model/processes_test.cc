// fork(), the ends of processes, and what pidfds tell of them.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>

#include "core/model/machine.h"
#include "tests/unit/model/desk.h"

namespace epollscope {
namespace {

using test::Desk;
using test::thread;

constexpr ActorId kChild{'P', 1};
Fd in_child(Fd fd) { return {fd.value, 1}; }

struct Family : Desk {
  Fd ep = epoll();
  std::pair<Fd, Fd> ends = pipe();
  Fd r = ends.first, w = ends.second;

  void fork() { ASSERT_EQ(run(Fork{kChild}), 1); }
  std::int64_t child(const Operation& op) {
    const auto result = call(kChild, op);
    EXPECT_FALSE(result.blocked);
    return result.outcome.failed() ? -result.outcome.error : result.outcome.returned;
  }
  bool ends_with(const Operation& op) { return call(kChild, op).outcome.ended; }
};

TEST(Processes, ShareOpenFilesAndNotTables) {
  Family d;
  EXPECT_EQ(d.add(d.ep, d.r, EPOLLIN), 0);
  d.fork();
  EXPECT_EQ(d.m.state().files.at(0).fds.size(), 2U);
  EXPECT_EQ(d.child(Close{in_child(d.w)}), 0);
  EXPECT_EQ(d.write(d.w), 1);
  EXPECT_EQ(d.child(EventFd{0, 0}), d.w.value);
  EXPECT_EQ(d.child(Read{in_child(d.r), 1}), 1) << "one buffer";
  EXPECT_EQ(d.write(d.w), 1);
  EXPECT_EQ(d.child(EpollCtl{in_child(d.ep), EPOLL_CTL_DEL, in_child(d.r), {}}), 0);
  EXPECT_TRUE(d.wait(d.ep).empty());
}

TEST(Processes, AnItemLivesAsLongAsAnyOfThemHasTheFile) {
  Family d;
  EXPECT_EQ(d.add(d.ep, d.r, EPOLLIN), 0);
  EXPECT_EQ(d.write(d.w), 1);
  d.fork();
  EXPECT_EQ(d.run(Close{d.r}), 0);
  EXPECT_EQ(d.wait(d.ep).size(), 1U);
  EXPECT_EQ(d.del(d.ep, d.r), -EBADF);
  EXPECT_FALSE(d.m.state().eventpolls.at(0).items.at(0).ghost) << "the child can take it back";
  EXPECT_EQ(d.child(Close{in_child(d.r)}), 0);
  EXPECT_TRUE(d.m.state().eventpolls.at(0).items.empty());
}

TEST(Processes, AnEndClosesTheHighestOfItsLastFilesFirst) {
  Family d;
  d.fork();
  const auto first = d.call(kChild, Pipe2{0}).outcome.created;
  const auto second = d.call(kChild, Pipe2{0}).outcome.created;
  for (const Fd fd : {first[0], second[0]}) {
    EXPECT_EQ(d.child(EpollCtl{in_child(d.ep), EPOLL_CTL_ADD, fd, EventArg{EPOLLIN, 0}}), 0);
  }
  std::vector<std::string> gone;
  d.observe = [&](const MicroStep& step, const Machine&) {
    if (step.what == MicroStep::What::erased) gone.push_back(step.subject);
  };
  EXPECT_TRUE(d.ends_with(Exit{0}));
  EXPECT_EQ(gone, (std::vector<std::string>{"fd#" + std::to_string(second[0].value),
                                            "fd#" + std::to_string(first[0].value)}));
}

TEST(Processes, APidfdTellsOfTheEndAndOfTheWait) {
  Family d;
  d.fork();
  const Fd pidfd = d.call(PidfdOpen{kChild}).outcome.created.at(0);
  EXPECT_EQ(d.add(d.ep, pidfd, EPOLLIN | EPOLLET), 0);
  EXPECT_TRUE(d.wait(d.ep).empty());
  EXPECT_TRUE(d.ends_with(Exit{3}));
  EXPECT_EQ(d.wait(d.ep), (test::Reports{{pidfd.value, EPOLLIN}}));
  EXPECT_TRUE(d.wait(d.ep).empty());
  const Outcome end = d.call(Waitpid{kChild}).outcome;
  EXPECT_EQ(end.value, 3U);
  EXPECT_EQ(d.wait(d.ep), (test::Reports{{pidfd.value, EPOLLIN | EPOLLHUP}}));
  EXPECT_EQ(d.run(Waitpid{kChild}), -ECHILD);
  EXPECT_EQ(d.run(PidfdOpen{kChild}), -ESRCH);
  EXPECT_EQ(d.run(Kill{kChild, 0}), -ESRCH);
}

TEST(Processes, OlderKernelsTellNothingOfTheWait) {
  MachineInputs old;
  old.traits.pidfd_hup_when_reaped = false;
  Family d;
  d.m = Machine(old);
  d.ep = d.epoll();
  d.fork();
  const Fd pidfd = d.call(PidfdOpen{kChild}).outcome.created.at(0);
  EXPECT_EQ(d.add(d.ep, pidfd, EPOLLIN | EPOLLET), 0);
  EXPECT_TRUE(d.ends_with(Exit{0}));
  EXPECT_EQ(d.wait(d.ep).size(), 1U);
  EXPECT_EQ(d.run(Waitpid{kChild}), 1);
  EXPECT_TRUE(d.wait(d.ep).empty());
}

TEST(Processes, SignalsEndAChildUnlessItHandlesThem) {
  Family d;
  d.fork();
  EXPECT_EQ(d.child(Sigaction{SIGUSR1, signal_handled, 0}), 0);
  EXPECT_TRUE(d.call(kChild, EpollWait{in_child(d.ep), 1, -1}).blocked);
  EXPECT_EQ(d.run(Kill{kChild, SIGUSR1}), 0);
  EXPECT_EQ(d.m.resume(kChild).outcome.error, EINTR);
  EXPECT_TRUE(d.call(kChild, EpollWait{in_child(d.ep), 1, -1}).blocked);
  EXPECT_EQ(d.run(Kill{kChild, SIGUSR2}), 0);
  EXPECT_TRUE(d.m.resume(kChild).outcome.ended);
  EXPECT_FALSE(d.m.killed_by()) << "the lab's own process goes on";
  EXPECT_EQ(d.call(kChild, EpollCreate1{0}).outcome.error, ESRCH);
  EXPECT_EQ(d.call(Waitpid{kChild}).outcome.value, std::uint64_t{SIGUSR2});
}

TEST(Processes, WaitSleepsUntilTheEndAndOneOfTwoGetsIt) {
  Family d;
  d.fork();
  EXPECT_TRUE(d.call(thread(2), Waitpid{kChild}).blocked);
  EXPECT_TRUE(d.call(thread(3), Waitpid{kChild}).blocked);
  EXPECT_TRUE(d.ends_with(Exit{0}));
  ASSERT_EQ(d.m.runnable().size(), 2U);
  EXPECT_EQ(d.m.resume(thread(2)).outcome.returned, 1);
  EXPECT_EQ(d.m.resume(thread(3)).outcome.error, ECHILD);
}

TEST(Processes, AParentThatIgnoresSigchldHasNoZombies) {
  Family d;
  EXPECT_EQ(d.run(Sigaction{SIGCHLD, signal_ignored, 0}), 0);
  d.fork();
  EXPECT_TRUE(d.ends_with(Exit{0}));
  EXPECT_EQ(d.run(Waitpid{kChild}), -ECHILD);
}

TEST(Processes, TheEndOfAChildInterruptsWhoHandlesSigchld) {
  Family d;
  EXPECT_EQ(d.run(Sigaction{SIGCHLD, signal_handled, 0}), 0);
  d.fork();
  EXPECT_TRUE(d.call(EpollWait{d.ep, 1, -1}).blocked);
  EXPECT_TRUE(d.ends_with(Exit{0}));
  EXPECT_EQ(d.m.resume(thread(1)).outcome.error, EINTR);
}

TEST(Processes, ASignalfdIsItsMakersUntilAChildAsksIt) {
  Family d;
  const Fd sf = d.call(SignalFd{1ULL << (SIGUSR1 - 1), SFD_NONBLOCK}).outcome.created.at(0);
  EXPECT_EQ(d.run(Sigprocmask{SIG_BLOCK, 1ULL << (SIGUSR1 - 1)}), 0);
  EXPECT_EQ(d.add(d.ep, sf, EPOLLIN | EPOLLET), 0);
  d.fork();
  EXPECT_EQ(d.run(Kill{kChild, SIGUSR1}), 0);
  EXPECT_TRUE(d.wait(d.ep).empty()) << "it is pending for the child, which blocks it as well";
  EXPECT_EQ(d.run(Kill{thread(1), SIGUSR1}), 0);
  EXPECT_EQ(d.wait(d.ep).size(), 1U);
  EXPECT_EQ(d.m.not_modelled(), std::nullopt);
  d.child(Read{in_child(sf), 128});
  EXPECT_EQ(d.m.not_modelled(), "a signalfd that a child asks");
}

}  // namespace
}  // namespace epollscope
