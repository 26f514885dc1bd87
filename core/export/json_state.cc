#include <algorithm>
#include <map>
#include <string>
#include <string_view>

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
    case ObjectKind::unix_dgram:
      return "unix_dgram";
    case ObjectKind::unix_seqpacket:
      return "unix_seqpacket";
    case ObjectKind::timerfd:
      return "timerfd";
    case ObjectKind::inotify:
      return "inotify";
    case ObjectKind::pty:
      return "pty";
    case ObjectKind::regular:
      return "regular";
    case ObjectKind::signalfd:
      return "signalfd";
    case ObjectKind::pidfd:
      return "pidfd";
    case ObjectKind::eventfd:
      return "eventfd";
    case ObjectKind::epoll:
      return "epoll";
    case ObjectKind::tcp:
      return "tcp";
    case ObjectKind::udp:
      return "udp";
    case ObjectKind::unix_socket:
      return "unix_socket";
    case ObjectKind::listener:
      return "listener";
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
    case FileEnd::master:
      return "master";
    case FileEnd::slave:
      return "slave";
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
    case TaskState::zombie:
      return "zombie";
    case TaskState::idle:
      break;
  }
  return "idle";
}

Json timeout(const std::optional<std::int64_t>& ns) { return ns ? Json(*ns) : Json(nullptr); }

// What refers to what in a state, so that printing one of ten thousand items does not walk all.
class Index {
 public:
  explicit Index(const State& state) {
    for (const FileState& f : state.files) labels_[f.id] = f.label;
    for (const EventpollState& ep : state.eventpolls) {
      labels_.emplace(ep.file, ep.name);
      for (const ItemState& item : ep.items) names_[item.id] = item.name;
    }
    for (const ObjectState& object : state.objects) objects_[object.id] = &object;
  }
  [[nodiscard]] std::string label(FileId file) const { return json_text(found(labels_, file)); }
  [[nodiscard]] Json names(const std::vector<EpitemId>& items) const {
    Json out = Json::array();
    for (const EpitemId id : items) out.push_back(json_text(found(names_, id)));
    return out;
  }
  [[nodiscard]] const ObjectState* object(ObjectId id) const {
    const auto it = objects_.find(id);
    return it == objects_.end() ? nullptr : it->second;
  }

 private:
  template <typename Id>
  static std::string_view found(const std::map<Id, std::string_view>& in, Id id) {
    const auto it = in.find(id);
    return it == in.end() ? std::string_view{} : it->second;
  }
  std::map<FileId, std::string_view> labels_;
  std::map<EpitemId, std::string_view> names_;
  std::map<ObjectId, const ObjectState*> objects_;
};

Json tree(const EventpollState& ep, std::int32_t at) {
  if (at < 0) return nullptr;
  const ItemState& item = ep.items[static_cast<std::size_t>(at)];
  return {{"item", json_text(item.name)},
          {"color", item.red ? "red" : "black"},
          {"left", tree(ep, item.left)},
          {"right", tree(ep, item.right)}};
}

Json item(const Index& index, const ItemState& i) {
  return {{"item", json_text(i.name)},
          {"fd", i.fd.value},
          {"file", index.label(i.file)},
          {"events", json_events(i.mask)},
          {"mask", i.mask},
          {"data_u64", i.data},
          {"trigger", (i.mask & kEdgeTriggered) != 0 ? "edge" : "level"},
          {"armed", i.armed},
          {"ready", i.ready}};
}

Json eventpoll(const Index& index, const EventpollState& ep) {
  Json waiters = Json::array();
  for (const WaiterState& w : ep.waiters) {
    waiters.push_back({{"actor", print(w.actor)}, {"timeout_ns", timeout(w.timeout_ns)}});
  }
  Json items = Json::array();
  for (const ItemState& i : ep.items) items.push_back(item(index, i));
  return {{"name", json_text(ep.name)},
          {"fd", ep.fd.valid() ? Json(ep.fd.value) : Json(nullptr)},
          {"ready", index.names(ep.ready)},
          {"ovflist", ep.scanning ? index.names(ep.ovflist) : Json(nullptr)},
          {"waiters", std::move(waiters)},
          {"tree", tree(ep, ep.root)},
          {"items", std::move(items)}};
}

// What can be read from this file: the pipe's buffer at its read end, the counter of an
// eventfd, a socket's own receive buffer; null where nothing can be read.
Json readable_bytes(const ObjectState* object, const FileState& file) {
  if (file.end == FileEnd::write || object == nullptr) return nullptr;
  if (object->kind == ObjectKind::pidfd) return nullptr;
  std::size_t buffer = 0;
  if (object->fill.size() > 1) {
    const auto at = std::find(object->files.begin(), object->files.end(), file.id);
    buffer = static_cast<std::size_t>(at - object->files.begin());
  }
  return buffer < object->fill.size() ? Json(object->fill[buffer]) : Json(nullptr);
}

Json file(const Index& index, const FileState& f) {
  Json fds = Json::array();
  Json names = Json::array();
  std::map<std::string, Json> processes;
  for (std::size_t i = 0; i < f.fds.size(); ++i) {
    if (f.fds[i].process != 0) {
      processes[print(ActorId{'P', f.fds[i].process})].push_back(f.fds[i].value);
      continue;
    }
    fds.push_back(f.fds[i].value);
    if (i < f.names.size() && !f.names[i].empty()) names.push_back(json_text(f.names[i]));
  }
  const ObjectState* object = index.object(f.object);
  Json out = {{"file", json_text(f.label)},
              {"kind", name_of(object == nullptr ? ObjectKind::other : object->kind)},
              {"end", name_of(f.end)},
              {"fds", std::move(fds)},
              {"names", std::move(names)},
              {"readable_bytes", readable_bytes(object, f)},
              {"level", json_events(f.level & kLevelBits)}};
  if (!processes.empty()) out["processes"] = std::move(processes);
  return out;
}

Json thread(const ThreadState& t) {
  Json out = {{"actor", print(t.actor)}, {"state", name_of(t.state)}};
  if (t.state != TaskState::idle && t.state != TaskState::zombie) {
    out["call"] = t.call;
    out["on"] = json_text(t.on);
  }
  return out;
}

}  // namespace

Json json_state(const State& state) {
  const Index index(state);
  Json eventpolls = Json::array();
  for (const EventpollState& ep : state.eventpolls) eventpolls.push_back(eventpoll(index, ep));
  Json files = Json::array();
  for (const FileState& f : state.files) files.push_back(file(index, f));
  Json threads = Json::array();
  for (const ThreadState& t : state.threads) threads.push_back(thread(t));
  return {{"eventpolls", std::move(eventpolls)},
          {"files", std::move(files)},
          {"threads", std::move(threads)}};
}

}  // namespace epollscope
