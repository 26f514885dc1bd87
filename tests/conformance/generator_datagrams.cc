// The part of the generator that has datagram sockets of AF_UNIX send to one another.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>

#include "tests/conformance/generator.h"
#include "tests/conformance/values.h"

namespace epollscope::trial {
namespace {

constexpr std::ptrdiff_t kFewCorrespondents = 3, kMostCorrespondents = 6;
constexpr int kPlaces = 11;  // in a queue, where nobody changed that

}  // namespace

// As many messages as a queue takes, now and then one less or more; the sender is watched, and room
// is made.
Call Generator::crowd_of_datagrams() {
  const Value from = ref(one_of_kind(Kind::udp)->name);
  const File* sender = find(from);
  const Value to = find(ref(sender->peer)) != nullptr ? ref(sender->peer) : from;
  const Value ep = epoll();
  const Value zero = flags(FlagSet::message, 0), dontwait = flags(FlagSet::message, MSG_DONTWAIT);
  for (int i = upto(3); i < kPlaces + 1; ++i) {
    next_.push_back({CallName::send, {from, number(1), dontwait}});
  }
  if (one_in(2)) next_.push_back({CallName::epoll_wait, {ep, number(8), number(0)}});
  if (one_in(2)) next_.push_back({CallName::send, {from, number(1), one_in(2) ? zero : dontwait}});
  if (!one_in(4)) next_.push_back({CallName::recv, {to, number(8), dontwait}});
  return {CallName::epoll_ctl,
          {ep, flags(FlagSet::ctl_op, one_in(3) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD), from,
           flags(FlagSet::epoll_events, EPOLLOUT | (one_in(2) ? EPOLLET : mask()))}};
}

Call Generator::post(std::vector<std::string>& names) {
  const auto those = std::ranges::count(files(), Kind::udp, &File::kind);
  if (those < kFewCorrespondents || (those < kMostCorrespondents && one_in(8))) {
    names = {fresh(Kind::udp)};
    const bool nonblock = threads_ == 1 ? !one_in(8) : one_in(3);
    const auto type = static_cast<std::uint64_t>((one_in(20) ? int{SOCK_RAW} : int{SOCK_DGRAM}) |
                                                 (nonblock ? int{SOCK_NONBLOCK} : 0));
    return {CallName::socket, {flags(FlagSet::domain, AF_UNIX), flags(FlagSet::socket_type, type)}};
  }
  const Value one = ref(one_of_kind(Kind::udp)->name);
  // Most send to the same one.
  const auto first = std::ranges::find(files(), Kind::udp, &File::kind);
  const Value other = one_in(3) ? ref(one_of_kind(Kind::udp)->name) : ref(first->name);
  switch (upto(16)) {
    case 0:
    case 1:
      return {CallName::bind, {other}};
    case 2:
    case 3:
    case 4:
    case 5:
      return {CallName::connect, {one, other}};
    case 6:
    case 7:
    case 8:
      return crowd_of_datagrams();
    case 9:
      return {CallName::epoll_ctl,
              {epoll(), flags(FlagSet::ctl_op, EPOLL_CTL_ADD), one,
               flags(FlagSet::epoll_events, EPOLLOUT | mask())}};
    case 10:
      return write_to(one);
    case 11:
    case 12:
      return {CallName::recv,
              {other, number(pick({1, 2, 100})),
               flags(FlagSet::message,
                     static_cast<std::uint64_t>(pick<int>({0, MSG_DONTWAIT, MSG_PEEK})))}};
    case 13:
      return {one_in(2) ? CallName::drain : CallName::fill, {one_in(2) ? one : other}};
    case 14:
      if (!one_in(4)) break;
      return {CallName::close, {other}};
    default:
      break;
  }
  return message();
}

}  // namespace epollscope::trial
