#include "core/observe/xray_decode.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace epollscope {
namespace {

using Records = std::span<const xray_record>;

// Which item an address is; of one instance.
class Places {
 public:
  void add(std::uint64_t address) { rows_.emplace_back(address, static_cast<int>(rows_.size())); }
  // False: an address came twice, so the walk met itself.
  bool sort() {
    std::sort(rows_.begin(), rows_.end());
    return std::ranges::adjacent_find(rows_, {}, &Row::first) == rows_.end();
  }
  [[nodiscard]] int find(std::uint64_t address) const {
    const auto it = std::ranges::lower_bound(rows_, address, {}, &Row::first);
    return it == rows_.end() || it->first != address ? -1 : it->second;
  }

 private:
  using Row = std::pair<std::uint64_t, int>;
  std::vector<Row> rows_;
};

// Puts together one instance from its record and those that follow it.
class Block {
 public:
  Block(Records records) : records_(records) {}

  // nullopt: the parts do not fit together.
  std::optional<XrayEventpoll> decode() {
    ep_.id = records_.front().self;
    ep_.scanning = records_.front().scanning != 0;
    for (const xray_record& r : records_) {
      if (r.kind == XRAY_ITEM) add_item(r);
    }
    bool good = places_.sort();
    ep_.root = place(records_.front().left, good);
    good = good && (ep_.root < 0) == ep_.items.empty();
    int item = 0;
    for (const xray_record& r : records_) {
      if (r.kind == XRAY_ITEM) link(ep_.items[static_cast<std::size_t>(item++)], r, good);
      if (r.kind == XRAY_READY) ep_.ready.push_back(listed(r, good));
      if (r.kind == XRAY_OVERFLOW) ep_.ovflist.push_back(listed(r, good));
      if (r.kind == XRAY_WAITER) ep_.waiters.push_back(r.fd);
      if (r.kind == XRAY_POLLER) ++ep_.poll_waiters;
    }
    if (!good) return std::nullopt;
    if (ep_.scanning) find_scan_batch();
    return std::move(ep_);
  }

 private:
  void add_item(const xray_record& r) {
    places_.add(r.self);
    next_.push_back(r.next);
    ep_.items.push_back({.fd = r.fd,
                         .file = r.file,
                         .events = r.events,
                         .data = r.data,
                         .red = r.red != 0,
                         .linked = r.linked != 0,
                         .overflowed = r.overflowed != 0,
                         .nested = r.nested});
  }

  [[nodiscard]] int place(std::uint64_t address, bool& good) const {
    if (address == 0) return -1;
    const int found = places_.find(address);
    good = good && found >= 0;
    return found;
  }

  [[nodiscard]] int listed(const xray_record& r, bool& good) const {
    good = good && r.self != 0;
    return place(r.self, good);
  }

  void link(XrayItem& item, const xray_record& r, bool& good) const {
    item.left = place(r.left, good);
    item.right = place(r.right, good);
    item.parent = place(r.parent, good);
  }

  // The list of a scan hangs on the stack of the thread that scans, out of sight. But what is on
  // it is linked and not on rdllist, and each knows the next.
  void find_scan_batch() {
    std::vector<bool> inside(ep_.items.size());
    for (std::size_t i = 0; i < inside.size(); ++i) inside[i] = ep_.items[i].linked;
    for (const int i : ep_.ready) inside[static_cast<std::size_t>(i)] = false;
    std::vector<bool> follows(inside.size());
    for (std::size_t i = 0; i < inside.size(); ++i) {
      const int after = places_.find(next_[i]);
      if (inside[i] && after >= 0) follows[static_cast<std::size_t>(after)] = true;
    }
    std::size_t i = 0;
    while (i < inside.size() && (!inside[i] || follows[i])) ++i;
    while (i < inside.size() && inside[i]) {
      inside[i] = false;  // a circle ends the walk too
      ep_.scan_batch.push_back(static_cast<int>(i));
      i = static_cast<std::size_t>(places_.find(next_[i]));
    }
  }

  Records records_;
  XrayEventpoll ep_;
  Places places_;
  std::vector<std::uint64_t> next_;  // addresses, by item
};

bool is_part(const xray_record& r) { return r.kind != XRAY_EVENTPOLL && r.kind != XRAY_DESCRIPTOR; }

void add_descriptors(Records records, std::vector<XrayEventpoll>& eps) {
  std::unordered_map<std::uint64_t, XrayEventpoll*> by_id;
  for (XrayEventpoll& ep : eps) by_id[ep.id] = &ep;
  for (const xray_record& r : records) {
    if (r.kind != XRAY_DESCRIPTOR || !by_id.contains(r.self)) continue;
    XrayEventpoll& ep = *by_id[r.self];
    ep.fds.push_back(r.fd);
    ep.file = r.file;
  }
  for (XrayEventpoll& ep : eps) {
    std::sort(ep.fds.begin(), ep.fds.end());
    if (!ep.fds.empty()) ep.fd = ep.fds.front();
  }
  std::ranges::stable_sort(
      eps, {}, [](const XrayEventpoll& ep) { return std::pair(ep.fds.empty(), ep.fd); });
}

}  // namespace

Result<std::vector<XrayEventpoll>> decode_xray(std::span<const xray_record> records) {
  std::vector<XrayEventpoll> eps;
  std::unordered_set<std::uint64_t> known;
  for (std::size_t i = 0; i < records.size();) {
    const std::size_t begin = i++;
    if (records[begin].kind != XRAY_EVENTPOLL) continue;
    while (i < records.size() && is_part(records[i])) ++i;
    if (!known.insert(records[begin].self).second) continue;
    auto ep = Block(records.subspan(begin, i - begin)).decode();
    if (!ep) {
      return fail("an epoll instance changed while it was read",
                  "look again when the process is at rest");
    }
    eps.push_back(std::move(*ep));
  }
  add_descriptors(records, eps);
  return eps;
}

std::optional<std::uint64_t> unread_instance(std::span<const xray_record> records) {
  std::unordered_set<std::uint64_t> read;
  for (const xray_record& r : records) {
    if (r.kind == XRAY_EVENTPOLL) read.insert(r.self);
  }
  for (const xray_record& r : records) {
    if (r.kind == XRAY_ITEM && r.nested != 0 && !read.contains(r.nested)) return r.nested;
  }
  return std::nullopt;
}

}  // namespace epollscope
