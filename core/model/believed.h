// What the wrong rules do in place of the kernel's (misconception.h). Nothing here runs in a
// machine that believes nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "core/call/outcome.h"
#include "core/model/run.h"

namespace epollscope {

// one_event_per_write: the event of an item once more for each wakeup that found it listed; what
// does not fit is forgotten.
void repeat_event(Epitem& item, std::vector<Event>& events, std::int32_t maxevents);

// et_on_change: what every file answers before the call, and whether that left a bit to rise in
// the interest of the item; without EPOLLET that does not matter.
void remember_levels(World& w);
bool rose(const World& w, const Epitem& item);

// close_removes
void erase_items_of_number(Run& run, Index file, Fd fd);

// oneshot_deletes. Requires: no scan is under way.
void erase_fired(Run& run, Index ep);

// fd_order
void sort_batch_by_number(World& w, Index ep);

// maxevents_loses
void forget_rest_of_batch(World& w, Index ep);

}  // namespace epollscope
