// Which nodes of a search tree are drawn and where they go: from left to right in their order,
// from top to bottom by their depth, as narrow as can be without two nodes of one row touching.
// A node that comes or goes moves those to its left not at all and those to its right by no more
// than one place. Private to the room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/call/state.h"

namespace epollscope::scene {

// A node as it is drawn: an item, or a subtree folded into one box.
struct TreeSpot {
  int item = 0;             // index of the item, or of the subtree's root
  int parent = -1;          // index of the spot above; -1: none
  int depth = 0;            // 0: the root's row
  int first = 0, last = 0;  // the items of its subtree: from `first` on and before `last`
  bool folded = false;
  int ready = 0, queued = 0;  // of those items
};

// The part of a tree that is drawn.
struct TreePart {
  std::int32_t root = -1;
  int first = 0, last = 0;  // the items under it
  int rows = 0;             // so many at most; what lies deeper is folded. 0: all
};
TreePart whole_tree(const EventpollState& ep);
// The subtree below this item; the whole tree if there is no such item.
TreePart subtree(const EventpollState& ep, EpitemId root);

// In the order of the items. Items that no link reaches stand in the root's row, those side by
// side folded together where there is folding.
std::vector<TreeSpot> spots_of(std::span<const ItemState> items, const TreePart& part);
// Fills in how many items of each spot are ready and queued.
void count_items(std::span<const ItemState> items, std::vector<TreeSpot>& spots);

struct NodeSizes {
  float step = 0;            // the least distance between the centres of neighbours in the order
  float node = 0, fold = 0;  // widths
  float gap = 0;             // between neighbours of one row
};
struct TreeLayout {
  std::vector<float> x;  // centres, as the spots are ordered
  float span = 0;        // from the first centre to the last
  int rows = 0;
};
TreeLayout lay_out_tree(std::span<const TreeSpot> spots, const NodeSizes& sizes);

// The same tree drawn wider.
void stretch(TreeLayout& layout, float factor);

}  // namespace epollscope::scene
