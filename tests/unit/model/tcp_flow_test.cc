// A TCP connection that holds more than always fits: what was seen of it is an input, what follows
// from it the model's own.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>

#include "tests/unit/model/desk.h"

namespace epollscope::test {
namespace {

class TcpFlow : public testing::Test {
 protected:
  TcpFlow() {
    listener_ = socket();
    desk_.run(Listen{listener_, 8});
    out_ = socket();
    desk_.run(Connect{out_, listener_});
    in_ = desk_.call(Accept4{listener_, SOCK_NONBLOCK}).outcome.created.at(0);
    ep_ = desk_.epoll();
    desk_.add(ep_, out_, EPOLLOUT | EPOLLET);
    desk_.add(ep_, in_, EPOLLIN | EPOLLET);
    EXPECT_EQ(desk_.wait(ep_), (Reports{{out_.value, EPOLLOUT}}));
  }
  Fd socket() {
    return desk_.call(Socket{AF_INET, SOCK_STREAM | SOCK_NONBLOCK}).outcome.created.at(0);
  }
  std::int64_t moves(const Operation& op, std::uint64_t bytes) {
    EXPECT_TRUE(desk_.m.amount_is_open({op, {}}));
    desk_.m.amount_seen(bytes);
    return desk_.run(op);
  }
  void seen(std::uint64_t unsent, bool writable) {
    ASSERT_EQ(desk_.m.flows().size(), 1U);
    EXPECT_EQ(desk_.m.flows().front().fd, out_);
    desk_.m.flow_seen(desk_.m.flows().front().sender, unsent, writable);
  }
  std::uint32_t level(Fd fd) { return desk_.m.level(fd)->revents; }
  std::int64_t readable() { return desk_.m.level(in_)->readable_bytes; }

  Desk desk_;
  Fd listener_, ep_, out_, in_;
};

TEST_F(TcpFlow, WhatAlwaysFitsIsForetold) {
  EXPECT_FALSE(desk_.m.amount_is_open({WriteAmount{out_, 1000}, {}}));
  EXPECT_EQ(desk_.write(out_, 1000), 1000);
  EXPECT_TRUE(desk_.m.flows().empty());
  EXPECT_EQ(desk_.m.not_modelled(), std::nullopt);
}

TEST_F(TcpFlow, WithoutAnInputTheModelSaysThatItDoesNotKnow) {
  desk_.write(out_, 1'000'000);
  EXPECT_EQ(desk_.m.not_modelled(), "how much a TCP connection holds");
}

TEST_F(TcpFlow, TakesWhatWasSeenAndPassesItOnAsSeen) {
  EXPECT_EQ(moves(WriteAmount{out_, 1'000'000}, 300'000), 300'000);
  EXPECT_EQ(readable(), 0);
  EXPECT_EQ(desk_.wait(ep_), Reports{});
  seen(200'000, false);
  EXPECT_EQ(readable(), 100'000);
  EXPECT_EQ(level(out_), 0U);
  EXPECT_EQ(desk_.wait(ep_), (Reports{{in_.value, EPOLLIN}}));
  seen(200'000, false);  // nothing new
  EXPECT_EQ(desk_.wait(ep_), Reports{});
  EXPECT_EQ(desk_.m.not_modelled(), std::nullopt);
}

TEST_F(TcpFlow, WhoMetEagainHearsOfRoomOnce) {
  EXPECT_EQ(moves(Fill{out_}, 300'000), 300'000);
  seen(200'000, false);
  EXPECT_EQ(desk_.wait(ep_), (Reports{{in_.value, EPOLLIN}}));
  EXPECT_EQ(moves(Read{in_, 10}, 10), 10);
  seen(200'000, false);
  EXPECT_EQ(desk_.wait(ep_), Reports{});
  EXPECT_EQ(moves(Read{in_, 90'000}, 90'000), 90'000);
  seen(200'000, true);
  EXPECT_EQ(desk_.wait(ep_), (Reports{{out_.value, EPOLLOUT}}));
  seen(200'000, true);
  EXPECT_EQ(desk_.wait(ep_), Reports{});
}

TEST_F(TcpFlow, WhoMetNoneHearsNothing) {
  EXPECT_EQ(moves(WriteAmount{out_, 300'000}, 300'000), 300'000);
  seen(0, false);
  desk_.wait(ep_);
  seen(0, true);
  EXPECT_EQ(level(out_), static_cast<std::uint32_t>(EPOLLOUT));
  EXPECT_EQ(desk_.wait(ep_), Reports{});
}

TEST_F(TcpFlow, LookingForRoomIsAWishToHearOfIt) {
  EXPECT_EQ(moves(WriteAmount{out_, 300'000}, 300'000), 300'000);
  seen(0, false);
  EXPECT_EQ(desk_.mod(ep_, out_, EPOLLOUT | EPOLLET), 0);  // asks the file
  desk_.wait(ep_);
  seen(0, true);
  EXPECT_EQ(desk_.wait(ep_), (Reports{{out_.value, EPOLLOUT}}));
}

TEST_F(TcpFlow, DrainTakesWhatComesMeanwhile) {
  EXPECT_EQ(moves(Fill{out_}, 300'000), 300'000);
  seen(200'000, false);
  EXPECT_EQ(moves(Drain{in_}, 300'000), 300'000);
  seen(0, true);
  // An edge of each: both joined the list on the way, and nothing is left to read.
  EXPECT_EQ(desk_.wait(ep_), (Reports{{out_.value, EPOLLOUT}}));
  EXPECT_TRUE(desk_.m.flows().empty());
  EXPECT_FALSE(desk_.m.amount_is_open({WriteAmount{out_, 1000}, {}}));
}

TEST_F(TcpFlow, TextComesOutAsItWentIn) {
  desk_.m.amount_seen(40'000);
  desk_.call(WriteBytes{out_}, std::string(20'000, 'a') + std::string(20'000, 'b'));
  seen(15'000, true);
  EXPECT_EQ(desk_.call(Read{in_, 30'000}).outcome.bytes,
            std::string(20'000, 'a') + std::string(5'000, 'b'));
  seen(0, true);
  EXPECT_EQ(desk_.call(Read{in_, 30'000}).outcome.bytes, std::string(15'000, 'b'));
}

TEST_F(TcpFlow, MoreUnsentThanWrittenIsNotModelled) {
  EXPECT_EQ(moves(Fill{out_}, 300'000), 300'000);
  seen(300'001, false);
  EXPECT_EQ(desk_.m.not_modelled(), "bytes that TCP sends once more");
}

TEST_F(TcpFlow, AnEndBehindBytesThatWaitIsNotModelled) {
  EXPECT_EQ(moves(Fill{out_}, 300'000), 300'000);
  seen(200'000, false);
  desk_.run(Shutdown{out_, SHUT_WR});
  EXPECT_EQ(desk_.m.not_modelled(), "the end of a TCP connection behind bytes that wait for room");
}

TEST_F(TcpFlow, WhoTakesNoMoreBeforeAllCameIsNotModelled) {
  const std::string no_more = "bytes that wait for room at an end that takes no more";
  EXPECT_EQ(moves(Fill{out_}, 300'000), 300'000);
  seen(200'000, false);
  desk_.run(Shutdown{in_, SHUT_RD});
  EXPECT_EQ(desk_.m.not_modelled(), std::nullopt);
  Machine closed = desk_.m;
  desk_.run(Shutdown{in_, SHUT_WR});
  EXPECT_EQ(desk_.m.not_modelled(), no_more);

  desk_.m = std::move(closed);
  EXPECT_EQ(moves(Drain{in_}, 100'000), 100'000);
  desk_.run(Close{in_});
  EXPECT_EQ(desk_.m.not_modelled(), no_more);
}

TEST_F(TcpFlow, AResetLeavesAnEmptySocket) {
  EXPECT_EQ(moves(WriteAmount{out_, 300'000}, 300'000), 300'000);
  seen(200'000, false);
  desk_.run(Close{in_});
  EXPECT_LT(desk_.run(Connect{out_, listener_}), 0);  // tells of the reset, and forgets it
  EXPECT_EQ(level(out_), static_cast<std::uint32_t>(EPOLLOUT | EPOLLHUP));
  EXPECT_EQ(desk_.m.not_modelled(), std::nullopt);
}

TEST_F(TcpFlow, TheReadersEndResetsBothAndNothingIsHeldBack) {
  EXPECT_EQ(moves(Fill{out_}, 300'000), 300'000);
  seen(200'000, false);
  desk_.run(Close{in_});
  EXPECT_TRUE(desk_.m.flows().empty());
  EXPECT_EQ(desk_.m.not_modelled(), std::nullopt);
  EXPECT_EQ(level(out_) & EPOLLERR, static_cast<std::uint32_t>(EPOLLERR));
}

}  // namespace
}  // namespace epollscope::test
