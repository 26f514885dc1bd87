#include <algorithm>
#include <string>

#include "core/export/json_value.h"

namespace epollscope {
namespace {

// What poll() can be asked for; the kernel's _NORM and _BAND twins say nothing more.
constexpr std::uint32_t kLevelBits = 0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x2000;
constexpr std::uint32_t kEdgeTriggered = 1U << 31;

std::string_view name_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::pipe:
      return "pipe";
    case ObjectKind::unix_stream:
      return "unix_stream";
    case ObjectKind::eventfd:
      return "eventfd";
    case ObjectKind::epoll:
      return "epoll";
    case ObjectKind::other:
      break;
  }
  return "other";
}

std::string_view name_of(FileEnd end) {
  switch (end) {
    case FileEnd::read:
      return "read";
    case FileEnd::write:
      return "write";
    case FileEnd::whole:
      break;
  }
  return "whole";
}

std::string_view name_of(TaskState state) {
  switch (state) {
    case TaskState::blocked:
      return "blocked";
    case TaskState::runnable:
      return "runnable";
    case TaskState::idle:
      break;
  }
  return "idle";
}

Json timeout(const std::optional<std::int64_t>& ns) { return ns ? Json(*ns) : Json(nullptr); }

std::string item_name(const EventpollState& ep, EpitemId id) {
  const auto it = std::find_if(ep.items.begin(), ep.items.end(),
                               [&](const ItemState& item) { return item.id == id; });
  return it == ep.items.end() ? std::string{} : json_text(it->name);
}

Json item_names(const EventpollState& ep, const std::vector<EpitemId>& ids) {
  Json names = Json::array();
  for (const EpitemId id : ids) names.push_back(item_name(ep, id));
  return names;
}

Json tree(const EventpollState& ep, std::int32_t at) {
  if (at < 0) return nullptr;
  const ItemState& item = ep.items[static_cast<std::size_t>(at)];
  return {{"item", json_text(item.name)},
          {"color", item.red ? "red" : "black"},
          {"left", tree(ep, item.left)},
          {"right", tree(ep, item.right)}};
}

std::string file_label(const State& state, const ItemState& item) {
  for (const FileState& f : state.files) {
    if (f.id == item.file) return json_text(f.label);
  }
  for (const EventpollState& ep : state.eventpolls) {
    if (ep.file == item.file) return json_text(ep.name);
  }
  return {};
}

Json item(const State& state, const ItemState& i) {
  return {{"item", json_text(i.name)},
          {"fd", i.fd.value},
          {"file", file_label(state, i)},
          {"events", json_events(i.mask)},
          {"mask", i.mask},
          {"data_u64", i.data},
          {"trigger", (i.mask & kEdgeTriggered) != 0 ? "edge" : "level"},
          {"armed", i.armed},
          {"ready", i.ready}};
}

Json eventpoll(const State& state, const EventpollState& ep) {
  Json waiters = Json::array();
  for (const WaiterState& w : ep.waiters) {
    waiters.push_back({{"actor", print(w.actor)}, {"timeout_ns", timeout(w.timeout_ns)}});
  }
  Json items = Json::array();
  for (const ItemState& i : ep.items) items.push_back(item(state, i));
  return {{"name", json_text(ep.name)},
          {"fd", ep.fd.valid() ? Json(ep.fd.value) : Json(nullptr)},
          {"ready", item_names(ep, ep.ready)},
          {"ovflist", ep.scanning ? item_names(ep, ep.ovflist) : Json(nullptr)},
          {"waiters", std::move(waiters)},
          {"tree", tree(ep, ep.root)},
          {"items", std::move(items)}};
}

// What can be read from this file: the pipe's buffer at its read end, the counter of an
// eventfd, a socket's own receive buffer; null where nothing can be read.
Json readable_bytes(const State& state, const FileState& file) {
  if (file.end == FileEnd::write) return nullptr;
  for (const ObjectState& object : state.objects) {
    if (object.id != file.object) continue;
    std::size_t buffer = 0;
    if (object.fill.size() > 1) {
      const auto at = std::find(object.files.begin(), object.files.end(), file.id);
      buffer = static_cast<std::size_t>(at - object.files.begin());
    }
    if (buffer < object.fill.size()) return object.fill[buffer];
  }
  return nullptr;
}

Json file(const State& state, const FileState& f) {
  Json fds = Json::array();
  for (const Fd fd : f.fds) fds.push_back(fd.value);
  Json names = Json::array();
  for (const std::string& name : f.names) names.push_back(json_text(name));
  const auto object = std::find_if(state.objects.begin(), state.objects.end(),
                                   [&](const ObjectState& o) { return o.id == f.object; });
  const ObjectKind kind = object == state.objects.end() ? ObjectKind::other : object->kind;
  return {{"file", json_text(f.label)},
          {"kind", name_of(kind)},
          {"end", name_of(f.end)},
          {"fds", std::move(fds)},
          {"names", std::move(names)},
          {"readable_bytes", readable_bytes(state, f)},
          {"level", json_events(f.level & kLevelBits)}};
}

Json thread(const ThreadState& t) {
  Json out = {{"actor", print(t.actor)}, {"state", name_of(t.state)}};
  if (t.state != TaskState::idle) {
    out["call"] = t.call;
    out["on"] = json_text(t.on);
  }
  return out;
}

}  // namespace

Json json_state(const State& state) {
  Json eventpolls = Json::array();
  for (const EventpollState& ep : state.eventpolls) eventpolls.push_back(eventpoll(state, ep));
  Json files = Json::array();
  for (const FileState& f : state.files) files.push_back(file(state, f));
  Json threads = Json::array();
  for (const ThreadState& t : state.threads) threads.push_back(thread(t));
  return {{"eventpolls", std::move(eventpolls)},
          {"files", std::move(files)},
          {"threads", std::move(threads)}};
}

}  // namespace epollscope
