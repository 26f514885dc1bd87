#include "app/scene/layout_tree.h"

#include <algorithm>

namespace epollscope::scene {
namespace {

// Goes down the links, in order. Every step narrows the range in which a link may lead, so that
// links which are no tree end as well.
class Descent {
 public:
  Descent(std::span<const ItemState> items, int rows)
      : items_(items), rows_(rows), spot_of_(items.size(), -1) {}

  void down(int node, int first, int last, int depth, int parent) {
    if (first >= last) return;
    if (node < first || node >= last) return loose(first, last);
    TreeSpot spot{.item = node, .parent = parent, .depth = depth, .first = first, .last = last};
    spot.folded = rows_ > 0 && depth + 1 >= rows_ && last - first > 1;
    if (!spot.folded) down(items_[at(node)].left, first, node, depth + 1, node);
    spot_of_[at(node)] = static_cast<int>(spots_.size());
    spots_.push_back(spot);
    if (!spot.folded) down(items_[at(node)].right, node + 1, last, depth + 1, node);
  }

  std::vector<TreeSpot> spots() && {
    for (TreeSpot& spot : spots_) {
      if (spot.parent >= 0) spot.parent = spot_of_[at(spot.parent)];
    }
    return std::move(spots_);
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  void loose(int first, int last) {
    if (rows_ > 0) {
      spots_.push_back({.item = first, .first = first, .last = last, .folded = last - first > 1});
      return;
    }
    for (int i = first; i < last; ++i) spots_.push_back({.item = i, .first = i, .last = i + 1});
  }

  std::span<const ItemState> items_;
  int rows_;
  std::vector<int> spot_of_;
  std::vector<TreeSpot> spots_;
};

}  // namespace

TreePart whole_tree(const EventpollState& ep) {
  return {.root = ep.root, .first = 0, .last = static_cast<int>(ep.items.size())};
}

TreePart subtree(const EventpollState& ep, EpitemId root) {
  TreePart part = whole_tree(ep);
  const auto found = std::ranges::find(ep.items, root, &ItemState::id);
  if (found == ep.items.end()) return part;
  const auto wanted = static_cast<std::int32_t>(found - ep.items.begin());
  // The order says on which side of each node on the way it lies.
  TreePart here = part;
  while (here.root >= here.first && here.root < here.last) {
    if (here.root == wanted) return here;
    const ItemState& node = ep.items[static_cast<std::size_t>(here.root)];
    (wanted < here.root ? here.last : here.first) = wanted < here.root ? here.root : here.root + 1;
    here.root = wanted < here.root ? node.left : node.right;
  }
  return part;
}

std::vector<TreeSpot> spots_of(std::span<const ItemState> items, const TreePart& part) {
  Descent descent(items, part.rows);
  descent.down(part.root, part.first, part.last, 0, -1);
  return std::move(descent).spots();
}

void count_items(std::span<const ItemState> items, std::vector<TreeSpot>& spots) {
  std::vector<int> ready{0};
  std::vector<int> queued{0};
  for (const ItemState& item : items) {
    ready.push_back(ready.back() + (item.ready ? 1 : 0));
    queued.push_back(queued.back() + (item.queued ? 1 : 0));
  }
  for (TreeSpot& spot : spots) {
    const auto first = static_cast<std::size_t>(spot.first);
    const auto last = static_cast<std::size_t>(spot.last);
    spot.ready = ready[last] - ready[first];
    spot.queued = queued[last] - queued[first];
  }
}

TreeLayout lay_out_tree(std::span<const TreeSpot> spots, const NodeSizes& sizes) {
  struct Placed {
    float x = 0, width = 0;
    bool any = false;
  };
  TreeLayout layout;
  std::vector<Placed> rows;  // the last node of each
  float x = -sizes.step;
  for (const TreeSpot& spot : spots) {
    const auto row = static_cast<std::size_t>(spot.depth);
    if (row >= rows.size()) rows.resize(row + 1);
    Placed& before = rows[row];
    const float width = spot.folded ? sizes.fold : sizes.node;
    x += sizes.step;
    if (before.any) x = std::max(x, before.x + (before.width + width) / 2 + sizes.gap);
    before = {x, width, true};
    layout.x.push_back(x);
  }
  layout.rows = static_cast<int>(rows.size());
  layout.span = layout.x.empty() ? 0 : layout.x.back();
  return layout;
}

void stretch(TreeLayout& layout, float factor) {
  for (float& x : layout.x) x *= factor;
  layout.span *= factor;
}

}  // namespace epollscope::scene
