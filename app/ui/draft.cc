#include "app/ui/draft.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>

namespace epollscope::ui {
namespace {

// How much a read asks for until a person chooses: a signalfd gives whole structures.
constexpr std::string_view kSomeBytes = "8", kOneStructure = "128";
// What a write carries until a person chooses.
constexpr std::string_view kSomeText = "\"hello\"", kSomeNumber = "1";

void mark_open(KnownName& known, const State& state) {
  for (const EventpollState& ep : state.eventpolls) {
    if (std::ranges::find(ep.fds, known.fd) != ep.fds.end()) {
      known.open = known.epoll = true;
      known.kind = ObjectKind::epoll;
    }
    for (const ItemState& item : ep.items) {
      if (item.fd.value == known.fd.value && !item.ghost) known.watched = true;
    }
  }
  for (const FileState& file : state.files) {
    if (std::ranges::find(file.fds, known.fd) == file.fds.end()) continue;
    known.open = true;
    known.end = file.end;
    const auto object = std::ranges::find(state.objects, file.object, &ObjectState::id);
    if (object == state.objects.end()) continue;
    known.kind = object->kind;
    known.connected = object->connected || is_socket_pair(object->kind);
    known.local = object->local;
    known.datagrams = object->datagrams;
    known.named = object->named;
  }
}

bool taken(const std::vector<KnownName>& names, std::string_view name) {
  return std::ranges::any_of(names, [&](const KnownName& k) { return k.name == name; });
}

// a, b, … z, a2, b2, …: the first whose names are all free.
std::vector<std::string> propose_letters(const std::vector<KnownName>& names,
                                         std::string_view second) {
  for (int round = 1;; ++round) {
    for (char c = 'a'; c <= 'z'; ++c) {
      const std::string base = round == 1 ? std::string(1, c) : fmt::format("{}{}", c, round);
      const std::string other = fmt::format("{}_{}", base, second);
      if (!taken(names, base) && !taken(names, other)) return {base, other};
    }
  }
}

std::string numbered(const std::vector<KnownName>& names, std::string_view base) {
  std::string name(base);
  for (int n = 2; taken(names, name); ++n) name = fmt::format("{}{}", base, n);
  return name;
}

std::vector<std::string> propose_names(const Draft& draft, const CallSpec& spec,
                                       const std::vector<KnownName>& names) {
  if (spec.call == CallName::fork) return {print(ActorId{'P', draft.forked + 1})};
  if (spec.creates == 0) return {};
  if (spec.call == CallName::openpty) return {numbered(names, "m"), numbered(names, "s")};
  if (spec.creates == 2) {
    return propose_letters(names, spec.call == CallName::socketpair ? "peer" : "w");
  }
  if (spec.call == CallName::epoll_create || spec.call == CallName::epoll_create1) {
    return {numbered(names, "ep")};
  }
  if (spec.call == CallName::timerfd_create) return {numbered(names, "t")};
  if (spec.call == CallName::socket) return {numbered(names, "s")};
  if (spec.call == CallName::accept || spec.call == CallName::accept4)
    return {numbered(names, "c")};
  if (spec.call == CallName::signalfd) return {numbered(names, "sig")};
  if (spec.call == CallName::inotify) return {numbered(names, "n")};
  if (spec.call == CallName::memfd_create) return {numbered(names, "m")};
  if (spec.call == CallName::dup2) return {};  // the second name means the first one's file then
  if (spec.call == CallName::pidfd) return {numbered(names, "pid")};
  return {numbered(names, spec.call == CallName::eventfd ? "v" : "d")};
}

// The descriptor a person most likely means: the newest open one that suits the call.
std::string likely_fd(const CallSpec& spec, std::size_t index,
                      const std::vector<KnownName>& names) {
  const bool wants_epoll = spec.group == CallGroup::epoll && index == 0;
  const auto score = [&](const KnownName& k) {
    int points = k.open ? 8 : 0;
    if (k.epoll == wants_epoll) points += 4;
    if (makes_sense(k, spec.call)) points += 2;
    // Who is connected to takes connections in.
    if (spec.call == CallName::connect && index == 1) {
      points += k.kind == ObjectKind::listener ? 8 : 0;
    }
    if (spec.call == CallName::epoll_ctl && k.end != FileEnd::write) points += 2;
    if (spec.call == CallName::epoll_ctl && !k.watched) points += 1;
    return points;
  };
  const KnownName* best = nullptr;
  for (const KnownName& k : names) {
    if (best == nullptr || score(k) >= score(*best)) best = &k;
  }
  return best == nullptr ? "3" : best->name;
}

ArgDraft initial(const Draft& draft, const CallSpec& spec, std::size_t index,
                 const std::vector<KnownName>& names) {
  const Param& param = spec.params[index];
  ArgDraft arg;
  arg.present = !param.optional;
  switch (param.kind) {
    case ParamKind::fd:
      arg.text = likely_fd(spec, index, names);
      break;
    case ParamKind::flags:
      arg.bits = static_cast<std::uint64_t>(param.initial);
      break;
    case ParamKind::event:
      arg.present = true;
      arg.bits =
          param.initial != 0 ? static_cast<std::uint64_t>(param.initial) : std::uint64_t{EPOLLIN};
      break;
    case ParamKind::integer:
    case ParamKind::timeout:
      arg.text = fmt::format("{}", param.initial);
      break;
    case ParamKind::timespec:
      arg.text = "-1";
      break;
    case ParamKind::interval:
      arg.text = param.initial == 0 ? "0" : "20ms";
      break;
    case ParamKind::signals:
      arg.text = spec.call == CallName::signalfd || spec.call == CallName::sigprocmask ? "[SIGUSR1]"
                                                                                       : "NULL";
      break;
    case ParamKind::duration:
      arg.text = "20ms";
      break;
    case ParamKind::data:
      arg.text = kSomeText;
      break;
    case ParamKind::fcntl_arg:
      arg.text = "4k";
      break;
    case ParamKind::actor:
      arg.text = "T1";
      break;
    case ParamKind::process:
      arg.text = print(draft.processes.empty() ? ActorId{'P', 1} : draft.processes.back());
      break;
    case ParamKind::buffer:
      break;
  }
  return arg;
}

std::string event_text(const ArgDraft& arg) {
  if (arg.null) return "NULL";
  std::string mask = print_flags(FlagSet::epoll_events, arg.bits, FlagStyle::brief);
  if (arg.data.empty()) return mask;
  return fmt::format("{{events={}, data={}}}", mask, arg.data);
}

std::string arg_text(const Draft& draft, const Param& param, const ArgDraft& arg) {
  switch (param.kind) {
    case ParamKind::flags:
      return print_flags(param.flags, arg.bits, FlagStyle::brief);
    case ParamKind::event:
      return event_text(arg);
    case ParamKind::buffer:
      return "events=NULL";
    case ParamKind::fcntl_arg:
      if (const FlagSet set = fcntl_flags(draft); set != FlagSet::none) {
        return print_flags(set, arg.bits, FlagStyle::brief);
      }
      return arg.text;
    default:
      return arg.text;
  }
}

void take_event(ArgDraft& arg, const Value& value) {
  if (std::holds_alternative<Null>(value.v)) arg.null = true;
  if (const auto* mask = std::get_if<Mask>(&value.v)) arg.bits = mask->bits;
  if (const auto* number = std::get_if<Integer>(&value.v)) arg.bits = number->magnitude;
  const auto* fields = std::get_if<Struct>(&value.v);
  if (fields == nullptr) return;
  for (const Field& field : fields->fields) {
    if (field.key == "events") take_event(arg, field.value);
    if (field.key == "data") arg.data = print(field.value);
  }
}

}  // namespace

std::vector<KnownName> known_names(const Session& session, int step, std::int32_t process) {
  std::vector<KnownName> names;
  const auto inherit = [&](const StepRecord& record) {
    const auto* fork = std::get_if<Fork>(&record.request.op);
    if (fork == nullptr || !record.returned || record.outcome.failed()) return;
    if (process == 0 || fork->child.process() != process) return;
    names = known_names(session, record.n - 1);
    for (KnownName& known : names) known.fd.process = process;
  };
  const auto bind = [&](const std::map<std::string, Fd>& bound) {
    // A map is in name order; the first descriptor of a pair is the smaller number.
    std::vector<std::pair<std::string, Fd>> pairs(bound.begin(), bound.end());
    std::ranges::sort(pairs, {}, [](const auto& p) { return p.second; });
    for (const auto& [name, fd] : pairs) {
      if (fd.process != process) continue;
      std::erase_if(names, [&](const KnownName& k) { return k.name == name; });
      names.push_back({.name = name, .fd = fd});
    }
  };
  for (const StepRecord& record : session.steps()) {
    if (record.n > step) break;
    inherit(record);
    bind(record.bound);
    for (const Resumed& resumed : record.resumed) bind(resumed.bound);
  }
  const auto moment = session.moment(step);
  const State& state = *moment;
  for (KnownName& known : names) {
    known = {.name = known.name, .fd = known.fd};
    mark_open(known, state);
  }
  return names;
}

void know_processes(Draft& draft, const Session& session, int step) {
  draft.processes.clear();
  draft.forked = 0;
  for (const StepRecord& record : session.steps()) {
    const auto* fork = std::get_if<Fork>(&record.request.op);
    if (record.n <= step && fork != nullptr) {
      draft.forked = std::max(draft.forked, fork->child.process());
    }
  }
  // A name that the program uses further on is taken, too.
  for (const Statement& statement : session.lesson().program.statements) {
    const auto* call = std::get_if<CallStatement>(&statement.what);
    if (call == nullptr || call->call.name != CallName::fork) continue;
    for (int n = draft.forked + 1; n <= kMostProcesses; ++n) {
      if (call->names == std::vector{print(ActorId{'P', n})}) draft.forked = n;
    }
  }
  if (draft.forked > 0) {
    for (const ThreadState& t : session.moment(step)->threads) {
      if (t.actor.process() != 0 && t.state != TaskState::zombie)
        draft.processes.push_back(t.actor);
    }
  }
  const bool there = draft.actor.process() == 0 ||
                     std::ranges::find(draft.processes, draft.actor) != draft.processes.end();
  if (!there) draft.actor = {};
}

namespace {

// Pipes and what is like them; a socket only where it is connected.
bool can_read(const KnownName& on) {
  if (on.epoll || on.end == FileEnd::write || on.kind == ObjectKind::listener) return false;
  if (on.kind == ObjectKind::pidfd) return false;
  return !is_single_socket(on.kind) || on.connected || on.datagrams;
}

bool can_write(const KnownName& on) {
  if (on.epoll || on.end == FileEnd::read || on.kind == ObjectKind::listener) return false;
  if (on.kind == ObjectKind::timerfd || on.kind == ObjectKind::inotify ||
      on.kind == ObjectKind::signalfd || on.kind == ObjectKind::pidfd) {
    return false;
  }
  return !is_socket(on.kind) || on.connected;
}

}  // namespace

bool makes_sense(const KnownName& on, CallName call) {
  switch (call) {
    case CallName::read:
    case CallName::drain:
      return can_read(on);
    case CallName::recv:
      return is_socket(on.kind) && can_read(on);
    case CallName::write:
      return can_write(on);
    case CallName::send:
      return is_socket(on.kind) && can_write(on);
    case CallName::fill:
      // A terminal throws away what is typed and has no end, and is never full.
      return can_write(on) && !is_counter(on.kind) && on.kind != ObjectKind::regular &&
             on.kind != ObjectKind::pty;
    case CallName::timerfd_settime:
      return on.kind == ObjectKind::timerfd;
    case CallName::inotify_touch:
      return on.kind == ObjectKind::inotify;
    case CallName::shutdown:
      return on.connected || on.local || on.kind == ObjectKind::listener;
    case CallName::bind:
      return is_socket(on.kind) && (is_socket_pair(on.kind) || !on.connected);
    case CallName::listen:
      return on.kind == ObjectKind::listener || (is_single_socket(on.kind) && !on.connected &&
                                                 !on.datagrams && (on.named || !on.local));
    case CallName::connect:
      return is_single_socket(on.kind) && (!on.connected || on.datagrams);
    case CallName::accept:
    case CallName::accept4:
      return on.kind == ObjectKind::listener;
    case CallName::setsockopt:
    case CallName::getsockopt:
      return is_socket(on.kind);
    default:
      return true;
  }
}

std::vector<std::string> listed(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(", "), text.size());
    names.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return names;
}

void choose_call(Draft& draft, CallName call, const std::vector<KnownName>& names) {
  const CallSpec& spec = spec_of(call);
  draft.call = call;
  // Only a process that fork() made exits, and only threads fork.
  const bool child = draft.actor.process() != 0;
  if (call == CallName::exit && !child && !draft.processes.empty()) {
    draft.actor = draft.processes.back();
  }
  if (call == CallName::fork && child) draft.actor = {};
  draft.args.clear();
  for (std::size_t i = 0; i < spec.params.size(); ++i) {
    draft.args.push_back(initial(draft, spec, i, names));
  }
  draft.names = propose_names(draft, spec, names);
  suit(draft, names);
  compose(draft);
}

namespace {

// Whether connect() of the one to the other has a chance.
bool takes(const KnownName& to, const KnownName& from) {
  if (!to.open || to.local != from.local || to.datagrams != from.datagrams) return false;
  return to.datagrams ? to.named : to.kind == ObjectKind::listener;
}

}  // namespace

void suit(Draft& draft, const std::vector<KnownName>& names) {
  const auto known = [&](std::string_view name) {
    const auto it = std::ranges::find(names, name, &KnownName::name);
    return it == names.end() ? nullptr : &*it;
  };
  if (draft.call == CallName::epoll_ctl && draft.args.size() == 4) {
    const std::uint64_t op = draft.args[1].bits;
    draft.args[3].null = op == EPOLL_CTL_DEL;
    const bool wanted = op != EPOLL_CTL_ADD;
    const KnownName* chosen = known(draft.args[2].text);
    if (chosen == nullptr || chosen->watched == wanted) return;
    for (const KnownName& other : names) {
      if (other.open && !other.epoll && other.watched == wanted) draft.args[2].text = other.name;
    }
  } else if (draft.call == CallName::connect && draft.args.size() == 2) {
    const KnownName* from = known(draft.args[0].text);
    const KnownName* to = known(draft.args[1].text);
    if (from == nullptr || (to != nullptr && takes(*to, *from))) return;
    for (const KnownName& other : names) {
      if (takes(other, *from)) draft.args[1].text = other.name;
    }
  } else if (draft.call == CallName::read && draft.args.size() == 2) {
    const KnownName* chosen = known(draft.args[0].text);
    std::string& count = draft.args[1].text;
    const bool structures = chosen != nullptr && (chosen->kind == ObjectKind::signalfd ||
                                                  chosen->kind == ObjectKind::inotify);
    if (structures && count == kSomeBytes) count = kOneStructure;
    if (!structures && count == kOneStructure) count = kSomeBytes;
  } else if (draft.call == CallName::write && draft.args.size() == 2) {
    const KnownName* chosen = known(draft.args[0].text);
    std::string& data = draft.args[1].text;
    const bool counter = chosen != nullptr && chosen->kind == ObjectKind::eventfd;
    if (counter && data == kSomeText) data = kSomeNumber;
    if (!counter && data == kSomeNumber) data = kSomeText;
  }
}

void take_statement(Draft& draft, const Statement& statement) {
  if (const auto* made = std::get_if<CallStatement>(&statement.what)) {
    const CallSpec& spec = spec_of(made->call.name);
    draft.call = made->call.name;
    draft.actor = made->actor;
    draft.names = made->names;
    draft.args.clear();
    for (std::size_t i = 0; i < spec.params.size(); ++i) {
      ArgDraft arg = initial(draft, spec, i, {});
      arg.present = i < made->call.args.size();
      if (arg.present) {
        const Value& value = made->call.args[i];
        arg.text = print(value);
        for (std::size_t more = i + 1; spec.params[i].most > 1 && more < made->call.args.size();
             ++more) {
          arg.text += ", " + print(made->call.args[more]);
        }
        if (const auto* mask = std::get_if<Mask>(&value.v)) arg.bits = mask->bits;
        if (const auto* number = std::get_if<Integer>(&value.v)) arg.bits = number->magnitude;
        if (spec.params[i].kind == ParamKind::event) take_event(arg, value);
      }
      draft.args.push_back(std::move(arg));
    }
  }
  draft.line = print(statement, FlagStyle::brief);
}

void compose(Draft& draft) {
  const CallSpec& spec = spec_of(draft.call);
  if (draft.call == CallName::fcntl && draft.args.size() == 3) {
    draft.args[2].present = draft.args[1].bits == F_SETFL || draft.args[1].bits == F_SETPIPE_SZ;
  }
  std::string args;
  for (std::size_t i = 0; i < spec.params.size() && i < draft.args.size(); ++i) {
    if (!draft.args[i].present) continue;
    if (!args.empty()) args += ", ";
    args += arg_text(draft, spec.params[i], draft.args[i]);
  }
  std::string head;
  if (draft.actor != ActorId{}) head = print(draft.actor) + ": ";
  if (!draft.names.empty()) head += fmt::format("{} = ", fmt::join(draft.names, ", "));
  draft.line = fmt::format("{}{}({})", head, spec.name, args);
}

std::expected<Statement, ParseFailure> statement_of(const Draft& draft) {
  return parse_statement(draft.line);
}

std::vector<std::string> presets(const Draft& draft, const Param& param) {
  switch (param.kind) {
    case ParamKind::timeout:
      return {"0", "50", "1000", "-1"};
    case ParamKind::timespec:
      return {"0ns", "50us", "20ms", "1s", "-1"};
    case ParamKind::interval:
      return {"0", "20ms", "100ms", "1s"};
    case ParamKind::signals:
      return {"NULL", "[]", "[SIGUSR1]", "[SIGUSR1, SIGINT]"};
    case ParamKind::duration:
      return {"1ms", "20ms", "100ms", "1s"};
    case ParamKind::data:
      return {"\"x\"", "\"hello\"", "1", "100", "4k", "64k"};
    case ParamKind::fcntl_arg:
      return {"4k", "64k", "1M"};
    case ParamKind::process:
    case ParamKind::actor: {
      std::vector<std::string> actors;
      for (int n = 1; n <= kActorsOffered && param.kind == ParamKind::actor; ++n) {
        actors.push_back(print(ActorId{'T', n}));
      }
      for (const ActorId process : draft.processes) actors.push_back(print(process));
      return actors;
    }
    case ParamKind::integer: {
      std::vector<std::string> texts;
      constexpr std::array<std::int64_t, 8> kSteps{-1, 0, 1, 5, 8, 64, 4096, 65536};
      for (const std::int64_t n : kSteps) {
        if (n >= param.min && n <= param.max) texts.push_back(fmt::format("{}", n));
      }
      return texts;
    }
    default:
      return {};
  }
}

FlagSet fcntl_flags(const Draft& draft) {
  if (draft.call != CallName::fcntl || draft.args.size() < 2) return FlagSet::none;
  return draft.args[1].bits == F_SETFL ? FlagSet::file_status : FlagSet::none;
}

}  // namespace epollscope::ui
