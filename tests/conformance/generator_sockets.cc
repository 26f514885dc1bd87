// The part of the generator that makes sockets, and connections between them.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "tests/conformance/generator.h"
#include "tests/conformance/values.h"

namespace epollscope::trial {
namespace {

constexpr std::size_t kMostSockets = 9;
constexpr std::size_t kMostWaiting = 4;
constexpr int kBacklog = 100;  // with duplicates, several times as many may wait

std::string name_in(const Value& value) {
  const auto* ref = std::get_if<Ref>(&value.v);
  return ref == nullptr ? std::string{} : ref->name;
}

}  // namespace

bool Generator::is_net(const File* file) {
  return file != nullptr &&
         (file->kind == Kind::tcp || file->kind == Kind::listener || file->kind == Kind::udp);
}

Generator::File* Generator::one_of_kind(Kind kind) {
  std::vector<File*> all;
  for (File& f : files()) {
    if (f.kind == kind) all.push_back(&f);
  }
  return all.empty() ? nullptr : one_of(all);
}

Value Generator::net() {
  std::vector<File*> all;
  for (File& f : files()) {
    if (is_net(&f)) all.push_back(&f);
  }
  return all.empty() || one_in(30) ? file() : ref(one_of(all)->name);
}

// Little enough for a socket to hold a few of them.
Value Generator::amount_for(const File* file) {
  if (!is_net(file)) return number(small_amount());
  return number(pick<std::int64_t>({1, 1, 1, 2, 5, 100, 700, 0}));
}

void Generator::learn_connection(const StepRecord& record) {
  const auto learn = [&](const Call& call, const Outcome& outcome) {
    File* on = call.args.empty() ? nullptr : find(call.args[0]);
    if (on == nullptr) return;
    if (call.name == CallName::listen && !outcome.failed()) on->kind = Kind::listener;
    if (call.name == CallName::shutdown && on->kind == Kind::listener) on->kind = Kind::tcp;
    if (call.name == CallName::connect) {
      File* to = find(call.args[1]);
      if (to == nullptr) return;
      if (to->kind == Kind::listener) to->clients.push_back(on->name);
      if (to->kind == Kind::udp) on->peer = to->name;
    }
    const bool accepts = call.name == CallName::accept || call.name == CallName::accept4;
    if (accepts && !outcome.failed() && !on->clients.empty())
      on->clients.erase(on->clients.begin());
  };
  if (record.returned) learn(record.call, record.outcome);
  for (const Resumed& other : record.resumed) learn(other.call, other.outcome);
}

Call Generator::socket(std::vector<std::string>& names) {
  const bool udp = one_in(4);
  const int kind = one_in(40) ? pick<int>({SOCK_RAW, SOCK_SEQPACKET, 11})
                   : udp      ? int{SOCK_DGRAM}
                   : local_   ? pick<int>({SOCK_STREAM, SOCK_STREAM, SOCK_SEQPACKET})
                              : int{SOCK_STREAM};
  const bool nonblock = threads_ == 1 ? !one_in(5) : one_in(3);
  names = {fresh(kind == SOCK_DGRAM ? Kind::udp : Kind::tcp)};
  const auto type = static_cast<std::uint64_t>(kind | (nonblock ? int{SOCK_NONBLOCK} : 0));
  const auto domain = one_in(40)  ? pick<std::uint64_t>({0, 99, 16})
                      : local_    ? std::uint64_t{AF_UNIX}
                      : one_in(6) ? std::uint64_t{AF_INET6}
                                  : std::uint64_t{AF_INET};
  return {CallName::socket, {flags(FlagSet::domain, domain), flags(FlagSet::socket_type, type)}};
}

Call Generator::connect() {
  File* udp = one_of_kind(Kind::udp);
  if (udp != nullptr && one_in(3)) {
    const Value to = ref(one_of_kind(Kind::udp)->name);
    if (local_ && one_in(2)) return {CallName::bind, {to}};  // it has no name before
    return {CallName::connect, {ref(udp->name), to}};
  }
  File* to = one_of_kind(Kind::listener);
  File* from = one_of_kind(Kind::tcp);
  if (to == nullptr || from == nullptr || one_in(8)) {
    const Value any = net();
    const File* known = find(any);
    const Value other = net();
    const bool same = name_in(any) == name_in(other);  // a socket may connect to itself
    if (same || (known != nullptr && known->kind == Kind::tcp)) {
      return {CallName::bind, {any}};
    }
    return {CallName::connect, {any, other}};
  }
  if (to->clients.size() >= kMostWaiting) return {CallName::close, {ref(to->name)}};
  return {CallName::connect, {ref(from->name), ref(to->name)}};
}

Call Generator::accept(std::vector<std::string>& names) {
  File* on = one_of_kind(Kind::listener);
  if (on == nullptr || (threads_ == 1 && on->clients.empty() && !one_in(6))) return message();
  names = {fresh(Kind::tcp)};
  if (!on->clients.empty()) pending_.back().peer = on->clients.front();
  const auto how = static_cast<std::uint64_t>(
      threads_ == 1 && !one_in(4) ? int{SOCK_NONBLOCK} : pick<int>({0, 0, SOCK_CLOEXEC, 1}));
  return {CallName::accept4, {ref(on->name), flags(FlagSet::accept, how)}};
}

Call Generator::message() {
  const Value on = one_in(20) ? file() : net();
  const auto how = static_cast<std::uint64_t>(
      pick<int>({0, 0, MSG_DONTWAIT, MSG_NOSIGNAL, MSG_OOB, MSG_PEEK, MSG_PEEK | MSG_DONTWAIT}));
  const File* known = find(on);
  // What AF_UNIX makes of these is not modelled.
  const bool local = local_ || (known != nullptr && known->kind == Kind::stream);
  const bool oob = (how & MSG_OOB) != 0 && local;
  const Value with = flags(FlagSet::message, oob ? 0 : how);
  if (one_in(2)) return {CallName::send, {on, amount_for(known), with}};
  return {CallName::recv, {on, number(pick({1, 1, 2, 8, 100, 2000, 0})), with}};
}

// More than always fits into a connection, and room again.
Call Generator::crowd() {
  // Ends that were accepted; of either a name may be closed, and its number another file's.
  std::vector<std::pair<std::string, std::string>> ends;
  for (const File& f : files()) {
    const File* peer = f.kind == Kind::tcp && f.peer != f.name ? find(ref(f.peer)) : nullptr;
    if (peer != nullptr && peer->kind == Kind::tcp) ends.emplace_back(f.name, f.peer);
  }
  if (ends.empty() || calm_) return message();
  auto [reader, writer] = one_of(ends);
  if (one_in(4)) std::swap(reader, writer);
  switch (upto(6)) {
    case 0:
      return {CallName::fill, {ref(writer)}};
    case 1:
      return {CallName::write, {ref(writer), number(pick({20'000, 60'000, 3'000'000}))}};
    case 2:
      return {CallName::drain, {ref(reader)}};
    case 3:
      return {CallName::read, {ref(reader), number(pick({3000, 100'000, 100'000, 5'000'000}))}};
    default: {
      const Value ep = epoll();
      next_.push_back({CallName::epoll_wait, {ep, number(64), number(0)}});
      next_.push_back({CallName::fill, {ref(writer)}});
      next_.push_back({CallName::drain, {ref(reader)}});
      return {CallName::epoll_ctl,
              {ep, flags(FlagSet::ctl_op, EPOLL_CTL_ADD), ref(writer),
               flags(FlagSet::epoll_events, EPOLLOUT | (one_in(2) ? EPOLLET : mask()))}};
    }
  }
}

Call Generator::option() {
  const Value on = net();
  const int name = pick<int>({SO_ERROR, SO_ERROR, SO_RCVLOWAT, SO_LINGER, SO_OOBINLINE,
                              SO_KEEPALIVE, SO_TYPE, SO_ACCEPTCONN, SO_REUSEADDR});
  const auto of = static_cast<std::uint64_t>(one_in(10) ? socket_option(IPPROTO_TCP, TCP_NODELAY)
                                                        : socket_option(SOL_SOCKET, name));
  const File* known = find(on);
  if (known != nullptr && known->kind == Kind::stream) {
    return {CallName::getsockopt,
            {on, flags(FlagSet::socket_option, socket_option(SOL_SOCKET, SO_ERROR))}};
  }
  const Value which = flags(FlagSet::socket_option, of);
  if (name == SO_ERROR || one_in(2)) return {CallName::getsockopt, {on, which}};
  const int value = name == SO_LINGER ? pick({0, 0, -1}) : pick({0, 1, 1, 2, 5, 100});
  return {CallName::setsockopt, {on, which, number(value)}};
}

// Of a socket of AF_UNIX.
Call Generator::buffer_size(const Value& on) {
  const int name = one_in(3) ? SO_RCVBUF : SO_SNDBUF;
  const auto of = static_cast<std::uint64_t>(socket_option(SOL_SOCKET, name));
  const Value which = flags(FlagSet::socket_option, of);
  if (one_in(4)) return {CallName::getsockopt, {on, which}};
  return {CallName::setsockopt,
          {on, which, number(pick({0, 0, 2000, 5000, 30'000, 100'000, 300'000, -1}))}};
}

Call Generator::connection(std::vector<std::string>& names) {
  if (posts_ && !one_in(4)) return post(names);
  const auto sockets = static_cast<std::size_t>(
      std::ranges::count_if(files(), [](const File& f) { return is_net(&f); }));
  if (sockets < 3 || (sockets < kMostSockets && one_in(6))) return socket(names);
  if (one_of_kind(Kind::listener) == nullptr || one_in(15)) {
    const Value on = net();
    if (one_in(local_ ? 2 : 5)) return {CallName::bind, {on}};
    const int backlog = local_ && one_in(2) ? pick({0, 0, 1, 2}) : kBacklog;
    return {CallName::listen, {on, number(one_in(20) ? -1 : backlog)}};
  }
  const int n = upto(22);
  if (n >= 20) return crowd();
  if (n < 5) return connect();
  if (n < 8) return accept(names);
  if (n < 12) return message();
  if (n < 14) return option();
  if (n < 16) {
    const auto how =
        static_cast<std::uint64_t>(pick<int>({SHUT_RD, SHUT_WR, SHUT_WR, SHUT_RDWR, 3}));
    return {CallName::shutdown, {net(), flags(FlagSet::shutdown_how, how)}};
  }
  if (n < 17) return {CallName::close, {net()}};
  if (n < 18) return {CallName::read, {net(), number(pick({1, 3, 8, 3000}))}};
  return write_to(net());
}

}  // namespace epollscope::trial
