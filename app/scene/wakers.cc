#include "app/scene/wakers.h"

#include <algorithm>
#include <vector>

#include "app/scene/look.h"

namespace epollscope::scene {
namespace {

// "a, b or s"; of many the first few and how many more.
std::string any_of(Lang lang, const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 4;
  const std::size_t named = names.size() > kNamed + 1 ? kNamed : names.size();
  const bool more = named < names.size();
  std::string list;
  for (std::size_t i = 0; i < named; ++i) {
    const bool last = i + 1 == named && !more;
    if (i > 0) list += tr(lang, last ? "wakes.or" : "said.comma");
    list += names[i];
  }
  if (!more) return list;
  return tr(lang, "said.and_more", {list, std::to_string(names.size() - named)});
}

std::string of_items(Lang lang, const EventpollState& ep) {
  std::vector<std::string> names;
  for (const ItemState& item : ep.items) {
    if (item.armed) names.push_back(item.name);
  }
  if (names.empty()) return tr(lang, "wakes.nothing");
  return tr(lang, "wakes.item", {any_of(lang, names)});
}

std::string of_file(Lang lang, const State& state, const FileState& file, bool reads) {
  const std::string name = name_of(file);
  const ObjectState* object = find_object(state, file.object);
  if (!reads) return tr(lang, "wakes.room", {name});
  if (object != nullptr && object->kind == ObjectKind::listener) {
    return tr(lang, "wakes.connection", {name});
  }
  if (object != nullptr && object->kind == ObjectKind::signalfd) {
    return tr(lang, "wakes.signal", {name});
  }
  if (object != nullptr && object->kind == ObjectKind::pidfd) {
    return tr(lang, "wakes.end", {name});
  }
  if (file.end == FileEnd::slave) return tr(lang, "wakes.line", {name});
  const bool counts = object != nullptr && is_counter(object->kind);
  return tr(lang, counts ? "wakes.count" : "wakes.bytes", {name});
}

}  // namespace

std::string wakers_text(Lang lang, const State& state, ActorId actor) {
  for (const EventpollState& ep : state.eventpolls) {
    if (std::ranges::find(ep.waiters, actor, &WaiterState::actor) != ep.waiters.end()) {
      return of_items(lang, ep);
    }
  }
  const auto thread = std::ranges::find(state.threads, actor, &ThreadState::actor);
  if (thread != state.threads.end() && !thread->waits_at.empty()) {
    return tr(lang, "wakes.place", {thread->waits_at});
  }
  for (const FileState& file : state.files) {
    const bool reads = std::ranges::find(file.readers, actor) != file.readers.end();
    const bool writes = std::ranges::find(file.writers, actor) != file.writers.end();
    if (reads || writes) return of_file(lang, state, file, reads);
  }
  return {};
}

}  // namespace epollscope::scene
