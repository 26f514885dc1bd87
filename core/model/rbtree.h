// The kernel's red-black tree over nodes that are named by index. What it decides (shape and
// colours after any insertion and removal) is what lib/rbtree.c decides; a node that is removed
// and has two children is replaced by the leftmost node of its right subtree.
//
// The tree compares nothing: the caller finds the place (link()) and knows the order.
#pragma once

#include <cstdint>
#include <vector>

#include "core/model/index_list.h"

namespace epollscope {

struct RbNode {
  Index parent = kNone;
  Index left = kNone;
  Index right = kNone;
  bool red = false;
};

struct RbTree {
  std::vector<RbNode>& nodes;
  Index& root;

  // Hangs a new red leaf below `parent` (kNone: the tree is empty) and rebalances.
  void insert(Index node, Index parent, bool as_left);
  void erase(Index node);

 private:
  RbNode& n(Index i) { return nodes[at(i)]; }
  [[nodiscard]] bool is_red(Index i) const { return i != kNone && nodes[at(i)].red; }
  void replace_child(Index parent, Index old_child, Index new_child);
  void rotate_left(Index x);
  void rotate_right(Index x);
  void rebalance_insertion(Index z);
  void rebalance_removal(Index x, Index parent);
};

// In order: kNone before the first and after the last.
Index rb_first(const std::vector<RbNode>& nodes, Index root);
Index rb_next(const std::vector<RbNode>& nodes, Index node);

}  // namespace epollscope
