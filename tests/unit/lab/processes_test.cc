// Processes that a scenario forks: real ones, with tables of their own, that end with the lab.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "tests/unit/lab/driver.h"

namespace epollscope {
namespace {

constexpr ActorId process(int n) { return {'P', n}; }
Fd in(ActorId actor, Fd fd) { return {fd.value, actor.process()}; }

// Those of a session, which is what a lab is.
std::set<int> members(int session) {
  std::set<int> pids;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (const int pid = std::stoi(name); getsid(pid) == session) pids.insert(pid);
  }
  return pids;
}

TEST(LabProcesses, AChildHasTheSameFilesAndATableOfItsOwn) {
  Driver d;
  const Fd ep = d.epoll();
  const auto [r, w] = d.pipe();
  d.add(ep, r, EPOLLIN);
  EXPECT_EQ(d.call(Fork{process(1)}).returned, 1);
  EXPECT_EQ(d.run(process(1), Close{in(process(1), w)}).only(process(1)).error, 0);
  EXPECT_EQ(d.call(WriteAmount{w, 1}).returned, 1) << "the parent's number is its own";
  const Outcome made = d.run(process(1), EventFd{0, 0}).only(process(1));
  ASSERT_EQ(made.created.size(), 1U);
  EXPECT_EQ(made.created[0], in(process(1), w)) << "the lowest free number of the child";
  const Outcome del = d.run(process(1), EpollCtl{in(process(1), ep), EPOLL_CTL_DEL,
                                                 in(process(1), r), std::nullopt})
                          .only(process(1));
  EXPECT_EQ(del.error, 0);
  EXPECT_EQ(d.call(EpollWait{ep, 1, 0}).returned, 0) << "one epoll instance, one interest list";
}

TEST(LabProcesses, AnExitClosesWakesAndLeavesAZombie) {
  Driver d;
  const auto [r, w] = d.pipe();
  ASSERT_EQ(d.call(Fork{process(1)}).returned, 1);
  EXPECT_EQ(d.call(Close{w}).error, 0);
  const Fd pidfd = d.call(PidfdOpen{process(1)}).created.at(0);
  d.submit(thread(2), Read{r, 8});
  EXPECT_EQ(d.settle().blocked.size(), 1U);
  d.submit(thread(3), Waitpid{process(1)});
  EXPECT_EQ(d.settle().blocked.size(), 2U);
  d.submit(process(1), Exit{7});
  const Seen seen = d.settle();
  ASSERT_EQ(seen.returns.size(), 3U);
  for (const auto& [actor, outcome] : seen.returns) {
    EXPECT_EQ(outcome.ended, actor == process(1));
    if (actor == thread(2)) {
      EXPECT_EQ(outcome.returned, 0) << "the last writer is gone";
    } else if (actor == thread(3)) {
      EXPECT_EQ(outcome.value, 7U);
    }
  }
  EXPECT_NE(d.lab().levels({pidfd}).value().at(0).revents & POLLIN, 0U);
  EXPECT_EQ(d.run(process(1), Close{r}).only(process(1)).error, ESRCH);
  EXPECT_EQ(d.call(Kill{process(1), SIGKILL}).error, ESRCH);
  EXPECT_EQ(d.call(Waitpid{process(1)}).error, ECHILD);
  EXPECT_EQ(d.call(PidfdOpen{process(1)}).error, ESRCH);
}

TEST(LabProcesses, ASignalEndsTheChildInItsCall) {
  Driver d;
  const Fd ep = d.epoll();
  ASSERT_EQ(d.call(Fork{process(1)}).returned, 1);
  d.submit(process(1), EpollWait{in(process(1), ep), 1, -1});
  EXPECT_EQ(d.settle().blocked.size(), 1U);
  d.submit(thread(1), Kill{process(1), SIGTERM});
  const Seen seen = d.settle();
  ASSERT_EQ(seen.returns.size(), 2U);
  EXPECT_TRUE(seen.returns[1].second.ended);
  EXPECT_EQ(d.call(Kill{process(1), SIGTERM}).error, 0) << "a zombie takes it";
  const Outcome end = d.call(Waitpid{process(1)});
  EXPECT_EQ(end.value, std::uint64_t{SIGTERM});
  EXPECT_EQ(end.value_kind, ValueKind::signal);
}

TEST(LabProcesses, NoneOutlivesTheLab) {
  int session = 0;
  {
    Driver d;
    session = d.lab().pid();
    const Fd ep = d.epoll();
    for (int n = 1; n <= 3; ++n) ASSERT_EQ(d.call(Fork{process(n)}).returned, n);
    d.submit(process(1), EpollWait{in(process(1), ep), 1, -1});
    d.settle();
    EXPECT_EQ(members(session).size(), 4U);
  }
  for (int tries = 0; !members(session).empty() && tries < 2000; ++tries) usleep(1000);
  EXPECT_TRUE(members(session).empty());
}

TEST(LabProcesses, HaveTheirBounds) {
  Driver d;
  EXPECT_EQ(d.call(Fork{process(kMostProcesses + 1)}).error, EPERM);
  ASSERT_EQ(d.call(Fork{process(1)}).returned, 1);
  EXPECT_EQ(d.call(Fork{process(1)}).error, EBUSY);
  EXPECT_EQ(d.run(process(1), Fork{process(2)}).only(process(1)).error, EPERM);
  EXPECT_EQ(d.run(process(2), EpollCreate1{0}).only(process(2)).error, ESRCH);
  EXPECT_EQ(d.call(Exit{0}).error, EPERM) << "the lab's own process";
  EXPECT_EQ(d.call(EpollCreate1{0}).returned, 3);
}

TEST(LabProcesses, ChildrenAreConfinedAsTheirParentIs) {
  Driver d;
  ASSERT_EQ(d.call(Fork{process(1)}).returned, 1);
  const int pid = d.lab().pid_of({0, 1});
  ASSERT_GT(pid, 0);
  EXPECT_NE(pid, d.lab().pid());
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  const std::string text{std::istreambuf_iterator<char>(status), {}};
  EXPECT_NE(text.find("\nSeccomp:\t2"), std::string::npos);
  EXPECT_NE(text.find("\nCapEff:\t0000000000000000"), std::string::npos);
  EXPECT_EQ(kill(pid, SIGKILL), 0);
}

}  // namespace
}  // namespace epollscope
