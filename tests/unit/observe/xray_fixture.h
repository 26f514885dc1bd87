// What tests of the X-ray share: they look at this very process.
#pragma once

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/observe/observe.h"
#include "core/observe/xray.h"

namespace epollscope {

// Skips where an X-ray cannot be had: it is not built in, or the system forbids it.
class XrayOfThisProcess : public testing::Test {
 protected:
  void SetUp() override {
    if (const XrayAvailability a = xray_availability(); !a.available) {
      GTEST_SKIP() << a.what << "; " << a.remedy;
    }
    auto opened = Xray::open(getpid());
    if (!opened && opened.error().what.ends_with("Operation not permitted")) {
      GTEST_SKIP() << opened.error().what << "; " << opened.error().remedy;
    }
    ASSERT_TRUE(opened) << opened.error().what;
    xray_ = std::move(*opened);
  }
  void TearDown() override {
    for (const int fd : fds_) close(fd);
  }

  int keep(int fd) {
    EXPECT_GE(fd, 0);
    fds_.push_back(fd);
    return fd;
  }
  int make_epoll() { return keep(epoll_create1(EPOLL_CLOEXEC)); }
  int make_eventfd() { return keep(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }
  void let_go(int fd) {
    std::erase(fds_, fd);
    close(fd);
  }

  static void control(int ep, int op, int fd, std::uint32_t events) {
    epoll_event e{};
    e.events = events;
    e.data.u64 = static_cast<std::uint64_t>(fd) << 32 | 7;
    ASSERT_EQ(epoll_ctl(ep, op, fd, &e), 0) << fd;
  }
  static void add(int ep, int fd, std::uint32_t events = EPOLLIN) {
    control(ep, EPOLL_CTL_ADD, fd, events);
  }
  static void make_ready(int fd) {
    const std::uint64_t one = 1;
    ASSERT_EQ(write(fd, &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }

  std::vector<XrayEventpoll> read_all() {
    auto all = xray_->read();
    EXPECT_TRUE(all) << all.error().what;
    return all ? std::move(*all) : std::vector<XrayEventpoll>{};
  }
  // The instance of a descriptor; an empty one, and a failure, when it is not shown.
  XrayEventpoll read(int ep) {
    for (XrayEventpoll& one : read_all()) {
      if (std::ranges::find(one.fds, ep) != one.fds.end()) return std::move(one);
    }
    ADD_FAILURE() << "no instance has descriptor " << ep;
    return {};
  }
  // A list of an instance as descriptor numbers.
  static std::vector<int> fds_of(const XrayEventpoll& ep, const std::vector<int>& list) {
    std::vector<int> fds;
    for (const int i : list) fds.push_back(ep.items[static_cast<std::size_t>(i)].fd);
    return fds;
  }
  std::vector<int> ready(int ep) {
    const XrayEventpoll one = read(ep);
    return fds_of(one, one.ready);
  }

  std::unique_ptr<Xray> xray_;

 private:
  std::vector<int> fds_;
};

// A thread that makes one call; asleep() returns when it sleeps in it.
class Sleeper {
 public:
  template <class Call>
  explicit Sleeper(Call call)
      : thread_([this, call] {
          tid_ = static_cast<int>(syscall(SYS_gettid));
          call();
        }) {}
  ~Sleeper() { thread_.join(); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  // Where `sleeps` says so: in the call, not on the way to it.
  template <class Condition>
  int asleep(Condition sleeps) const {
    while (tid_ == 0 || !sleeps(tid_)) std::this_thread::yield();
    return tid_;
  }

 private:
  std::atomic<int> tid_ = 0;
  std::thread thread_;
};

}  // namespace epollscope
