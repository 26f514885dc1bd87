// Where the nodes of a search tree go: from left to right in their order, from top to bottom by
// their depth, as narrow as can be without two nodes of one row touching. Private to the room.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/call/state.h"

namespace epollscope::scene {

struct NodePlace {
  float x = 0;    // centre
  int depth = 0;  // 0: the root's row
};

struct TreeLayout {
  std::vector<NodePlace> nodes;  // as the items are ordered
  float span = 0;                // from the first centre to the last
  int rows = 0;
};

// REQUIRES: left, right and parent of the items describe one tree whose in-order is theirs.
// Items that no parent reaches stand in the root's row. `step` is the least distance between
// neighbours in the order, `apart` that between neighbours of one row.
TreeLayout lay_out_tree(std::span<const ItemState> items, float step, float apart);

// The same tree drawn wider.
void stretch(TreeLayout& layout, float factor);

}  // namespace epollscope::scene
