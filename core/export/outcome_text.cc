#include "core/export/outcome_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace epollscope {
namespace {

const Field* field(const Value& value, std::string_view key) {
  const auto* s = std::get_if<Struct>(&value.v);
  if (s == nullptr) return nullptr;
  const auto it = std::find_if(s->fields.begin(), s->fields.end(),
                               [&](const Field& f) { return f.key == key; });
  return it == s->fields.end() ? nullptr : &*it;
}

std::string_view mark(const Value& value) { return value.unchecked ? "?" : ""; }

std::string_view mark(const Value& value, std::string_view key) {
  const Field* f = field(value, key);
  return f == nullptr ? "" : mark(f->value);
}

bool marks_inside(const Value& value) {
  if (const auto* s = std::get_if<Struct>(&value.v)) {
    return std::any_of(s->fields.begin(), s->fields.end(),
                       [](const Field& f) { return f.value.unchecked; });
  }
  if (const auto* set = std::get_if<Set>(&value.v)) {
    return std::any_of(set->values.begin(), set->values.end(),
                       [](const Value& v) { return v.unchecked || marks_inside(v); });
  }
  return false;
}

std::string marked_events(const std::vector<ShownEvent>& events, const Set& written) {
  std::string text = "[";
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Value wanted = i < written.values.size() ? written.values[i] : Value{};
    text +=
        fmt::format("{}{{events={}{}, data={}{}}}{}", i == 0 ? "" : ", ",
                    print_flags(FlagSet::epoll_events, events[i].events), mark(wanted, "events"),
                    events[i].data_name, mark(wanted, "data"), mark(wanted));
  }
  return text + "]";
}

// A payload of which some values are compared and some are not.
std::string marked_text(const Call& call, const Outcome& outcome,
                        const std::vector<ShownEvent>& events, const Value& written) {
  if (const auto* set = std::get_if<Set>(&written.v); set && is_wait(call.name)) {
    return fmt::format(" = {} {}", outcome.returned, marked_events(events, *set));
  }
  if (outcome.value) {
    return fmt::format(" = {} {{value={}{}}}", print_return(call.name, outcome),
                       print_value(outcome), mark(written, "value"));
  }
  return print_outcome(call, outcome, events);
}

bool makes_socket(CallName call) {
  return call == CallName::socketpair || call == CallName::socket || call == CallName::accept ||
         call == CallName::accept4;
}

}  // namespace

std::string outcome_text(const Call& call, const Outcome& outcome,
                         const std::vector<ShownEvent>& events, const Expected* written,
                         bool chance, bool ticks) {
  if (ticks && (written == nullptr || !written->payload)) {
    return fmt::format(" = {} {{value={}?}}", outcome.returned, outcome.value.value_or(0));
  }
  if (written != nullptr && written->payload && !outcome.failed() &&
      marks_inside(*written->payload)) {
    return marked_text(call, outcome, events, *written->payload) + (written->unchecked ? "?" : "");
  }
  const bool unchecked = written == nullptr ? chance
                                            : written->anything || written->unchecked ||
                                                  (written->payload && written->payload->unchecked);
  return print_outcome(call, outcome, events) + (unchecked && !outcome.ended ? "?" : "");
}

void Descriptors::see(const Call& call, const Request& request,
                      const std::vector<std::string>& names, const Outcome& outcome) {
  const auto* dup = std::get_if<Dup>(&request.op);
  const auto* dup2 = std::get_if<Dup2>(&request.op);
  const Fd copied = dup != nullptr ? dup->fd : dup2 != nullptr ? dup2->fd : Fd{};
  const bool socket = makes_socket(call.name) || sockets_.contains(copied);
  const bool timer = call.name == CallName::timerfd_create || timers_.contains(copied);
  for (const Fd fd : outcome.created) {
    sockets_.erase(fd);
    timers_.erase(fd);
    if (socket) sockets_.insert(fd);
    if (timer) timers_.insert(fd);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    bound_[names[i]] = i < outcome.created.size() ? outcome.created[i] : Fd{};
  }
}

bool Descriptors::shows_socket_size(const Request& request, const Outcome& outcome) const {
  const auto amount = outcome.returned < 0 ? 0 : static_cast<std::uint64_t>(outcome.returned);
  if (const auto* r = std::get_if<Drain>(&request.op))
    return amount > 0 && sockets_.contains(r->fd);
  if (const auto* r = std::get_if<Fill>(&request.op)) return sockets_.contains(r->fd);
  if (const auto* r = std::get_if<WriteAmount>(&request.op)) {
    return amount > 0 && amount < r->n && sockets_.contains(r->fd);
  }
  if (const auto* r = std::get_if<SendAmount>(&request.op)) return amount > 0 && amount < r->n;
  return false;
}

bool Descriptors::shows_ticks(const Request& request, const Outcome& outcome) const {
  const auto* read = std::get_if<Read>(&request.op);
  return read != nullptr && outcome.value && timers_.contains(read->fd);
}

std::vector<ShownEvent> Descriptors::still_named(std::vector<ShownEvent> events) const {
  for (ShownEvent& e : events) {
    const auto it = bound_.find(e.data_name);
    if (it == bound_.end()) continue;
    if (static_cast<std::uint64_t>(std::int64_t{it->second.value}) != e.data) {
      e.data_name = std::to_string(e.data);
    }
  }
  return events;
}

}  // namespace epollscope
