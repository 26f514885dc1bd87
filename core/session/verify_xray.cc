#include "core/session/verify_xray.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "core/call/call.h"
#include "core/call/flags.h"

namespace epollscope {
namespace {

// What model and kernel both know of an item. Two items of one instance can be alike in it, when
// a descriptor number was used again; then either may stand for the other.
struct Key {
  int fd = -1;
  std::uint32_t mask = 0;
  std::uint64_t data = 0;
  friend auto operator<=>(const Key&, const Key&) = default;
};

Key key_of(const ItemState& i) { return {i.fd.value, i.mask, i.data}; }
Key key_of(const XrayItem& i) { return {i.fd, i.events, i.data}; }

// One instance, as both have it.
class Pair {
 public:
  Pair(const EventpollState& model, const XrayEventpoll& kernel,
       const std::map<int, ActorId>& actors, std::vector<std::string>& differences)
      : model_(model), kernel_(kernel), actors_(actors), differences_(differences) {
    for (const ItemState& i : model.items) names_.emplace(key_of(i), i.name);
  }

  bool same_items() {
    std::vector<Key> ours = keys(model_.items), theirs = keys(kernel_.items);
    std::ranges::sort(ours);
    std::ranges::sort(theirs);
    if (ours == theirs) return true;
    const auto [mine, their] = std::ranges::mismatch(ours, theirs);
    return differ(fmt::format(
        "the X-ray shows {} items, the model has {}; the first that only one has is {}",
        theirs.size(), ours.size(),
        their == theirs.end() || (mine != ours.end() && *mine < *their) ? show_fully(*mine)
                                                                        : show_fully(*their)));
  }

  bool same_tree() {
    for (std::size_t i = 0; i < kernel_.items.size(); ++i) {
      const ItemState& ours = model_.items[i];
      const XrayItem& theirs = kernel_.items[i];
      if (key_of(ours) != key_of(theirs)) {
        return differ(fmt::format("place {} of the tree is {} in the kernel, {} in the model",
                                  i + 1, show(key_of(theirs)), show(key_of(ours))));
      }
      if (model_.shape_guessed) continue;
      if (std::tie(ours.red, ours.left, ours.right, ours.parent) !=
          std::tie(theirs.red, theirs.left, theirs.right, theirs.parent)) {
        return differ(fmt::format("{} at place {} of the tree is {} in the kernel, {} in the model",
                                  show(key_of(ours)), i + 1, node(theirs), node(ours)));
      }
    }
    return true;
  }

  bool same_ready() {
    const bool same = same_list("the ready list", model_.ready, kernel_.ready);
    return same_list("the list of the scan", model_.scan_batch, kernel_.scan_batch) && same;
  }

  bool same_ovflist() {
    if (model_.scanning != kernel_.scanning) {
      return differ(kernel_.scanning ? "a scan runs in the kernel, none in the model"
                                     : "no scan runs in the kernel, one in the model");
    }
    return same_list("the ovflist", model_.ovflist, kernel_.ovflist);
  }

  bool same_waiters() {
    std::vector<std::string> ours, theirs;
    std::set<ActorId> asleep;
    for (const int tid : kernel_.waiters) {
      const auto it = actors_.find(tid);
      theirs.push_back(it == actors_.end() ? fmt::format("thread {}", tid) : print(it->second));
      if (it != actors_.end()) asleep.insert(it->second);
    }
    const bool timing = std::ranges::any_of(model_.items, &ItemState::timing);
    for (const WaiterState& w : model_.waiters) {
      const bool over = w.timeout_ns || timing;  // its time, or a timer's, may be over by now
      if (over && !asleep.contains(w.actor)) continue;
      ours.push_back(print(w.actor));
    }
    return same_texts("the queue of sleepers", ours, theirs);
  }

 private:
  template <class Item>
  static std::vector<Key> keys(const std::vector<Item>& items) {
    std::vector<Key> out;
    for (const Item& i : items) out.push_back(key_of(i));
    return out;
  }

  // A timer expires when it likes; the model hears of it with the next step.
  [[nodiscard]] bool may_have_come(int item) const {
    const Key key = key_of(kernel_.items[static_cast<std::size_t>(item)]);
    return std::ranges::any_of(model_.items,
                               [&](const ItemState& i) { return i.timing && key_of(i) == key; });
  }

  bool same_list(const char* what, const std::vector<EpitemId>& ours,
                 const std::vector<int>& theirs) {
    std::vector<std::string> model, kernel;
    for (const EpitemId id : ours) {
      const auto it = std::ranges::find(model_.items, id, &ItemState::id);
      model.push_back(it == model_.items.end() ? "an item that is gone" : show(key_of(*it)));
    }
    for (const int i : theirs) {
      std::string name = show(key_of(kernel_.items[static_cast<std::size_t>(i)]));
      if (!may_have_come(i) || std::ranges::find(model, name) != model.end()) {
        kernel.push_back(std::move(name));
      }
    }
    return same_texts(what, model, kernel);
  }

  bool same_texts(const char* what, const std::vector<std::string>& ours,
                  const std::vector<std::string>& theirs) {
    if (ours == theirs) return true;
    return differ(fmt::format("{} is [{}] in the kernel, [{}] in the model", what,
                              fmt::join(theirs, ", "), fmt::join(ours, ", ")));
  }

  bool differ(const std::string& how) {
    differences_.push_back(fmt::format("{}: {}", model_.name, how));
    return false;
  }

  // As the program calls it, where the model knows the item.
  [[nodiscard]] std::string show(const Key& k) const {
    const auto it = names_.find(k);
    return it == names_.end() ? fmt::format("fd {}", k.fd) : it->second;
  }
  [[nodiscard]] std::string show_fully(const Key& k) const {
    return fmt::format("{} ({}, data {})", show(k), print_flags(FlagSet::epoll_events, k.mask),
                       k.data);
  }
  template <class Node>
  [[nodiscard]] std::string node(const Node& n) const {
    const auto at = [&](std::int32_t i) {
      return i < 0 ? std::string("none") : show(key_of(kernel_.items[static_cast<std::size_t>(i)]));
    };
    return fmt::format("{}, below {}, above {} and {}", n.red ? "red" : "black", at(n.parent),
                       at(n.left), at(n.right));
  }

  const EventpollState& model_;
  const XrayEventpoll& kernel_;
  const std::map<int, ActorId>& actors_;
  std::vector<std::string>& differences_;
  std::map<Key, std::string> names_;
};

// An instance that the model does not have, nor has any of its descriptors.
void report_strangers(const State& model, const std::vector<XrayEventpoll>& kernel,
                      std::vector<std::string>& differences) {
  std::set<std::uint64_t> known;
  for (const EventpollState& ep : model.eventpolls) {
    if (const XrayEventpoll* seen = find_instance(kernel, ep.fd)) known.insert(seen->id);
  }
  for (const XrayEventpoll& ep : kernel) {
    if (ep.fd < 0 || known.contains(ep.id)) continue;
    differences.push_back(
        fmt::format("fd {} is an epoll instance in the kernel, the model has none there", ep.fd));
  }
}

// A scan asks the instances that its own one watches, and they look through their lists.
std::set<FileId> with_watched(const State& model, std::set<FileId> instances) {
  for (std::size_t before = 0; before != instances.size();) {
    before = instances.size();
    for (const EventpollState& ep : model.eventpolls) {
      if (!instances.contains(ep.file)) continue;
      for (const ItemState& i : ep.items) instances.insert(i.file);
    }
  }
  return instances;
}

}  // namespace

XrayConfirms verify_xray(const State& model, TreeOrder order,
                         const std::vector<XrayEventpoll>& kernel,
                         const std::map<int, ActorId>& actors, const std::set<FileId>& moving,
                         std::vector<std::string>& differences) {
  const std::set<FileId> left_out = with_watched(model, moving);
  XrayConfirms all{.tree = true, .ready = true, .ovflist = true, .waiters = true};
  for (const EventpollState& ep : model.eventpolls) {
    if (!ep.fd.valid() || ep.fd.process != 0) continue;
    const XrayEventpoll* seen = find_instance(kernel, ep.fd);
    if (seen == nullptr) {
      differences.push_back(
          fmt::format("{}: the model has an epoll instance at fd {}, the kernel has none", ep.name,
                      ep.fd.value));
      all = {};
      continue;
    }
    Pair pair(ep, *seen, actors, differences);
    const bool items = pair.same_items();
    const bool claims = order == TreeOrder::learned && ep.unranked.empty();
    all.tree = items && claims && pair.same_tree() && !ep.shape_guessed && all.tree;
    if (left_out.contains(ep.file)) {
      all.ready = all.ovflist = all.waiters = false;
      continue;
    }
    // Where the lists of items differ, those that hold items would only say it again.
    all.ready = items && pair.same_ready() && all.ready;
    all.ovflist = items && pair.same_ovflist() && all.ovflist;
    all.waiters = pair.same_waiters() && all.waiters;
  }
  report_strangers(model, kernel, differences);
  return all;
}

std::vector<Machine::Row> to_rows(const XrayEventpoll& ep) {
  std::vector<Machine::Row> rows;
  rows.reserve(ep.items.size());
  for (const XrayItem& i : ep.items) rows.push_back({Fd{i.fd}, i.events, i.data});
  return rows;
}

const XrayEventpoll* find_instance(const std::vector<XrayEventpoll>& all, Fd fd) {
  if (fd.process != 0) return nullptr;
  for (const XrayEventpoll& ep : all) {
    if (std::ranges::find(ep.fds, fd.value) != ep.fds.end()) return &ep;
  }
  return nullptr;
}

}  // namespace epollscope
