#include "app/ui/object_calls.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <charconv>

#include "app/scene/look.h"

namespace epollscope::ui {
namespace {

struct Thing {
  KnownName known;                             // without a name: none
  const EventpollState* watched_by = nullptr;  // set for an epitem
};

int number_in(std::string_view id) {
  const std::size_t colon = id.find(':');
  if (colon == std::string_view::npos) return -1;
  int number = -1;
  std::from_chars(id.data() + colon + 1, id.data() + id.size(), number);
  return number;
}

KnownName name_of_fd(const std::vector<KnownName>& names, Fd fd) {
  for (const KnownName& known : names) {
    if (known.fd == fd && known.open) return known;
  }
  return {};
}

Thing thing_of(const State& state, const std::vector<KnownName>& names, std::string_view id) {
  const int number = number_in(id);
  const auto of_fd = [&](Fd fd) { return Thing{.known = name_of_fd(names, fd)}; };
  if (id.starts_with("fd:")) return of_fd(scene::descriptor_in(id.substr(3)));
  for (const EventpollState& ep : state.eventpolls) {
    if (id.starts_with("epoll:") && (ep.fd.value == number || ep.name == id.substr(6)))
      return of_fd(ep.fd);
    for (const ItemState& item : ep.items) {
      if (!id.starts_with("item:") && !id.starts_with("ready:")) break;
      if (item.id.value != number || item.ghost) continue;
      Thing thing = of_fd(item.fd);
      thing.watched_by = &ep;
      return thing;
    }
  }
  for (const FileState& file : state.files) {
    if (id.starts_with("file:") && file.id.value == number && !file.fds.empty()) {
      return of_fd(file.fds.front());
    }
  }
  return {};
}

// The row's call made on one descriptor, everything else at its first value.
std::string call_on(CallName call, const std::string& name, const std::vector<KnownName>& names) {
  Draft draft;
  choose_call(draft, call, names);
  if (draft.args.empty()) return {};
  draft.args.front().text = name;
  suit(draft, names);
  compose(draft);
  return draft.line;
}

// Of the calls that are made on one descriptor those that a menu has: what only other kinds of file
// know is left to the builder.
bool belongs_to(const CallSpec& spec, ObjectKind kind) {
  if (spec.call == CallName::bind) return false;  // nothing tells whether it has an address
  const bool of_sockets = spec.group == CallGroup::connection || spec.call == CallName::send ||
                          spec.call == CallName::recv;
  if (of_sockets && spec.call != CallName::shutdown) return is_socket(kind);
  if (spec.call == CallName::fill && kind == ObjectKind::pty) return false;  // it would never end
  if (spec.call == CallName::inotify_touch) return kind == ObjectKind::inotify;
  return of_sockets || spec.group == CallGroup::data || spec.group == CallGroup::descriptor ||
         spec.group == CallGroup::shorthand;
}

void add_ctl(std::vector<std::string>& lines, const EventpollState& ep, const KnownName& on,
             bool in) {
  const std::string_view event = on.end == FileEnd::write ? "OUT" : "IN";
  const auto add = [&](std::string_view op, std::string_view flags) {
    lines.push_back(fmt::format("epoll_ctl({}, {}, {}, {}{})", ep.name, op, on.name, event, flags));
  };
  const std::string_view op = in ? "MOD" : "ADD";
  add(op, "");
  add(op, "|ET");
  add(op, "|ONESHOT");
  if (in) lines.push_back(fmt::format("epoll_ctl({}, DEL, {}, NULL)", ep.name, on.name));
}

}  // namespace

ObjectCalls calls_for(const Desk& desk, std::string_view hit_id) {
  const auto moment = desk.session().moment(desk.view.step);
  const State& state = *moment;
  const std::vector<KnownName> names = known_names(desk.session(), desk.view.step);
  const Thing thing = thing_of(state, names, hit_id);
  const KnownName& on = thing.known;
  ObjectCalls calls;
  if (on.name.empty()) return calls;
  if (on.epoll) calls.sensible.push_back(call_on(CallName::epoll_wait, on.name, names));
  for (const EventpollState& ep : state.eventpolls) {
    if (ep.name.empty() || ep.fd == on.fd) continue;
    const bool in = std::ranges::any_of(ep.items, [&](const ItemState& item) {
      return item.fd.value == on.fd.value && !item.ghost;
    });
    if (thing.watched_by == nullptr || thing.watched_by == &ep) {
      add_ctl(on.kind == ObjectKind::regular ? calls.refused : calls.sensible, ep, on, in);
    }
  }
  for (const CallSpec& spec : all_calls()) {
    if (spec.params.empty() || !belongs_to(spec, on.kind)) continue;
    if (spec.params.front().kind != ParamKind::fd) continue;
    auto& lines = makes_sense(on, spec.call) ? calls.sensible : calls.refused;
    lines.push_back(call_on(spec.call, on.name, names));
  }
  return calls;
}

}  // namespace epollscope::ui
