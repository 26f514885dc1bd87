// A scan that is stopped in its middle, which no scenario can do: wakeups that arrive meanwhile
// wait on ovflist. Observed on the kernel with a frozen page as events[] (G11).
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include "core/model/descriptors.h"
#include "core/model/eventfd.h"
#include "core/model/eventpoll.h"
#include "core/model/files.h"
#include "core/model/wait_queue.h"

namespace epollscope {
namespace {

class FrozenScan {
 public:
  explicit FrozenScan(std::uint32_t mask) : mask_(mask) {
    w_.processes.emplace_back().state = Process::State::running;
    const Index file = make_file(w_, FileKind::epoll, FileEnd::whole, 0);
    ep_ = ep_alloc(w_, file);
    w_.files[file].object = ep_;
    for (Index fd = 0; fd <= 8; ++fd) {
      files_.push_back(make_eventfd(run_, 0, 0, false));
      install(w_, fd, files_.back(), false);
      const EventArg event{mask, static_cast<std::uint64_t>(fd)};
      ep_insert(run_, ep_, files_.back(), EpollCtl{{}, EPOLL_CTL_ADD, Fd{fd}, event}, mask);
    }
  }

  void write(Index fd) {
    EventFdCtx& ctx = w_.eventfds[w_.files[files_[at(fd)]].object];
    ++ctx.count;
    wake_up(run_, ctx.wqh, {.function = "eventfd_write", .why = Why::wakeup_data, .key = EPOLLIN});
  }

  void start() { ep_start_scan(run_, ep_); }
  void done() { ep_done_scan(run_, ep_); }

  // What the scan does with the item it reports.
  void visit() {
    const Index item = w_.eps[ep_].txlist.head;
    w_.ready_links().remove(w_.eps[ep_].txlist, item);
    w_.items[item].linked = false;
    if ((mask_ & EPOLLET) != 0) return;
    w_.ready_links().add_tail(w_.eps[ep_].rdllist, item);
    w_.items[item].linked = true;
  }

  std::vector<Index> ready() { return numbers(w_.eps[ep_].rdllist.head, false); }
  std::vector<Index> ovflist() { return numbers(w_.eps[ep_].ovflist, true); }

 private:
  std::vector<Index> numbers(Index item, bool ovf) {
    std::vector<Index> out;
    for (; item != kNone;) {
      out.push_back(w_.items[item].fd.value);
      item = ovf ? w_.items[item].ovf_next : w_.items[item].rdllink.next;
    }
    return out;
  }

  World w_;
  Machine unused_;
  Machine::Observer nobody_;
  Run run_{w_, unused_, nobody_, {}};
  std::uint32_t mask_;
  Index ep_ = kNone;
  std::vector<Index> files_;
};

using Order = std::vector<Index>;

void freeze_after_the_first(FrozenScan& s) {
  for (const Index fd : {1, 2, 3, 4}) s.write(fd);
  s.start();
  s.visit();
  for (const Index fd : {7, 6, 1, 4, 8}) s.write(fd);
  EXPECT_EQ(s.ovflist(), (Order{8, 4, 1, 6, 7}));
  s.visit();
  s.done();
}

TEST(FrozenScan, G11LevelTriggered) {
  FrozenScan s(EPOLLIN);
  freeze_after_the_first(s);
  EXPECT_EQ(s.ready(), (Order{3, 4, 7, 6, 8, 1, 2}));
}

TEST(FrozenScan, G11EdgeTriggered) {
  FrozenScan s(EPOLLIN | EPOLLET);
  freeze_after_the_first(s);
  EXPECT_EQ(s.ready(), (Order{3, 4, 7, 6, 1, 8}));
}

}  // namespace
}  // namespace epollscope
