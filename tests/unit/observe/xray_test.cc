#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <random>
#include <utility>

#include "tests/unit/observe/xray_fixture.h"

namespace epollscope {
namespace {

using testing::AssertionFailure;
using testing::AssertionSuccess;

const XrayItem& at(const XrayEventpoll& ep, int i) { return ep.items[static_cast<std::size_t>(i)]; }

// Black nodes on every way down from `i`; -1: the rules of red-black trees are broken below it.
int black_height(const XrayEventpoll& ep, int i) {
  if (i < 0) return 1;
  const XrayItem& item = at(ep, i);
  for (const int child : {item.left, item.right}) {
    if (child < 0) continue;
    if (at(ep, child).parent != i || (item.red && at(ep, child).red)) return -1;
  }
  const int left = black_height(ep, item.left), right = black_height(ep, item.right);
  if (left < 0 || left != right) return -1;
  return left + (item.red ? 0 : 1);
}

void in_order(const XrayEventpoll& ep, int i, std::vector<int>& out) {
  if (i < 0) return;
  in_order(ep, at(ep, i).left, out);
  out.push_back(i);
  in_order(ep, at(ep, i).right, out);
}

testing::AssertionResult is_red_black_tree(const XrayEventpoll& ep) {
  if (ep.root >= 0 && (at(ep, ep.root).red || at(ep, ep.root).parent >= 0)) {
    return AssertionFailure() << "the root is red or has a parent";
  }
  if (black_height(ep, ep.root) < 0) return AssertionFailure() << "colours or parents are wrong";
  std::vector<int> order;
  in_order(ep, ep.root, order);
  for (std::size_t i = 0; i < ep.items.size(); ++i) {
    if (order.size() != ep.items.size() || order[i] != static_cast<int>(i)) {
      return AssertionFailure() << "the items are not in tree order";
    }
  }
  return AssertionSuccess();
}

testing::AssertionResult same_as_fdinfo(const XrayEventpoll& ep, int epfd) {
  const auto rows = read_interest(getpid(), Fd{epfd});
  if (!rows || rows->size() != ep.items.size()) return AssertionFailure() << "another size";
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const InterestRow& row = (*rows)[i];
    const XrayItem& item = ep.items[i];
    if (row.tfd.value != item.fd || row.events != item.events || row.data != item.data) {
      return AssertionFailure() << "place " << i << " is fd " << row.tfd.value << " in fdinfo";
    }
  }
  return AssertionSuccess();
}

using XrayTree = XrayOfThisProcess;
using XrayReadyList = XrayOfThisProcess;
using XrayWaiters = XrayOfThisProcess;
using XrayInstances = XrayOfThisProcess;

TEST_F(XrayTree, AnEmptyInstance) {
  const int ep = make_epoll();
  const XrayEventpoll seen = read(ep);
  EXPECT_EQ(seen.fd, ep);
  EXPECT_NE(seen.id, 0U);
  EXPECT_TRUE(seen.items.empty());
  EXPECT_EQ(seen.root, -1);
  EXPECT_FALSE(seen.scanning);
  EXPECT_TRUE(seen.ready.empty() && seen.ovflist.empty() && seen.waiters.empty());
  EXPECT_EQ(seen.poll_waiters, 0);
}

TEST_F(XrayTree, OneItemWithEveryField) {
  const int ep = make_epoll();
  const int fd = make_eventfd();
  add(ep, fd, EPOLLIN | EPOLLET);
  const XrayEventpoll seen = read(ep);
  ASSERT_EQ(seen.items.size(), 1U);
  const XrayItem& item = seen.items[0];
  EXPECT_EQ(item.fd, fd);
  EXPECT_EQ(item.events, EPOLLIN | EPOLLET | EPOLLERR | EPOLLHUP);
  EXPECT_EQ(item.data, static_cast<std::uint64_t>(fd) << 32 | 7);
  EXPECT_FALSE(item.red || item.linked || item.overflowed);
  EXPECT_EQ(item.left & item.right & item.parent, -1);
  EXPECT_EQ(item.nested, 0U);
  EXPECT_EQ(seen.root, 0);
}

TEST_F(XrayTree, ShapeAndColoursAfterManyInsertionsAndRemovals) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  const int ep = make_epoll();
  std::vector<int> watched;
  bool red = false;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 60; ++i) add(ep, watched.emplace_back(make_eventfd()));
    for (int i = 0; i < 25; ++i) {
      std::swap(watched[random() % watched.size()], watched.back());
      control(ep, EPOLL_CTL_DEL, watched.back(), 0);
      watched.pop_back();
    }
    const XrayEventpoll seen = read(ep);
    EXPECT_EQ(seen.items.size(), watched.size());
    EXPECT_TRUE(is_red_black_tree(seen));
    EXPECT_TRUE(same_as_fdinfo(seen, ep));
    for (const XrayItem& item : seen.items) red = red || item.red;
    for (std::size_t i = 1; i < seen.items.size(); ++i) {
      EXPECT_LT(seen.items[i - 1].file, seen.items[i].file) << "the key is the file's address";
    }
  }
  EXPECT_TRUE(red);
}

// More than one call of the program takes, and more than its records hold.
TEST_F(XrayTree, TenThousandItems) {
  constexpr rlim_t kItems = 10'000, kOthers = 128;
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit before = limit;
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  const std::size_t items = std::min(kItems, limit.rlim_max - kOthers);
  const int ep = make_epoll();
  const int file = make_eventfd();
  for (std::size_t i = 0; i < items; ++i) add(ep, keep(dup(file)), EPOLLIN | EPOLLET);
  make_ready(file);
  const XrayEventpoll seen = read(ep);
  EXPECT_EQ(seen.items.size(), items);
  EXPECT_TRUE(is_red_black_tree(seen));
  EXPECT_TRUE(same_as_fdinfo(seen, ep));
  // Hooks run newest first: the last one added is at the head.
  ASSERT_EQ(seen.ready.size(), items);
  for (std::size_t i = 0; i < items; ++i) {
    ASSERT_EQ(seen.ready[i], static_cast<int>(items - 1 - i));
  }
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

// Level-triggered items go back to the tail; looking changes nothing.
TEST_F(XrayReadyList, LevelTriggeredRotation) {
  const int ep = make_epoll();
  std::vector<int> fd;
  for (int i = 0; i < 5; ++i) add(ep, fd.emplace_back(make_eventfd()));
  EXPECT_EQ(ready(ep), std::vector<int>());
  for (const int f : fd) make_ready(f);
  epoll_event events[2];
  const auto turn = [&](int first, int second, const std::vector<int>& after) {
    ASSERT_EQ(epoll_wait(ep, events, 2, 0), 2);
    EXPECT_EQ(events[0].data.u64 >> 32,
              static_cast<std::uint64_t>(fd[static_cast<std::size_t>(first)]));
    EXPECT_EQ(events[1].data.u64 >> 32,
              static_cast<std::uint64_t>(fd[static_cast<std::size_t>(second)]));
    std::vector<int> expected;
    for (const int i : after) expected.push_back(fd[static_cast<std::size_t>(i)]);
    EXPECT_EQ(ready(ep), expected);
    EXPECT_EQ(ready(ep), expected) << "after a look";
  };
  turn(0, 1, {2, 3, 4, 0, 1});
  turn(2, 3, {4, 0, 1, 2, 3});
  turn(4, 0, {1, 2, 3, 4, 0});
  turn(1, 2, {3, 4, 0, 1, 2});
}

TEST_F(XrayReadyList, StaleItemsStayUntilAScan) {
  const int ep = make_epoll();
  std::vector<int> fd;
  for (int i = 0; i < 4; ++i) add(ep, fd.emplace_back(make_eventfd()));
  for (const int i : {2, 0, 3, 0, 1}) make_ready(fd[static_cast<std::size_t>(i)]);
  EXPECT_EQ(ready(ep), (std::vector<int>{fd[2], fd[0], fd[3], fd[1]}));
  std::uint64_t counter = 0;
  ASSERT_EQ(::read(fd[0], &counter, sizeof counter), 8);
  EXPECT_EQ(ready(ep), (std::vector<int>{fd[2], fd[0], fd[3], fd[1]}));
  epoll_event event;
  ASSERT_EQ(epoll_wait(ep, &event, 1, 0), 1);
  EXPECT_EQ(ready(ep), (std::vector<int>{fd[0], fd[3], fd[1], fd[2]}));
  ASSERT_EQ(epoll_wait(ep, &event, 1, 0), 1);
  EXPECT_EQ(ready(ep), (std::vector<int>{fd[1], fd[2], fd[3]}));
  const XrayEventpoll seen = read(ep);
  for (const XrayItem& item : seen.items) EXPECT_EQ(item.linked, item.fd != fd[0]);
}

// The last to sleep is the first to be woken.
TEST_F(XrayWaiters, AreAStack) {
  const int ep = make_epoll();
  const int fd = make_eventfd();
  add(ep, fd, EPOLLIN);
  std::vector<std::unique_ptr<Sleeper>> threads;
  std::vector<int> expected;
  for (int i = 0; i < 3; ++i) {
    threads.push_back(std::make_unique<Sleeper>([ep] {
      epoll_event event;
      EXPECT_EQ(epoll_wait(ep, &event, 1, -1), 1);
    }));
    const int tid = threads.back()->asleep([&](int t) {
      const std::vector<int> now = read(ep).waiters;
      return std::ranges::find(now, t) != now.end();
    });
    expected.insert(expected.begin(), tid);
  }
  EXPECT_EQ(read(ep).waiters, expected);
  make_ready(fd);  // level-triggered and never read: each wakes the next
}

TEST_F(XrayInstances, DuplicatesOfADescriptorAreOneInstance) {
  const int ep = make_epoll();
  const int fd = make_eventfd();
  const int copy = keep(dup(ep));
  add(copy, fd);
  add(ep, keep(dup(fd)));
  const XrayEventpoll seen = read(copy);
  EXPECT_EQ(seen.fd, std::min(ep, copy));
  EXPECT_EQ(seen.fds, (std::vector<int>{std::min(ep, copy), std::max(ep, copy)}));
  ASSERT_EQ(seen.items.size(), 2U);
  EXPECT_EQ(seen.items[0].file, seen.items[1].file);
  EXPECT_NE(seen.file, seen.items[0].file);
}

TEST_F(XrayInstances, MoreThanTheProgramCanNote) {
  std::vector<int> eps;
  const int fd = make_eventfd();
  const std::size_t others = read_all().size();
  for (int i = 0; i < 100; ++i) {
    add(eps.emplace_back(make_epoll()), fd);
    keep(dup(eps.back()));
  }
  for (const int ep : std::vector(eps)) keep(dup(ep));
  const auto all = read_all();
  ASSERT_EQ(all.size(), others + eps.size());
  for (const int ep : eps) EXPECT_EQ(read(ep).fds.size(), 3U);
  for (const XrayEventpoll& ep : all) {
    const bool ours = std::ranges::find(eps, ep.fd) != eps.end();
    EXPECT_TRUE(!ours || ep.items.size() == 1);
  }
}

TEST_F(XrayInstances, AnInstanceThatWatchesAnother) {
  const int outer = make_epoll();
  const int inner = make_epoll();
  const int fd = make_eventfd();
  add(inner, fd);
  add(outer, inner);
  make_ready(fd);
  const XrayEventpoll in = read(inner), out = read(outer);
  ASSERT_EQ(out.items.size(), 1U);
  EXPECT_EQ(out.items[0].nested, in.id);
  EXPECT_EQ(out.items[0].file, in.file);
  EXPECT_EQ(fds_of(out, out.ready), std::vector<int>{inner});
  EXPECT_EQ(fds_of(in, in.ready), std::vector<int>{fd});
  EXPECT_EQ(in.poll_waiters, 1);
  EXPECT_EQ(out.poll_waiters, 0);
}

// A thread asleep in it keeps an instance alive whose last descriptor is closed.
TEST_F(XrayInstances, OneWithoutADescriptorThatAnotherWatches) {
  const int outer = make_epoll();
  const int inner = make_epoll();
  const int fd = make_eventfd();
  add(inner, fd);
  add(outer, inner);
  const std::uint64_t id = read(inner).id;
  const Sleeper thread([inner] {
    epoll_event event;
    // Not by epoll_wait(): a descriptor closed under it, here on purpose, is a race to a sanitizer.
    EXPECT_EQ(syscall(SYS_epoll_pwait, inner, &event, 1, -1, nullptr, 0), 1);
  });
  const int tid = thread.asleep([&](int t) { return read(inner).waiters == std::vector{t}; });
  let_go(inner);
  const auto all = read_all();
  const auto found = std::ranges::find(all, id, &XrayEventpoll::id);
  ASSERT_NE(found, all.end());
  EXPECT_EQ(found->fd, -1);
  EXPECT_TRUE(found->fds.empty());
  EXPECT_EQ(found->waiters, std::vector{tid});
  EXPECT_EQ(found->items.size(), 1U);
  make_ready(fd);
}

TEST_F(XrayInstances, TurnsToAnotherProcessAndSaysWhenItIsGone) {
  const int ep = make_epoll();
  add(ep, make_eventfd());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    char c = 0;
    const int extra = epoll_create1(0);
    static_cast<void>(extra < 0 || !::read(ends[0], &c, 1));
    _exit(0);
  }
  const std::size_t mine = read_all().size();
  ASSERT_TRUE(xray_->look_at(child));
  while (read_all().size() <= mine) std::this_thread::yield();
  EXPECT_EQ(read_all().size(), mine + 1);
  for (const int fd : ends) close(fd);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  const auto gone = xray_->read();
  ASSERT_FALSE(gone);
  EXPECT_NE(gone.error().what.find("ended"), std::string::npos);
  ASSERT_TRUE(xray_->look_at(getpid()));
  EXPECT_EQ(read_all().size(), mine);
}

// What the trial pays after every step.
TEST_F(XrayInstances, HowLongALookTakes) {
  std::vector<int> eps, fds;
  for (int i = 0; i < 4; ++i) eps.push_back(make_epoll());
  for (int i = 0; i < 36; ++i) fds.push_back(make_eventfd());
  for (std::size_t i = 0; i < fds.size(); ++i) add(eps[i % 4], fds[i]);
  std::vector<std::chrono::nanoseconds> times;
  for (int i = 0; i < 201; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_GE(read_all().size(), 4U);
    times.push_back(std::chrono::steady_clock::now() - begin);
  }
  std::ranges::sort(times);
  fmt::print("4 instances, 36 items, 40 descriptors: {:.1f} us\n",
             static_cast<double>(times[times.size() / 2].count()) / 1000);
}

}  // namespace
}  // namespace epollscope
