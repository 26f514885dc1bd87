#include "tests/bench/trees.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "core/model/eventpoll.h"
#include "core/model/files.h"
#include "core/model/tree_order.h"

namespace epollscope::bench {
namespace {

constexpr int kRounds = 5;

// An instance and `items` epitems that are not in its tree. Item i is on open file i.
World with_items(int items) {
  World w;
  const Index ep = ep_alloc(w, make_file(w, FileKind::epoll, FileEnd::whole, 0));
  for (int i = 0; i < items; ++i) {
    const Index file = make_file(w, FileKind::eventfd, FileEnd::whole, 0);
    Epitem& item = w.items[w.items.take()];
    item.ep = ep;
    item.file = file;
    item.fd = Fd{3 + i};
  }
  w.nodes.resize(w.items.all.size());
  return w;
}

}  // namespace

std::optional<Pair> set_and_tree(int items) {
  std::mt19937 random(1);
  std::vector<Index> coming(static_cast<std::size_t>(items));
  std::iota(coming.begin(), coming.end(), 0);
  std::ranges::shuffle(coming, random);
  std::vector<Index> going = coming;
  std::ranges::shuffle(going, random);

  World w = with_items(items);
  const auto key = [&](Index i) {
    return std::pair(static_cast<std::uint64_t>(w.files[w.items[i].file].id.value),
                     w.items[i].fd.value);
  };
  std::set<std::pair<std::uint64_t, int>> set;
  const auto in_set = [&] {
    for (const Index i : coming) set.insert(key(i));
    for (const Index i : going) set.erase(key(i));
  };
  const auto in_tree = [&] {
    for (const Index i : coming) tree_insert(w, i);
    for (const Index i : going) tree_erase(w, i);
  };
  const auto each = [&](double seconds) { return std::optional(seconds / items); };
  return in_turn(
      kRounds, [&] { return each(seconds_of(in_set)); }, [&] { return each(seconds_of(in_tree)); });
}

}  // namespace epollscope::bench
