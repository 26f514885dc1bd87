#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "core/call/call.h"

namespace epollscope {
namespace {

constexpr std::int64_t kMostBytes = 1 << 20;

constexpr Param fd(std::string_view name) { return {name, ParamKind::fd}; }
constexpr Param integer(std::string_view name, std::int64_t min, std::int64_t max,
                        std::int64_t initial) {
  return {name, ParamKind::integer, FlagSet::none, false, min, max, initial};
}
constexpr Param flags(std::string_view name, FlagSet set, std::int64_t initial = 0) {
  return {name, ParamKind::flags, set, false, 0, 0, initial};
}
constexpr Param optional(Param p) {
  p.optional = true;
  return p;
}

constexpr std::array kCreate = {integer("size", 0, 1024, 1)};
constexpr std::array kCreate1 = {flags("flags", FlagSet::epoll_create)};
constexpr std::array kCtl = {
    fd("epfd"), flags("op", FlagSet::ctl_op, EPOLL_CTL_ADD), fd("fd"),
    Param{"event", ParamKind::event, FlagSet::epoll_events, false, 0, 0, EPOLLIN}};
constexpr std::array kWait = {
    fd("epfd"), integer("maxevents", 1, 64, 8),
    Param{"timeout", ParamKind::timeout, FlagSet::none, false, -1, 60'000, 0},
    optional(Param{"events", ParamKind::buffer})};
constexpr Param signals(std::string_view name) { return {name, ParamKind::signals}; }
constexpr std::array kPwait = {kWait[0], kWait[1], kWait[2], signals("sigmask"), kWait[3]};
constexpr std::array kPwait2 = {
    kWait[0], kWait[1],
    Param{"timeout", ParamKind::timespec, FlagSet::none, false, -1, 60'000'000'000, -1},
    signals("sigmask"), kWait[3]};
constexpr std::array kPipe2 = {flags("flags", FlagSet::file_status)};
constexpr std::array kSocketpair = {flags("domain", FlagSet::domain, AF_UNIX),
                                    flags("type", FlagSet::socket_type, SOCK_STREAM)};
constexpr std::array kEventfd = {integer("initval", 0, 1000, 0), flags("flags", FlagSet::eventfd)};
constexpr Param interval(std::string_view name, std::int64_t initial) {
  return {name, ParamKind::interval, FlagSet::none, false, 0, 10'000'000'000, initial};
}
constexpr std::array kTimerfdCreate = {flags("clockid", FlagSet::clock, CLOCK_MONOTONIC),
                                       flags("flags", FlagSet::timerfd)};
constexpr std::array kTimerfdSettime = {fd("fd"), interval("value", 20'000'000),
                                        interval("interval", 0)};
constexpr std::array kRead = {fd("fd"), integer("count", 1, kMostBytes, 8)};
constexpr std::array kWrite = {
    fd("fd"), Param{"data", ParamKind::data, FlagSet::none, false, 1, kMostBytes, 1}};
constexpr std::array kFd = {fd("fd")};
constexpr std::array kShutdown = {fd("fd"), flags("how", FlagSet::shutdown_how, SHUT_WR)};
constexpr std::array kFcntl = {fd("fd"), flags("command", FlagSet::fcntl_command, F_SETFL),
                               optional(Param{"arg", ParamKind::fcntl_arg, FlagSet::file_status,
                                              false, 0, kMostBytes, O_NONBLOCK})};
constexpr std::array kSleep = {
    Param{"duration", ParamKind::duration, FlagSet::none, false, 1, 10'000'000'000, 20'000'000}};

constexpr auto kNone = std::span<const Param>();

constexpr std::array kCalls = {
    CallSpec{CallName::epoll_create, "epoll_create", CallGroup::epoll, kCreate, 1},
    CallSpec{CallName::epoll_create1, "epoll_create1", CallGroup::epoll, kCreate1, 1},
    CallSpec{CallName::epoll_ctl, "epoll_ctl", CallGroup::epoll, kCtl, 0},
    CallSpec{CallName::epoll_wait, "epoll_wait", CallGroup::epoll, kWait, 0},
    CallSpec{CallName::epoll_pwait, "epoll_pwait", CallGroup::epoll, kPwait, 0},
    CallSpec{CallName::epoll_pwait2, "epoll_pwait2", CallGroup::epoll, kPwait2, 0},
    CallSpec{CallName::pipe, "pipe", CallGroup::make, kNone, 2},
    CallSpec{CallName::pipe2, "pipe2", CallGroup::make, kPipe2, 2},
    CallSpec{CallName::socketpair, "socketpair", CallGroup::make, kSocketpair, 2},
    CallSpec{CallName::eventfd, "eventfd", CallGroup::make, kEventfd, 1},
    CallSpec{CallName::timerfd_create, "timerfd_create", CallGroup::make, kTimerfdCreate, 1},
    CallSpec{CallName::timerfd_settime, "timerfd_settime", CallGroup::data, kTimerfdSettime, 0},
    CallSpec{CallName::read, "read", CallGroup::data, kRead, 0},
    CallSpec{CallName::write, "write", CallGroup::data, kWrite, 0},
    CallSpec{CallName::close, "close", CallGroup::descriptor, kFd, 0},
    CallSpec{CallName::dup, "dup", CallGroup::descriptor, kFd, 1},
    CallSpec{CallName::shutdown, "shutdown", CallGroup::descriptor, kShutdown, 0},
    CallSpec{CallName::fcntl, "fcntl", CallGroup::descriptor, kFcntl, 0},
    CallSpec{CallName::drain, "drain", CallGroup::shorthand, kFd, 0},
    CallSpec{CallName::fill, "fill", CallGroup::shorthand, kFd, 0},
    CallSpec{CallName::sleep, "sleep", CallGroup::shorthand, kSleep, 0},
};

}  // namespace

std::size_t CallSpec::required() const {
  return static_cast<std::size_t>(
      std::count_if(params.begin(), params.end(), [](const Param& p) { return !p.optional; }));
}

std::span<const CallSpec> all_calls() { return kCalls; }

// kCalls is in the order of CallName.
const CallSpec& spec_of(CallName call) { return kCalls[static_cast<std::size_t>(call)]; }

bool is_wait(CallName call) {
  return call == CallName::epoll_wait || call == CallName::epoll_pwait ||
         call == CallName::epoll_pwait2;
}

const CallSpec* find_call(std::string_view name) {
  for (const CallSpec& c : kCalls) {
    if (c.name == name) return &c;
  }
  return nullptr;
}

}  // namespace epollscope
