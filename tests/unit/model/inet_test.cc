// Sockets of the internet, each fact on the model and on the real kernel: what an edge-triggered
// item that wants everything is told after each call, and in which order several are.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <vector>

#include "tests/unit/model/desk.h"
#include "tests/unit/model/real_calls.h"

namespace epollscope::test {
namespace {

constexpr std::uint32_t kAll = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;
constexpr std::uint32_t kEnded = EPOLLIN | EPOLLOUT | EPOLLRDHUP;
constexpr std::uint32_t kReset = kEnded | EPOLLERR | EPOLLHUP;
constexpr int kDefault = 0;

// Both kernels, which must agree about everything.
class Inet : public testing::Test {
 protected:
  std::int64_t run(const Operation& op, const std::string& bytes = {}) {
    const auto ours = desk_.call(op, bytes);
    const Outcome theirs = real_.call({op, bytes});
    EXPECT_FALSE(ours.blocked);
    EXPECT_EQ(ours.outcome.returned, theirs.returned);
    EXPECT_EQ(ours.outcome.error, theirs.error);
    EXPECT_EQ(ours.outcome.bytes, theirs.bytes);
    EXPECT_EQ(ours.outcome.value, theirs.value);
    EXPECT_EQ(Desk::reports(ours.outcome), Desk::reports(theirs));
    EXPECT_EQ(desk_.m.not_modelled(), std::nullopt);
    for (const Fd fd : desk_.m.touched()) {
      const auto said = desk_.m.level(fd);
      EXPECT_EQ(said->revents, real_.level(fd)) << "of " << fd.value;
      if (said->readable_bytes >= 0) {
        EXPECT_EQ(said->readable_bytes, real_.readable(fd)) << "of " << fd.value;
      }
    }
    last_ = theirs;
    return theirs.failed() ? -theirs.error : theirs.returned;
  }

  Fd made() { return last_.created.at(0); }
  Fd socket(int type, int domain = AF_INET) {
    run(Socket{domain, type});
    return made();
  }
  Fd listener() {
    const Fd fd = socket(SOCK_STREAM | SOCK_NONBLOCK);
    EXPECT_EQ(run(Listen{fd, 8}), 0);
    return fd;
  }
  // A connection: the end that connected, and the one that was accepted.
  std::pair<Fd, Fd> connection(Fd listener) {
    const Fd client = socket(SOCK_STREAM);
    EXPECT_EQ(run(Connect{client, listener}), 0);
    run(Accept4{listener, SOCK_NONBLOCK});
    return {client, made()};
  }
  void watch(Fd fd, std::uint32_t mask = kAll) {
    run(EpollCtl{ep_, EPOLL_CTL_ADD, fd, EventArg{mask, static_cast<std::uint64_t>(fd.value)}});
  }
  Reports events() {
    run(EpollWait{ep_, 8, 0});
    return Desk::reports(last_);
  }
  std::int64_t write(Fd fd, const std::string& text) { return run(WriteBytes{fd}, text); }
  std::string read(Fd fd) {
    run(Read{fd, 100});
    return last_.bytes;
  }
  std::int64_t option(Fd fd, int name) {
    run(Getsockopt{fd, socket_option(SOL_SOCKET, name)});
    return static_cast<std::int64_t>(last_.value.value_or(0));
  }
  void set(Fd fd, int name, int value) {
    EXPECT_EQ(run(Setsockopt{fd, socket_option(SOL_SOCKET, name), value}), 0);
  }
  static Reports one(Fd fd, std::uint32_t mask) { return {{fd.value, mask}}; }

  void SetUp() override {
    run(EpollCreate1{0});
    ep_ = made();
  }

  Desk desk_;
  RealCalls real_;
  Outcome last_;
  Fd ep_;
};

TEST_F(Inet, RefusesWhatNoFamilyHas) {
  EXPECT_EQ(run(Socket{AF_INET, SOCK_RAW}), -EPROTONOSUPPORT);
  EXPECT_EQ(run(Socket{AF_INET6, SOCK_SEQPACKET}), -ESOCKTNOSUPPORT);
  EXPECT_EQ(run(Socket{AF_UNIX, 4}), -ESOCKTNOSUPPORT);
  EXPECT_EQ(run(Socket{99, SOCK_STREAM}), -EAFNOSUPPORT);
  EXPECT_EQ(run(Socket{AF_INET, 11}), -EINVAL);
  EXPECT_EQ(run(Socket{AF_INET, SOCK_STREAM | 0x100}), -EINVAL);
}

TEST_F(Inet, TakesSocketCallsOnSocketsOnly) {
  EXPECT_EQ(run(Listen{ep_, 1}), -ENOTSOCK);
  EXPECT_EQ(run(Connect{ep_, ep_}), -ENOTSOCK);
  EXPECT_EQ(run(Accept4{ep_, 1}), -EINVAL);
  EXPECT_EQ(run(Accept4{ep_, kDefault}), -ENOTSOCK);
  EXPECT_EQ(run(SendBytes{ep_, 0}, "x"), -ENOTSOCK);
  EXPECT_EQ(run(Recv{Fd{77}, 1, 0}), -EBADF);
  const Fd udp = socket(SOCK_DGRAM);
  EXPECT_EQ(run(Accept4{udp, kDefault}), -EOPNOTSUPP);
  EXPECT_EQ(run(Listen{udp, 1}), -EOPNOTSUPP);
  const Fd tcp = socket(SOCK_STREAM);
  EXPECT_EQ(run(Accept4{tcp, kDefault}), -EINVAL);
  EXPECT_EQ(run(Bind{tcp}), 0);
  EXPECT_EQ(run(Bind{tcp}), -EINVAL);
  EXPECT_EQ(write(tcp, "x"), -EPIPE);
  EXPECT_EQ(run(Read{tcp, 1}), -ENOTCONN);
}

TEST_F(Inet, TellsOfTheHandshakeInsideConnect) {
  const Fd l = listener();
  watch(l, EPOLLIN | EPOLLET);
  const Fd c = socket(SOCK_STREAM | SOCK_NONBLOCK);
  watch(c);
  EXPECT_EQ(events(), one(c, EPOLLOUT | EPOLLHUP));
  EXPECT_EQ(run(Connect{c, l}), -EINPROGRESS);
  EXPECT_EQ(events(), (Reports{{c.value, EPOLLOUT}, {l.value, EPOLLIN}}));
  EXPECT_EQ(run(Connect{c, l}), 0);
  EXPECT_EQ(run(Connect{c, l}), -EISCONN);
  EXPECT_EQ(events(), Reports{});
  const Fd d = socket(SOCK_STREAM);
  run(Connect{d, l});
  EXPECT_EQ(events(), one(l, EPOLLIN)) << "each connection is an edge, accepted or not";
  run(Accept4{l, kDefault});
  EXPECT_EQ(events(), Reports{});
}

TEST_F(Inet, TellsOfARefusedConnection) {
  const Fd nobody = socket(SOCK_STREAM);
  run(Bind{nobody});
  const Fd c = socket(SOCK_STREAM | SOCK_NONBLOCK);
  watch(c);
  events();
  EXPECT_EQ(run(Connect{c, nobody}), -EINPROGRESS);
  EXPECT_EQ(events(), one(c, kReset));
  EXPECT_EQ(option(c, SO_ERROR), ECONNREFUSED);
  EXPECT_EQ(run(Connect{c, nobody}), -ECONNABORTED) << "the reason was taken already";
  EXPECT_EQ(run(Connect{c, nobody}), -EINPROGRESS) << "a new attempt";
  const Fd d = socket(SOCK_STREAM);
  watch(d);
  events();
  EXPECT_EQ(run(Connect{d, nobody}), -ECONNREFUSED);
  EXPECT_EQ(events(), one(d, EPOLLOUT | EPOLLHUP)) << "as new";
}

TEST_F(Inet, WakesTheReaderByEachSegment) {
  const auto [c, s] = connection(listener());
  watch(s, EPOLLIN | EPOLLOUT | EPOLLET);
  watch(c, EPOLLOUT | EPOLLET);
  events();
  write(c, "ab");
  EXPECT_EQ(events(), one(s, EPOLLIN | EPOLLOUT));
  write(c, "cd");
  EXPECT_EQ(events(), one(s, EPOLLIN | EPOLLOUT)) << "without a read";
  run(Read{s, 1});
  EXPECT_EQ(events(), Reports{});
  EXPECT_EQ(read(s), "bcd");
  EXPECT_EQ(events(), Reports{}) << "a read wakes neither end";
}

TEST_F(Inet, WaitsForAsMuchAsTheReaderWants) {
  const auto [c, s] = connection(listener());
  set(s, SO_RCVLOWAT, 4);
  watch(s, EPOLLIN | EPOLLET);
  write(c, "abc");
  EXPECT_EQ(events(), Reports{});
  set(s, SO_RCVLOWAT, 3);
  EXPECT_EQ(events(), one(s, EPOLLIN)) << "to want less is news as well";
  EXPECT_EQ(option(s, SO_RCVLOWAT), 3);
}

TEST_F(Inet, TellsHowEachDirectionEnds) {
  const auto [c, s] = connection(listener());
  watch(c);
  watch(s);
  events();
  EXPECT_EQ(run(Shutdown{c, SHUT_WR}), 0);
  EXPECT_EQ(events(), (Reports{{s.value, kEnded}, {c.value, EPOLLOUT}}));
  EXPECT_EQ(run(Shutdown{s, SHUT_WR}), 0);
  EXPECT_EQ(events(), (Reports{{c.value, kEnded | EPOLLHUP}, {s.value, kEnded | EPOLLHUP}}));
  EXPECT_EQ(run(Shutdown{s, SHUT_WR}), -ENOTCONN);
  EXPECT_EQ(events(), one(s, kEnded | EPOLLHUP)) << "a failing shutdown() wakes as well";
}

TEST_F(Inet, EndsReadingForItselfAlone) {
  const auto [c, s] = connection(listener());
  watch(c);
  watch(s);
  events();
  EXPECT_EQ(run(Shutdown{c, SHUT_RD}), 0);
  EXPECT_EQ(events(), one(c, kEnded));
  write(s, "late");
  EXPECT_EQ(read(c), "late") << "it is received all the same";
  EXPECT_EQ(read(c), "");
}

TEST_F(Inet, ResetsWhenBytesComeForNobody) {
  const auto [c, s] = connection(listener());
  watch(c);
  watch(s);
  events();
  run(Shutdown{c, SHUT_RDWR});
  events();
  EXPECT_EQ(write(s, "x"), 1);
  EXPECT_EQ(events(), (Reports{{c.value, kReset}, {s.value, kReset}}));
  EXPECT_EQ(option(c, SO_ERROR), ECONNRESET);
  EXPECT_EQ(option(s, SO_ERROR), EPIPE);
}

TEST_F(Inet, ResetsInsteadOfAnOrdinaryEnd) {
  const Fd l = listener();
  const auto unread = connection(l), lingering = connection(l), closed = connection(l);
  for (const auto& [c, s] : {unread, lingering, closed}) watch(c);
  events();
  write(unread.first, "x");
  run(Close{unread.second});
  EXPECT_EQ(events(), one(unread.first, kReset));
  set(lingering.second, SO_LINGER, 0);
  run(Close{lingering.second});
  EXPECT_EQ(events(), one(lingering.first, kReset));
  EXPECT_EQ(run(Read{lingering.first, 1}), -ECONNRESET);
  EXPECT_EQ(run(Read{lingering.first, 1}), 0);
  run(Close{closed.second});
  EXPECT_EQ(events(), one(closed.first, kEnded));
  EXPECT_EQ(write(closed.first, "x"), 1);
  EXPECT_EQ(events(), one(closed.first, kReset));
  EXPECT_EQ(write(closed.first, "x"), -EPIPE);
}

TEST_F(Inet, TellsClientsThatNobodyWillAcceptThem) {
  const Fd l = listener();
  const Fd c = socket(SOCK_STREAM), d = socket(SOCK_STREAM);
  run(Connect{c, l});
  watch(l);
  watch(c);
  events();
  EXPECT_EQ(run(Shutdown{l, SHUT_WR}), 0);
  EXPECT_EQ(run(Shutdown{l, SHUT_RD}), 0);
  EXPECT_EQ(events(), (Reports{{l.value, EPOLLOUT | EPOLLHUP}, {c.value, kReset}}));
  EXPECT_EQ(run(Accept4{l, kDefault}), -EINVAL);
  EXPECT_EQ(run(Listen{l, 8}), 0) << "and again";
  EXPECT_EQ(run(Connect{d, l}), 0);
  run(Close{l});
  EXPECT_EQ(read(d), "");
}

TEST_F(Inet, GivesWhatWasSentBeforeTheAccept) {
  const Fd l = listener();
  const Fd c = socket(SOCK_STREAM);
  run(Connect{c, l});
  write(c, "early");
  run(Close{c});
  run(Accept4{l, kDefault});
  const Fd s = made();
  EXPECT_EQ(read(s), "early");
  EXPECT_EQ(read(s), "");
}

TEST_F(Inet, KeepsUrgentDataApart) {
  const auto [c, s] = connection(listener());
  watch(s);
  events();
  EXPECT_EQ(run(SendBytes{c, MSG_OOB}, "ab!"), 3);
  EXPECT_EQ(events(), one(s, EPOLLIN | EPOLLPRI | EPOLLOUT));
  write(c, "cd");
  EXPECT_EQ(events(), one(s, EPOLLIN | EPOLLPRI | EPOLLOUT));
  EXPECT_EQ(read(s), "ab") << "up to the mark";
  EXPECT_EQ(run(Recv{s, 1, MSG_OOB | MSG_PEEK}), 1);
  EXPECT_EQ(run(Recv{s, 1, MSG_OOB}), 1);
  EXPECT_EQ(run(Recv{s, 1, MSG_OOB}), -EINVAL);
  EXPECT_EQ(read(s), "cd");
  EXPECT_EQ(run(SendBytes{c, MSG_OOB}, "1"), 1);
  EXPECT_EQ(events(), one(s, EPOLLPRI | EPOLLOUT)) << "alone it is nothing to read";
  EXPECT_EQ(run(SendBytes{c, MSG_OOB}, "2"), 1);
  EXPECT_EQ(run(Recv{s, 1, MSG_OOB}), 1);
  EXPECT_EQ(last_.bytes, "2");
  set(s, SO_OOBINLINE, 1);
  run(SendBytes{c, MSG_OOB}, "3");
  EXPECT_EQ(run(Recv{s, 1, MSG_OOB}), -EINVAL);
  read(s);
}

TEST_F(Inet, LooksWithoutTaking) {
  const auto [c, s] = connection(listener());
  write(c, "abc");
  EXPECT_EQ(run(Recv{s, 2, MSG_PEEK}), 2);
  EXPECT_EQ(read(s), "abc");
  EXPECT_EQ(run(Recv{c, 1, MSG_DONTWAIT}), -EAGAIN);
  EXPECT_EQ(run(Recv{s, 0, 0}), -EAGAIN);
}

TEST_F(Inet, WakesWhoSendsByUdp) {
  const Fd a = socket(SOCK_DGRAM), b = socket(SOCK_DGRAM | SOCK_NONBLOCK);
  run(Bind{b});
  EXPECT_EQ(write(a, "x"), -EDESTADDRREQ);
  EXPECT_EQ(run(Connect{a, b}), 0);
  watch(a);
  watch(b);
  events();
  write(a, "one");
  EXPECT_EQ(events(), (Reports{{a.value, EPOLLOUT}, {b.value, EPOLLIN | EPOLLOUT}}));
  write(a, "");
  EXPECT_EQ(events(), (Reports{{a.value, EPOLLOUT}, {b.value, EPOLLIN | EPOLLOUT}}));
  EXPECT_EQ(run(Read{b, 2}), 2);
  EXPECT_EQ(run(Read{b, 8}), 0);
  EXPECT_EQ(events(), Reports{});
  EXPECT_EQ(run(Read{b, 8}), -EAGAIN);
  EXPECT_EQ(run(Shutdown{b, SHUT_RD}), -ENOTCONN);
  EXPECT_EQ(events(), one(b, kEnded));
  run(Shutdown{a, SHUT_WR});
  EXPECT_EQ(events(), one(a, EPOLLOUT));
  EXPECT_EQ(write(a, "x"), -EPIPE);
}

TEST_F(Inet, DiffersBetweenTheFamilies) {
  for (const int domain : {AF_INET, AF_INET6}) {
    const bool v6 = domain == AF_INET6;
    const Fd a = socket(SOCK_DGRAM, domain), b = socket(SOCK_DGRAM, domain);
    EXPECT_EQ(run(SendAmount{a, 70000, 0}), v6 ? -EDESTADDRREQ : -EMSGSIZE);
    run(Bind{b});
    EXPECT_EQ(run(Connect{a, b}), 0);
    EXPECT_EQ(run(SendBytes{a, MSG_OOB}, "x"), v6 ? 1 : -EOPNOTSUPP);
    EXPECT_EQ(run(SendAmount{a, 65528, 0}), -EMSGSIZE);
  }
  const Fd four = socket(SOCK_STREAM), six = socket(SOCK_STREAM, AF_INET6);
  run(Bind{four});
  run(Bind{six});
  EXPECT_EQ(run(Connect{socket(SOCK_STREAM), six}), -EAFNOSUPPORT);
  EXPECT_EQ(run(Connect{socket(SOCK_STREAM, AF_INET6), four}), -EINVAL);
}

TEST_F(Inet, HearsOfAClosedPort) {
  const Fd a = socket(SOCK_DGRAM), b = socket(SOCK_DGRAM);
  run(Bind{b});
  run(Connect{a, b});
  watch(a);
  events();
  run(Close{b});
  EXPECT_EQ(events(), Reports{});
  EXPECT_EQ(write(a, "x"), 1);
  EXPECT_EQ(events(), one(a, EPOLLOUT | EPOLLERR));
  EXPECT_EQ(write(a, "x"), -ECONNREFUSED);
  EXPECT_EQ(write(a, "x"), 1);
  EXPECT_EQ(option(a, SO_ERROR), ECONNREFUSED);
}

TEST_F(Inet, ReceivesFromThePeerAlone) {
  const Fd a = socket(SOCK_DGRAM), b = socket(SOCK_DGRAM | SOCK_NONBLOCK), c = socket(SOCK_DGRAM);
  for (const Fd fd : {a, b, c}) run(Bind{fd});
  run(Connect{a, b});
  run(Connect{b, c});
  EXPECT_EQ(write(a, "x"), 1);
  EXPECT_EQ(option(a, SO_ERROR), ECONNREFUSED);
  run(Connect{b, a});
  EXPECT_EQ(write(a, "x"), 1);
  EXPECT_EQ(read(b), "x");
}

TEST_F(Inet, ConnectsLocallyAndTellsTheListenerAlone) {
  const Fd l = socket(SOCK_STREAM | SOCK_NONBLOCK, AF_UNIX);
  EXPECT_EQ(run(Listen{l, 8}), -EINVAL) << "it has no name";
  EXPECT_EQ(run(Bind{l}), 0);
  EXPECT_EQ(run(Bind{l}), 0) << "a second time: nothing";
  EXPECT_EQ(run(Listen{l, 8}), 0);
  EXPECT_EQ(option(l, SO_ACCEPTCONN), 1);
  const Fd c = socket(SOCK_STREAM, AF_UNIX), d = socket(SOCK_STREAM, AF_UNIX);
  EXPECT_EQ(write(c, "x"), -ENOTCONN);
  EXPECT_EQ(run(Read{c, 1}), -EINVAL);
  watch(l);
  watch(c);
  EXPECT_EQ(events(), one(c, EPOLLOUT | EPOLLHUP));
  EXPECT_EQ(run(Connect{c, l}), 0);
  EXPECT_EQ(events(), one(l, EPOLLIN)) << "who connects is told nothing";
  EXPECT_EQ(run(Connect{c, l}), -EISCONN);
  write(c, "early");
  run(Accept4{l, kDefault});
  const Fd s = made();
  watch(s);
  EXPECT_EQ(events(), one(s, EPOLLIN | EPOLLOUT));
  EXPECT_EQ(read(s), "early");
  EXPECT_EQ(events(), one(c, EPOLLOUT)) << "a read wakes the sender";
  EXPECT_EQ(run(Connect{d, s}), 0) << "it has the listener's name";
  watch(d);
  events();
  run(Close{l});
  EXPECT_EQ(events(), one(d, kReset)) << "nobody will accept it";
  EXPECT_EQ(option(d, SO_ERROR), ECONNRESET);
  EXPECT_EQ(run(Connect{socket(SOCK_STREAM, AF_UNIX), s}), -ECONNREFUSED);
  run(Close{s});
  EXPECT_EQ(events(), one(c, kEnded | EPOLLHUP));
}

TEST_F(Inet, KeepsMessagesWholeBetweenLocalSockets) {
  const Fd l = socket(SOCK_SEQPACKET, AF_UNIX);
  run(Bind{l});
  run(Listen{l, 8});
  const Fd stream = socket(SOCK_STREAM, AF_UNIX), c = socket(SOCK_SEQPACKET, AF_UNIX);
  EXPECT_EQ(run(Connect{stream, l}), -ECONNREFUSED) << "of another type";
  EXPECT_EQ(write(c, "x"), -ENOTCONN);
  EXPECT_EQ(run(Read{c, 1}), -ENOTCONN);
  EXPECT_EQ(run(Connect{c, l}), 0);
  run(Accept4{l, kDefault});
  const Fd s = made();
  write(c, "one");
  write(c, "two");
  EXPECT_EQ(run(Recv{s, 2, MSG_PEEK}), 2);
  EXPECT_EQ(read(s), "one");
  EXPECT_EQ(read(s), "two");
}

TEST_F(Inet, SendsAndReceivesOnPairs) {
  run(SocketPair{AF_UNIX, SOCK_STREAM});
  const auto [a, b] = Desk::two(last_);
  EXPECT_EQ(run(SendBytes{a, MSG_DONTWAIT}, "abc"), 3);
  EXPECT_EQ(run(Recv{b, 2, MSG_PEEK}), 2);
  EXPECT_EQ(read(b), "abc");
  EXPECT_EQ(run(Recv{b, 1, MSG_DONTWAIT}), -EAGAIN);
  run(SocketPair{AF_UNIX, SOCK_DGRAM});
  const auto [x, y] = Desk::two(last_);
  EXPECT_EQ(run(SendBytes{x, MSG_OOB}, "abc"), -EOPNOTSUPP);
  EXPECT_EQ(run(SendBytes{x, 0}, "abc"), 3);
  EXPECT_EQ(run(Recv{y, 2, MSG_PEEK}), 2);
  EXPECT_EQ(run(Recv{y, 0, 0}), 0) << "takes the message";
  EXPECT_EQ(run(Recv{y, 1, MSG_DONTWAIT}), -EAGAIN);
}

TEST_F(Inet, RemembersOptions) {
  const Fd s = socket(SOCK_STREAM);
  for (const int name : {SO_KEEPALIVE, SO_REUSEADDR, SO_OOBINLINE}) {
    EXPECT_EQ(option(s, name), 0);
    set(s, name, 7);
    EXPECT_EQ(option(s, name), 1);
  }
  EXPECT_EQ(option(s, SO_LINGER), -1);
  set(s, SO_LINGER, 3);
  EXPECT_EQ(option(s, SO_LINGER), 3);
  EXPECT_EQ(option(s, SO_TYPE), SOCK_STREAM);
  EXPECT_EQ(option(s, SO_ACCEPTCONN), 0);
  EXPECT_EQ(run(Setsockopt{s, socket_option(SOL_SOCKET, SO_ERROR), 0}), -ENOPROTOOPT);
  run(Setsockopt{s, socket_option(IPPROTO_TCP, TCP_NODELAY), 1});
  EXPECT_EQ(run(Getsockopt{s, socket_option(IPPROTO_TCP, TCP_NODELAY)}), 0);
  EXPECT_EQ(last_.value, 1);
}

}  // namespace
}  // namespace epollscope::test
