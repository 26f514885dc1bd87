#include "core/model/believed.h"

#include <sys/epoll.h>

#include <algorithm>

#include "core/model/eventpoll.h"
#include "core/model/files.h"
#include "core/model/tree_order.h"

namespace epollscope {

void repeat_event(Epitem& item, std::vector<Event>& events, std::int32_t maxevents) {
  for (; item.owed > 0 && events.size() < static_cast<std::size_t>(maxevents); --item.owed) {
    const Event again = events.back();
    events.push_back(again);
  }
  item.owed = 0;
}

void remember_levels(World& w) {
  for (Epitem& item : w.items.all) {
    if (item.id.valid()) item.level_before = file_level(w, item.file);
  }
}

bool rose(const World& w, const Epitem& item) {
  if ((item.events & EPOLLET) == 0) return true;
  return (file_level(w, item.file) & ~item.level_before & item.events) != 0;
}

void erase_items_of_number(Run& run, Index file, Fd fd) {
  const World& w = run.w;
  std::vector<Index> gone;
  for (Index i = w.files[file].items.head; i != kNone; i = w.items[i].file_link.next) {
    if (w.items[i].fd.value == fd.value) gone.push_back(i);
  }
  for (const Index item : gone) ep_remove(run, item, Why::erased_close);
}

void erase_fired(Run& run, Index ep) {
  for (const Index item : items_of(run.w, ep)) {
    const std::uint32_t events = run.w.items[item].events;
    if ((events & EPOLLONESHOT) != 0 && (events & ~kPrivateBits) == 0) {
      ep_remove(run, item, Why::erased_del);
    }
  }
}

void sort_batch_by_number(World& w, Index ep) {
  IndexList& batch = w.eps[ep].txlist;
  std::vector<Index> items;
  for (Index i = batch.head; i != kNone; i = w.items[i].rdllink.next) items.push_back(i);
  std::stable_sort(items.begin(), items.end(),
                   [&](Index a, Index b) { return w.items[a].fd < w.items[b].fd; });
  batch = {};
  for (const Index item : items) w.ready_links().add_tail(batch, item);
}

void forget_rest_of_batch(World& w, Index ep) {
  IndexList& batch = w.eps[ep].txlist;
  while (!batch.empty()) {
    w.items[batch.head].linked = false;
    w.ready_links().remove(batch, batch.head);
  }
}

}  // namespace epollscope
