// Where an item's place in the tree comes from. The kernel's key is (address of the open file,
// descriptor number). TreeOrder::created takes addresses to rise in creation order;
// TreeOrder::learned is told the order and repeats the insertions it owes.
#pragma once

#include <vector>

#include "core/model/machine.h"
#include "core/model/world.h"

namespace epollscope {

// False: its place is not known yet, the item waits among the unranked.
bool tree_insert(World& w, Index item);
void tree_erase(World& w, Index item);

// Items in tree order, then the unranked ones in the order of their ADDs.
std::vector<Index> items_of(const World& w, Index ep);

// Ranks every item by the rows of fdinfo and inserts the unranked ones in the order of their ADDs.
// False, and nothing changed: the rows describe another list, or another order of the items that
// are ranked already.
bool learn_order(World& w, Index ep, const std::vector<Machine::Row>& rows);

// Whether a request may take an item out of a tree that has unranked ones.
bool may_remove_before_ranked(const World& w, const Request& request);

}  // namespace epollscope
