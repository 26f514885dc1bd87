// A scan stopped in its middle: the events buffer of epoll_wait lies on a page that is not there
// until the test gives it (userfaultfd), so the kernel waits while it stores an event.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "tests/unit/observe/xray_fixture.h"

namespace epollscope {
namespace {

// Room for events, of which the first lies on a page that is there, the others on one that is not.
class FrozenBuffer {
 public:
  FrozenBuffer() {
    if (!prepare()) error_ = std::string("userfaultfd is not permitted: ") + std::strerror(errno);
  }
  ~FrozenBuffer() {
    if (pages_ != nullptr) munmap(pages_, 2 * kPage);
    if (uffd_ >= 0) close(uffd_);
  }
  FrozenBuffer(const FrozenBuffer&) = delete;
  FrozenBuffer& operator=(const FrozenBuffer&) = delete;

  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] epoll_event* events() const {
    return reinterpret_cast<epoll_event*>(pages_ + kPage - sizeof(epoll_event));
  }
  // Until the kernel stands at the missing page.
  void await_fault() const {
    pollfd p{.fd = uffd_, .events = POLLIN, .revents = 0};
    while (poll(&p, 1, -1) != 1) continue;
    uffd_msg message;
    EXPECT_EQ(::read(uffd_, &message, sizeof message), static_cast<ssize_t>(sizeof message));
  }
  void go_on() const {
    uffdio_zeropage page{};
    page.range = {.start = reinterpret_cast<std::uintptr_t>(pages_ + kPage), .len = kPage};
    EXPECT_EQ(ioctl(uffd_, UFFDIO_ZEROPAGE, &page), 0);
  }

 private:
  bool prepare() {
    uffd_ = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC));
    uffdio_api api{.api = UFFD_API, .features = 0, .ioctls = 0};
    if (uffd_ < 0 || ioctl(uffd_, UFFDIO_API, &api) != 0) return false;
    void* at = mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) return false;
    pages_ = static_cast<char*>(at);
    uffdio_register second{};
    second.range = {.start = reinterpret_cast<std::uintptr_t>(pages_ + kPage), .len = kPage};
    second.mode = UFFDIO_REGISTER_MODE_MISSING;
    if (ioctl(uffd_, UFFDIO_REGISTER, &second) != 0) return false;
    std::memset(pages_, 0, kPage);  // only now, when no large page can reach into the second
    return true;
  }

  static constexpr std::size_t kPage = 65536;  // at least a page on every machine
  int uffd_ = -1;
  char* pages_ = nullptr;
  std::string error_;
};

class XrayScan : public XrayOfThisProcess {
 protected:
  // Items 1..8; 1..4 are ready, wait(2) stops at its second event, then 7, 6, 1, 4, 8 are written.
  void freeze_and_look(std::uint32_t trigger, const std::vector<int>& ready_meanwhile,
                       const std::vector<int>& ready_after) {
    const FrozenBuffer buffer;
    if (!buffer.error().empty()) GTEST_SKIP() << buffer.error();
    const int ep = make_epoll();
    std::vector<int> fd(9);
    for (std::size_t i = 1; i <= 8; ++i) add(ep, fd[i] = make_eventfd(), EPOLLIN | trigger);
    for (std::size_t i = 1; i <= 4; ++i) make_ready(fd[i]);
    const auto numbers = [&](const std::vector<int>& items) {
      std::vector<int> out;
      for (const int i : items) out.push_back(fd[static_cast<std::size_t>(i)]);
      return out;
    };
    EXPECT_FALSE(read(ep).scanning);
    {
      const Sleeper thread([&] { EXPECT_EQ(epoll_wait(ep, buffer.events(), 2, 0), 2); });
      buffer.await_fault();
      const XrayEventpoll before = read(ep);
      EXPECT_TRUE(before.scanning);
      EXPECT_EQ(fds_of(before, before.ovflist), std::vector<int>());
      for (const std::size_t i : {7U, 6U, 1U, 4U, 8U}) make_ready(fd[i]);
      const XrayEventpoll seen = read(ep);
      EXPECT_TRUE(seen.scanning);
      EXPECT_EQ(fds_of(seen, seen.ovflist), numbers({8, 4, 1, 6, 7}));
      EXPECT_EQ(fds_of(seen, seen.scan_batch), numbers({3, 4}));
      EXPECT_EQ(fds_of(seen, seen.ready), numbers(ready_meanwhile));
      for (const XrayItem& item : seen.items) {
        EXPECT_EQ(item.overflowed, std::ranges::count(numbers({8, 4, 1, 6, 7}), item.fd) == 1);
      }
      buffer.go_on();
    }
    EXPECT_FALSE(read(ep).scanning);
    EXPECT_EQ(ready(ep), numbers(ready_after));
  }
};

TEST_F(XrayScan, LevelTriggered) { freeze_and_look(0, {1}, {3, 4, 7, 6, 8, 1, 2}); }

TEST_F(XrayScan, EdgeTriggered) { freeze_and_look(EPOLLET, {}, {3, 4, 7, 6, 1, 8}); }

}  // namespace
}  // namespace epollscope
