#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <ctime>

#include "core/call/call.h"
#include "core/call/request.h"

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
constexpr std::array kSend = {
    fd("fd"), Param{"data", ParamKind::data, FlagSet::none, false, 1, kMostBytes, 1},
    flags("flags", FlagSet::message)};
constexpr std::array kRecv = {fd("fd"), integer("count", 1, kMostBytes, 8),
                              flags("flags", FlagSet::message)};
constexpr std::array kFd = {fd("fd")};
constexpr std::array kDup2 = {fd("oldfd"), fd("newfd")};
constexpr std::array kSocket = {flags("domain", FlagSet::domain, AF_INET),
                                flags("type", FlagSet::socket_type, SOCK_STREAM)};
constexpr std::array kListen = {fd("fd"), integer("backlog", 0, 128, 8)};
constexpr std::array kConnect = {fd("fd"), fd("listener")};
constexpr std::array kAccept4 = {fd("fd"), flags("flags", FlagSet::accept)};
constexpr std::array kSetsockopt = {
    fd("fd"), flags("option", FlagSet::socket_option, socket_option(SOL_SOCKET, SO_RCVLOWAT)),
    integer("value", -1, kMostBytes, 1)};
constexpr std::array kGetsockopt = {
    fd("fd"), flags("option", FlagSet::socket_option, socket_option(SOL_SOCKET, SO_ERROR))};
constexpr std::array kSignalfd = {signals("mask"), flags("flags", FlagSet::signalfd)};
constexpr std::array kInotifyTouch = {fd("fd"), optional(integer("file", 1, kScratchFiles, 1))};
constexpr std::array kSetrlimit = {flags("resource", FlagSet::resource, RLIMIT_NOFILE),
                                   integer("limit", 0, 65'536, 8)};
constexpr std::array kProcess = {Param{"process", ParamKind::process}};
constexpr std::array kExit = {integer("status", 0, 255, 0)};
constexpr std::array kKill = {Param{"target", ParamKind::actor},
                              flags("signal", FlagSet::signal, SIGUSR1)};
constexpr std::array kSigaction = {flags("signal", FlagSet::signal, SIGUSR1),
                                   flags("action", FlagSet::signal_action),
                                   optional(flags("flags", FlagSet::sigaction))};
constexpr std::array kSigprocmask = {flags("how", FlagSet::sigmask_how, SIG_BLOCK), signals("set")};
constexpr Param several(Param p, int most) {
  p.most = most;
  return p;
}
constexpr std::array kPoll = {several(fd("fd"), static_cast<int>(kMostPolled))};
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
    CallSpec{CallName::socket, "socket", CallGroup::make, kSocket, 1},
    CallSpec{CallName::bind, "bind", CallGroup::connection, kFd, 0},
    CallSpec{CallName::listen, "listen", CallGroup::connection, kListen, 0},
    CallSpec{CallName::connect, "connect", CallGroup::connection, kConnect, 0},
    CallSpec{CallName::accept, "accept", CallGroup::connection, kFd, 1},
    CallSpec{CallName::accept4, "accept4", CallGroup::connection, kAccept4, 1},
    CallSpec{CallName::shutdown, "shutdown", CallGroup::connection, kShutdown, 0},
    CallSpec{CallName::setsockopt, "setsockopt", CallGroup::connection, kSetsockopt, 0},
    CallSpec{CallName::getsockopt, "getsockopt", CallGroup::connection, kGetsockopt, 0},
    CallSpec{CallName::eventfd, "eventfd", CallGroup::make, kEventfd, 1},
    CallSpec{CallName::timerfd_create, "timerfd_create", CallGroup::make, kTimerfdCreate, 1},
    CallSpec{CallName::timerfd_settime, "timerfd_settime", CallGroup::data, kTimerfdSettime, 0},
    CallSpec{CallName::signalfd, "signalfd", CallGroup::make, kSignalfd, 1},
    CallSpec{CallName::openpty, "openpty", CallGroup::make, kNone, 2},
    CallSpec{CallName::inotify, "inotify", CallGroup::make, kNone, 1},
    CallSpec{CallName::inotify_touch, "inotify_touch", CallGroup::data, kInotifyTouch, 0},
    CallSpec{CallName::memfd_create, "memfd_create", CallGroup::make, kNone, 1},
    CallSpec{CallName::read, "read", CallGroup::data, kRead, 0},
    CallSpec{CallName::write, "write", CallGroup::data, kWrite, 0},
    CallSpec{CallName::send, "send", CallGroup::data, kSend, 0},
    CallSpec{CallName::recv, "recv", CallGroup::data, kRecv, 0},
    CallSpec{CallName::close, "close", CallGroup::descriptor, kFd, 0},
    CallSpec{CallName::dup, "dup", CallGroup::descriptor, kFd, 1},
    CallSpec{CallName::dup2, "dup2", CallGroup::descriptor, kDup2, 1},
    CallSpec{CallName::fcntl, "fcntl", CallGroup::descriptor, kFcntl, 0},
    CallSpec{CallName::setrlimit, "setrlimit", CallGroup::descriptor, kSetrlimit, 0},
    CallSpec{CallName::fork, "fork", CallGroup::process, kNone, 0},
    CallSpec{CallName::exit, "exit", CallGroup::process, kExit, 0},
    CallSpec{CallName::waitpid, "waitpid", CallGroup::process, kProcess, 0},
    CallSpec{CallName::pidfd, "pidfd", CallGroup::process, kProcess, 1},
    CallSpec{CallName::kill, "kill", CallGroup::signal, kKill, 0},
    CallSpec{CallName::sigaction, "sigaction", CallGroup::signal, kSigaction, 0},
    CallSpec{CallName::sigprocmask, "sigprocmask", CallGroup::signal, kSigprocmask, 0},
    CallSpec{CallName::drain, "drain", CallGroup::shorthand, kFd, 0},
    CallSpec{CallName::fill, "fill", CallGroup::shorthand, kFd, 0},
    CallSpec{CallName::sleep, "sleep", CallGroup::shorthand, kSleep, 0},
    CallSpec{CallName::poll, "poll", CallGroup::shorthand, kPoll, 0},
};

}  // namespace

std::size_t CallSpec::required() const {
  return static_cast<std::size_t>(
      std::count_if(params.begin(), params.end(), [](const Param& p) { return !p.optional; }));
}

std::size_t CallSpec::most() const {
  return params.empty() ? 0 : params.size() - 1 + static_cast<std::size_t>(params.back().most);
}

const Param& CallSpec::param(std::size_t argument) const {
  return params[std::min(argument, params.size() - 1)];
}

std::span<const CallSpec> all_calls() { return kCalls; }

// kCalls is in the order of CallName.
const CallSpec& spec_of(CallName call) { return kCalls[static_cast<std::size_t>(call)]; }

bool is_wait(CallName call) {
  return call == CallName::epoll_wait || call == CallName::epoll_pwait ||
         call == CallName::epoll_pwait2;
}

bool gives_data(CallName call) { return call == CallName::read || call == CallName::recv; }

const CallSpec* find_call(std::string_view name) {
  for (const CallSpec& c : kCalls) {
    if (c.name == name) return &c;
  }
  return nullptr;
}

}  // namespace epollscope
