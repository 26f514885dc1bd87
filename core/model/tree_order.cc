#include "core/model/tree_order.h"

#include <sys/epoll.h>

#include <algorithm>
#include <tuple>

#include "core/model/descriptors.h"
#include "core/model/eventpoll.h"

namespace epollscope {
namespace {

bool before(const World& w, Index a, Index b) {
  const Epitem& x = w.items[a];
  const Epitem& y = w.items[b];
  if (w.order == TreeOrder::learned) return x.place < y.place;
  return std::tuple(w.files[x.file].id, x.fd) < std::tuple(w.files[y.file].id, y.fd);
}

void put_in_tree(World& w, Index item) {
  Eventpoll& ep = w.eps[w.items[item].ep];
  Index parent = kNone;
  bool left = false;
  for (Index i = ep.root; i != kNone;) {
    parent = i;
    left = before(w, item, i);
    i = left ? w.nodes[at(i)].left : w.nodes[at(i)].right;
  }
  RbTree{w.nodes, ep.root}.insert(item, parent, left);
  w.items[item].ranked = true;
}

// What a row of fdinfo shows of an item.
auto shown(const World& w, Index item) {
  const Epitem& it = w.items[item];
  return std::tuple(it.fd, it.events, it.data);
}

auto shown(const Machine::Row& row) { return std::tuple(row.tfd, row.events, row.data); }

// The item of each row; empty when rows and items do not match one to one. Items that look alike
// are told apart by their known order, ranked ones first.
std::vector<Index> match(const World& w, const std::vector<Index>& known,
                         const std::vector<Machine::Row>& rows) {
  std::vector<Index> items = known;
  std::stable_sort(items.begin(), items.end(),
                   [&](Index a, Index b) { return shown(w, a) < shown(w, b); });
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return shown(rows[a]) < shown(rows[b]); });
  std::vector<Index> matched(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (shown(w, items[i]) != shown(rows[order[i]])) return {};
    matched[order[i]] = items[i];
  }
  return matched;
}

bool keeps_ranked_order(const World& w, Index ep, const std::vector<std::int32_t>& place_of) {
  std::int32_t last = -1;
  for (Index i = rb_first(w.nodes, w.eps[ep].root); i != kNone; i = rb_next(w.nodes, i)) {
    if (place_of[at(i)] < last) return false;
    last = place_of[at(i)];
  }
  return true;
}

bool has_unranked(const World& w, Index ep) { return !w.eps[ep].unranked.empty(); }

}  // namespace

bool tree_insert(World& w, Index item) {
  if (w.order == TreeOrder::learned) {
    w.items[item].ranked = false;
    w.eps[w.items[item].ep].unranked.push_back(item);
    return false;
  }
  put_in_tree(w, item);
  return true;
}

void tree_erase(World& w, Index item) {
  Eventpoll& ep = w.eps[w.items[item].ep];
  if (w.items[item].ranked) {
    RbTree{w.nodes, ep.root}.erase(item);
    if (ep.root == kNone && ep.unranked.empty()) ep.shape_guessed = false;
  } else {
    std::erase(ep.unranked, item);
  }
}

std::vector<Index> items_of(const World& w, Index ep) {
  std::vector<Index> all;
  all.reserve(static_cast<std::size_t>(w.eps[ep].count));
  for (Index i = rb_first(w.nodes, w.eps[ep].root); i != kNone; i = rb_next(w.nodes, i)) {
    all.push_back(i);
  }
  all.insert(all.end(), w.eps[ep].unranked.begin(), w.eps[ep].unranked.end());
  return all;
}

bool learn_order(World& w, Index ep, const std::vector<Machine::Row>& rows) {
  const std::vector<Index> known = items_of(w, ep);
  if (known.size() != rows.size()) return false;
  if (known.empty()) return true;
  const std::vector<Index> matched = match(w, known, rows);
  if (matched.empty()) return false;
  std::vector<std::int32_t> place_of(w.items.all.size());
  for (std::size_t i = 0; i < matched.size(); ++i) {
    place_of[at(matched[i])] = static_cast<std::int32_t>(i);
  }
  if (!keeps_ranked_order(w, ep, place_of)) return false;
  if (w.order == TreeOrder::created) return true;
  for (const Index i : matched) w.items[i].place = place_of[at(i)];
  for (const Index i : w.eps[ep].unranked) put_in_tree(w, i);
  w.eps[ep].unranked.clear();
  return true;
}

bool may_remove_before_ranked(const World& w, const Request& request) {
  if (w.order == TreeOrder::created) return false;
  if (const auto* ctl = std::get_if<EpollCtl>(&request.op)) {
    const Index ep = find_ep(w, ctl->epfd);
    const Index file = file_of(w, ctl->fd);
    return ctl->op == EPOLL_CTL_DEL && ep != kNone && file != kNone && has_unranked(w, ep) &&
           ep_find(w, ep, file, ctl->fd) != kNone;
  }
  const Index file = file_of(w, number_freed_by(request.op));
  if (file == kNone || w.files[file].fds.head != w.files[file].fds.tail) return false;
  for (Index i = w.files[file].items.head; i != kNone; i = w.items[i].file_link.next) {
    if (has_unranked(w, w.items[i].ep)) return true;
  }
  return false;
}

}  // namespace epollscope
