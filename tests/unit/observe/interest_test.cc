#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/observe/observe.h"

namespace epollscope {
namespace {

TEST(ParseInterest, ReadsEveryFieldOfARow) {
  const auto rows = parse_interest(
      "pos:\t0\nflags:\t02\nmnt_id:\t15\nino:\t1059\n"
      "tfd:        4 events:       19 data:                4  pos:0 ino:1d2c sdev:f\n"
      "tfd:    65535 events: c0000019 data: ffffffffffffffff  pos:0 ino:1 sdev:f\n");
  ASSERT_TRUE(rows) << rows.error().what;
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].tfd, Fd{4});
  EXPECT_EQ((*rows)[0].events, 0x19U);
  EXPECT_EQ((*rows)[0].data, 4U);
  EXPECT_EQ((*rows)[0].inode, 0x1d2cU);
  EXPECT_EQ((*rows)[1].tfd, Fd{65535});
  EXPECT_EQ((*rows)[1].events, 0xc0000019U);
  EXPECT_EQ((*rows)[1].data, ~std::uint64_t{0});
}

TEST(ParseInterest, AnEmptyListAndOldKernelsAreFine) {
  EXPECT_TRUE(parse_interest("")->empty());
  EXPECT_TRUE(parse_interest("pos:\t0\nflags:\t02\n")->empty());
  EXPECT_EQ(parse_interest("tfd: 4 events: 19 data: 4 \n")->size(), 1U);
  EXPECT_EQ(parse_interest("tfd: 4 events: 19 data: 4")->size(), 1U) << "no newline at the end";
}

TEST(ParseInterest, AMalformedLineIsNamed) {
  for (const char* line :
       {"tfd: x events: 19 data: 4", "tfd: 4 data: 4", "tfd:", "tfd: 4 events: 19",
        "tfd: 4 events: 19 data: zz", "tfd: 4 events: 19 data: 4 pos:0 sdev:f",
        "tfd: 99999999999 events: 19 data: 4"}) {
    const auto rows = parse_interest(fmt::format("pos:\t0\n{}\n", line));
    ASSERT_FALSE(rows) << line;
    EXPECT_NE(rows.error().what.find(line), std::string::npos) << rows.error().what;
  }
}

TEST(ReadInterest, TenThousandItemsOfThisProcess) {
  // As many as the limit on descriptors allows, some for reading /proc left.
  constexpr rlim_t kItems = 10'000, kOthers = 64;
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlim_t soft = std::exchange(limit.rlim_cur, limit.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  const auto items = static_cast<int>(std::min(kItems, limit.rlim_max - kOthers));
  const int ep = epoll_create1(EPOLL_CLOEXEC);
  const int inner = epoll_create1(EPOLL_CLOEXEC);
  // Many items need no more than two files: a number may be watched again once it means
  // something else, while a duplicate keeps the old file and its item alive.
  const int keep = eventfd(0, EFD_CLOEXEC);
  std::vector<int> fds;
  for (int i = 0; i < items; ++i) {
    const int fd = dup(keep);
    ASSERT_GE(fd, 0);
    epoll_event e{};
    e.events = EPOLLIN | EPOLLET;
    e.data.u64 = static_cast<std::uint64_t>(i) << 32;
    ASSERT_EQ(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e), 0);
    fds.push_back(fd);
  }
  const auto rows = read_interest(getpid(), Fd{ep});
  ASSERT_TRUE(rows) << rows.error().what;
  ASSERT_EQ(rows->size(), fds.size());
  for (std::size_t i = 0; i < fds.size(); ++i) {
    // One open file: the tree's order is the order of the numbers.
    EXPECT_EQ((*rows)[i].tfd.value, fds[i]);
    EXPECT_EQ((*rows)[i].events, EPOLLIN | EPOLLET | EPOLLERR | EPOLLHUP);
    EXPECT_EQ((*rows)[i].data, static_cast<std::uint64_t>(i) << 32);
  }
  EXPECT_TRUE(read_interest(getpid(), Fd{inner})->empty());
  for (const int fd : fds) close(fd);
  for (const int fd : {keep, inner, ep}) close(fd);
  limit.rlim_cur = soft;
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

// A reader keeps files of /proc open; what stands behind a number may change all the same.
TEST(InterestReader, SeesWhatANumberMeansNow) {
  InterestReader reader;
  const auto count = [&](int fd) {
    const auto rows = reader.read(getpid(), Fd{fd});
    return rows ? static_cast<int>(rows->size()) : -1;
  };
  const int ep = epoll_create1(EPOLL_CLOEXEC);
  const int v = eventfd(0, EFD_CLOEXEC);
  EXPECT_EQ(count(ep), 0);
  epoll_event e{};
  ASSERT_EQ(epoll_ctl(ep, EPOLL_CTL_ADD, v, &e), 0);
  EXPECT_EQ(count(ep), 1);
  close(ep);
  EXPECT_EQ(count(ep), -1);
  ASSERT_EQ(epoll_create1(EPOLL_CLOEXEC), ep) << "the lowest number that is free";
  EXPECT_EQ(count(ep), 0);
  for (const int fd : {ep, v}) close(fd);
}

TEST(InterestReader, KeepsProcessesApart) {
  const int ep = epoll_create1(EPOLL_CLOEXEC);
  const int v = eventfd(0, EFD_CLOEXEC);
  epoll_event e{};
  ASSERT_EQ(epoll_ctl(ep, EPOLL_CTL_ADD, v, &e), 0);
  const int done = eventfd(0, EFD_CLOEXEC);
  const pid_t child = fork();
  if (child == 0) {
    close(ep);
    const bool same = epoll_create1(0) == ep;
    eventfd_write(done, same ? 1 : 2);
    pause();
  }
  eventfd_t same = 0;
  ASSERT_EQ(eventfd_read(done, &same), 0);
  ASSERT_EQ(same, 1U) << "the child's instance has another number";
  InterestReader reader;
  EXPECT_EQ(reader.read(getpid(), Fd{ep})->size(), 1U);
  EXPECT_EQ(reader.read(child, Fd{ep})->size(), 0U);
  EXPECT_EQ(reader.read(getpid(), Fd{ep})->size(), 1U);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  for (const int fd : {ep, v, done}) close(fd);
}

TEST(ReadInterest, ADescriptorThatIsNotThereIsAnError) {
  const auto rows = read_interest(getpid(), Fd{987654});
  ASSERT_FALSE(rows);
  EXPECT_NE(rows.error().what.find("987654"), std::string::npos);
  EXPECT_FALSE(rows.error().remedy.empty());
}

}  // namespace
}  // namespace epollscope
