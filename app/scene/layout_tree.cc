#include "app/scene/layout_tree.h"

#include <algorithm>

namespace epollscope::scene {
namespace {

// Steps up to the root; a parent chain longer than the tree is no chain.
int depth_of(std::span<const ItemState> items, std::size_t i) {
  int depth = 0;
  for (auto at = items[i].parent; at >= 0 && static_cast<std::size_t>(at) < items.size();
       at = items[static_cast<std::size_t>(at)].parent) {
    if (++depth > static_cast<int>(items.size())) return 0;
  }
  return depth;
}

}  // namespace

TreeLayout lay_out_tree(std::span<const ItemState> items, float step, float apart) {
  TreeLayout layout;
  std::vector<float> last;  // by row: the centre of the node placed last
  std::vector<bool> used;
  float previous = -step;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const int depth = depth_of(items, i);
    const auto row = static_cast<std::size_t>(depth);
    if (row >= last.size()) {
      last.resize(row + 1, 0);
      used.resize(row + 1, false);
    }
    float x = previous + step;
    if (used[row]) x = std::max(x, last[row] + apart);
    layout.nodes.push_back({x, depth});
    layout.rows = std::max(layout.rows, depth + 1);
    used[row] = true;
    last[row] = previous = x;
  }
  layout.span = layout.nodes.empty() ? 0 : layout.nodes.back().x;
  return layout;
}

void stretch(TreeLayout& layout, float factor) {
  for (NodePlace& node : layout.nodes) node.x *= factor;
  layout.span *= factor;
}

}  // namespace epollscope::scene
