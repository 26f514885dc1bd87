// The map that opens core/model/eventpoll.h, row by row: random histories of several threads, and
// after each micro-step the lists of every instance are what the step before left, changed as the
// row of this micro-step says. So no item moves without a micro-step of its own, and a picture can
// be taken between any two.
//
// EPOLLSCOPE_SEED=n runs that seed alone.
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/model/machine.h"

namespace epollscope {
namespace {

using Ids = std::vector<EpitemId>;
using What = MicroStep::What;

struct Lists {
  Ids ready, batch, ovflist;
  bool scanning = false;
  friend bool operator==(const Lists&, const Lists&) = default;
};
using AllLists = std::map<FileId, Lists>;  // those of no item are left out

AllLists lists_of(const Machine& m) {
  AllLists all;
  for (const EventpollState& ep : m.state().eventpolls) {
    Lists lists{ep.ready, ep.scan_batch, ep.ovflist, ep.scanning};
    if (lists != Lists{}) all[ep.file] = std::move(lists);
  }
  return all;
}

bool has(const Ids& list, EpitemId item) { return std::ranges::count(list, item) == 1; }

bool take_head(Ids& list, EpitemId item) {
  if (list.empty() || list.front() != item) return false;
  list.erase(list.begin());
  return true;
}

// ---- the rows of the map: false, the micro-step may not happen to these lists

bool joins_tail(Lists& l, EpitemId item) {
  if (has(l.ready, item) || has(l.batch, item)) return false;
  l.ready.push_back(item);
  return true;
}

bool scan_starts(Lists& l) {
  if (l.scanning) return false;
  l.batch.swap(l.ready);
  l.scanning = true;
  return true;
}

bool scan_ends(Lists& l) {
  if (!l.scanning || !l.ovflist.empty()) return false;
  l.ready.insert(l.ready.begin(), l.batch.begin(), l.batch.end());
  l.batch.clear();
  l.scanning = false;
  return true;
}

bool overflows(Lists& l, EpitemId item) {
  if (!has(l.ovflist, item)) l.ovflist.insert(l.ovflist.begin(), item);
  return l.scanning;
}

bool leaves_ovflist(Lists& l, EpitemId item, bool to_ready) {
  const bool linked = has(l.ready, item) || has(l.batch, item);
  if (linked == to_ready || !take_head(l.ovflist, item)) return false;
  if (to_ready) l.ready.insert(l.ready.begin(), item);
  return l.scanning;
}

// One row: its name, and what it does to the lists of the instance.
struct Row {
  std::string name;
  bool possible = true;
};

Row follow(const MicroStep& m, Lists& l) {
  const std::string name = std::string(name_of(m.what)) + " by " + std::string(m.function);
  switch (m.what) {
    case What::queued:
      if (m.why == "queued.after_scan") return {name, leaves_ovflist(l, m.item, true)};
      return {name, !l.scanning && joins_tail(l, m.item)};
    case What::kept:
      if (m.why == "kept.after_scan") return {name, leaves_ovflist(l, m.item, false)};
      return {name, has(l.ready, m.item)};
    case What::requeued:
      return {name, l.scanning && joins_tail(l, m.item)};
    case What::checked:
      if (m.why == "checked.scan") return {name + " in a harvest", take_head(l.batch, m.item)};
      if (m.why == "checked.poll") return {name + " in a poll", has(l.batch, m.item)};
      return {name, true};
    case What::dropped:
      if (m.function == "__ep_eventpoll_poll") return {name, take_head(l.batch, m.item)};
      return {name, !has(l.batch, m.item)};
    case What::failed:
      if (m.why != "reported.fault") return {"", true};
      l.batch.insert(l.batch.begin(), m.item);
      return {name, true};
    case What::deferred:
      return {name, overflows(l, m.item)};
    case What::scan_started:
      return {name, scan_starts(l)};
    case What::scan_done:
      return {name, scan_ends(l)};
    case What::unlinked:
      return {name, !l.scanning && std::erase(l.ready, m.item) == 1};
    case What::reported:
    case What::left:
    case What::disarmed:
      return {name, l.scanning && !has(l.batch, m.item) && !has(l.ready, m.item)};
    default:
      return {"", true};  // moves nothing
  }
}

const std::set<std::string> kMap = {
    "queued by ep_insert",
    "queued by ep_modify",
    "queued by ep_poll_callback",
    "queued by ep_done_scan",
    "kept by ep_modify",
    "kept by ep_poll_callback",
    "kept by ep_done_scan",
    "requeued by ep_send_events",
    "checked by ep_item_poll",
    "checked by ep_item_poll in a harvest",
    "checked by ep_item_poll in a poll",
    "dropped by ep_send_events",
    "dropped by __ep_eventpoll_poll",
    "failed by ep_send_events",
    "deferred by ep_poll_callback",
    "scan_started by ep_start_scan",
    "scan_done by ep_done_scan",
    "unlinked by ep_remove",
    "reported by ep_send_events",
    "left by ep_send_events",
    "disarmed by ep_send_events",
};

// Watches a machine and holds the lists that the map predicts.
class Cartographer {
 public:
  void look(const MicroStep& m, const Machine& machine) {
    if (lost_) return;
    Row row;
    if (m.eventpoll.valid()) {
      Lists& lists = predicted_[m.eventpoll];
      row = follow(m, lists);
      if (lists == Lists{}) predicted_.erase(m.eventpoll);
    }
    trail_ += std::string(m.function) + " " + std::string(name_of(m.what)) + " " +
              std::string(m.why) + " item " + std::to_string(m.item.value) + "\n";
    if (!row.name.empty()) seen_.insert(row.name);
    lost_ = !row.possible || lists_of(machine) != predicted_;
    EXPECT_FALSE(lost_) << "after these micro-steps:\n" << trail_;
  }

  void call_ends(const Machine& machine) {
    lost_ = lost_ || lists_of(machine) != predicted_;
    EXPECT_FALSE(lost_) << "moved without a micro-step, after these:\n" << trail_;
    if (trail_.size() > 10'000) trail_.clear();
  }

  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] const std::set<std::string>& seen() const { return seen_; }

 private:
  AllLists predicted_;
  std::set<std::string> seen_;
  std::string trail_;
  bool lost_ = false;
};

constexpr int kFiles = 6;
constexpr Fd kOuter{3};
constexpr Fd kInner{4};

// Four threads at two instances, one of which watches the other, and at a few other files: with
// duplicates one write runs several hooks of an instance, and a long one to a socket runs each of
// them several times. T1 never sleeps.
class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed) : random_(seed) {
    turn(kT1, {EpollCreate1{0}, {}});
    turn(kT1, {EpollCreate1{0}, {}});
    turn(kT1, {Sigaction{SIGUSR1, signal_handled, 0}, {}});
    for (const Operation& op : {eventfd(), duplicate(), signals(), duplicate(), pair()}) {
      turn(kT1, {op, {}});
    }
  }

  void run(int steps) {
    for (int i = 0; i < steps && !map_.lost(); ++i) {
      const ActorId actor{'T', 1 + upto(4)};
      if (machine_.idle(actor)) turn(actor, {operation(actor != kT1), {}});
    }
  }

  [[nodiscard]] const std::set<std::string>& seen() const { return map_.seen(); }

 private:
  static constexpr ActorId kT1{};

  int upto(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  Fd instance() { return upto(2) == 0 ? kInner : kOuter; }
  Fd file() { return Fd{5 + upto(kFiles)}; }

  static Operation eventfd() { return EventFd{0, EFD_NONBLOCK}; }
  static Operation signals() { return SignalFd{1ULL << (SIGUSR1 - 1), SFD_NONBLOCK}; }
  static Operation pair() { return SocketPair{AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK}; }
  Operation duplicate() { return Dup{file()}; }

  std::uint64_t amount() {
    return std::array<std::uint64_t, 4>{0, 1, 2, 100'000}[static_cast<std::size_t>(upto(4))];
  }

  std::uint32_t mask() {
    constexpr std::array<std::uint32_t, 7> kMasks = {EPOLLIN,
                                                     EPOLLIN,
                                                     EPOLLIN | EPOLLET,
                                                     EPOLLIN | EPOLLET,
                                                     EPOLLIN | EPOLLONESHOT,
                                                     EPOLLIN | EPOLLOUT | EPOLLET,
                                                     EPOLLOUT};
    return kMasks[static_cast<std::size_t>(upto(kMasks.size()))];
  }

  Operation ctl() {
    const int op =
        std::array{EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_ADD,
                   EPOLL_CTL_MOD, EPOLL_CTL_MOD, EPOLL_CTL_DEL}[static_cast<std::size_t>(upto(6))];
    if (upto(5) == 0) return EpollCtl{kOuter, op, kInner, EventArg{mask(), 0}};
    return EpollCtl{instance(), op, file(), EventArg{mask(), 0}};
  }

  Operation operation(bool may_sleep) {
    switch (upto(10)) {
      case 0:
      case 1:
      case 2:
        return ctl();
      case 3:
      case 4:
        return WriteAmount{file(), amount()};
      case 5:
        if (upto(2) == 0) return Kill{ActorId{'T', 1 + upto(4)}, SIGUSR1};
        return WriteAmount{file(), amount()};
      case 6:
        return upto(2) == 0 ? Operation{Read{file(), 8}} : Drain{file()};
      case 7:
        if (upto(3) == 0) return Close{Fd{3 + upto(2 + kFiles)}};
        return std::array{Operation{EpollCreate1{0}}, eventfd(), duplicate(), signals(),
                          pair()}[static_cast<std::size_t>(upto(5))];
      default:
        return EpollWait{instance(), 1 + upto(4), may_sleep ? -1 : 0, upto(12) == 0};
    }
  }

  // The call and whatever it wakes, switching between them at random.
  void turn(ActorId actor, const Request& request) {
    Schedule schedule;
    for (int i = 0; i < 40; ++i) schedule.push_back(static_cast<std::uint8_t>(upto(3)));
    const Turn turn{.actor = actor, .call = &request, .timed_out = {}, .interrupted = {}};
    machine_.run(turn, schedule,
                 [&](const MicroStep& m, const Machine& now) { map_.look(m, now); });
    map_.call_ends(machine_);
  }

  std::mt19937_64 random_;
  Machine machine_;
  Cartographer map_;
};

std::set<std::string> walk(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomHistory history(seed);
  history.run(600);
  return history.seen();
}

TEST(Transitions, FollowTheMapAndNothingElse) {
  if (const char* seed = std::getenv("EPOLLSCOPE_SEED")) {
    walk(std::strtoull(seed, nullptr, 10));
    return;
  }
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 20 && !HasFailure(); ++seed) seen.merge(walk(seed));
  EXPECT_EQ(seen, kMap);
}

TEST(Transitions, FollowTheMapInAFreshHistory) {
  const std::uint64_t seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  walk(seed);
}

}  // namespace
}  // namespace epollscope
