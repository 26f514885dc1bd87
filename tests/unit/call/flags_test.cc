#include "core/call/flags.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace epollscope {
namespace {

constexpr std::array kSets = {
    FlagSet::epoll_events,  FlagSet::epoll_create, FlagSet::ctl_op,      FlagSet::file_status,
    FlagSet::eventfd,       FlagSet::domain,       FlagSet::socket_type, FlagSet::shutdown_how,
    FlagSet::fcntl_command, FlagSet::poll_events,  FlagSet::clock,       FlagSet::timerfd,
    FlagSet::signal,        FlagSet::signalfd,     FlagSet::message,     FlagSet::accept,
    FlagSet::socket_option, FlagSet::sigaction,    FlagSet::sigmask_how, FlagSet::signal_action,
    FlagSet::resource,
};

TEST(Flags, AreFoundByBothNames) {
  for (const FlagSet set : kSets) {
    for (const Flag& f : flags_of(set)) {
      EXPECT_EQ(find_flag(set, f.full), &f);
      EXPECT_EQ(find_flag(set, f.brief), &f);
    }
  }
  EXPECT_EQ(find_flag(FlagSet::epoll_events, "EPOLLINN"), nullptr);
  EXPECT_EQ(find_flag(FlagSet::epoll_events, "in"), nullptr);
  EXPECT_EQ(find_flag(FlagSet::none, "IN"), nullptr);
}

TEST(Flags, PrintInTheOrderOfTheTable) {
  constexpr auto set = FlagSet::epoll_events;
  EXPECT_EQ(print_flags(set, EPOLLIN | EPOLLET), "EPOLLIN|EPOLLET");
  EXPECT_EQ(print_flags(set, EPOLLET | EPOLLRDHUP | EPOLLIN, FlagStyle::brief), "IN|RDHUP|ET");
  EXPECT_EQ(print_flags(set, 0), "0");
}

TEST(Flags, BitsWithoutANameFollowAsOneNumber) {
  EXPECT_EQ(print_flags(FlagSet::epoll_events, EPOLLIN | 0x1000000), "EPOLLIN|0x1000000");
  EXPECT_EQ(print_flags(FlagSet::epoll_create, 5), "0x5");
}

TEST(Flags, AnEnumerationPrintsOneName) {
  EXPECT_EQ(print_flags(FlagSet::ctl_op, EPOLL_CTL_MOD), "EPOLL_CTL_MOD");
  EXPECT_EQ(print_flags(FlagSet::ctl_op, EPOLL_CTL_ADD, FlagStyle::brief), "ADD");
  EXPECT_EQ(print_flags(FlagSet::ctl_op, 99), "0x63");
  EXPECT_EQ(print_flags(FlagSet::shutdown_how, SHUT_RD), "SHUT_RD");  // whose value is 0
  EXPECT_TRUE(is_enumeration(FlagSet::domain));
  EXPECT_FALSE(is_enumeration(FlagSet::epoll_events));
}

// SOCK_SEQPACKET is 5, which has every bit of SOCK_STREAM, 1: these are numbers, not bits.
TEST(Flags, SocketTypesAreNumbersWithFlagsBesides) {
  constexpr auto set = FlagSet::socket_type;
  EXPECT_EQ(print_flags(set, SOCK_SEQPACKET), "SOCK_SEQPACKET");
  EXPECT_EQ(print_flags(set, SOCK_STREAM | SOCK_NONBLOCK), "SOCK_STREAM|SOCK_NONBLOCK");
  EXPECT_EQ(print_flags(set, 3), "0x3");
}

TEST(Flags, TheTableAgreesWithTheHeadersOfThisSystem) {
  EXPECT_EQ(find_flag(FlagSet::epoll_events, "EPOLLEXCLUSIVE")->bits, EPOLLEXCLUSIVE);
  EXPECT_EQ(find_flag(FlagSet::epoll_events, "ET")->bits, EPOLLET);
  EXPECT_EQ(find_flag(FlagSet::file_status, "O_NONBLOCK")->bits, std::uint64_t{O_NONBLOCK});
  EXPECT_EQ(find_flag(FlagSet::fcntl_command, "F_SETFL")->bits, std::uint64_t{F_SETFL});
}

TEST(Errno, HasANameAndBack) {
  EXPECT_EQ(errno_name(EEXIST), "EEXIST");
  EXPECT_EQ(errno_name(ELOOP), "ELOOP");
  for (int e = 1; e < 134; ++e) {
    const std::string name = errno_name(e);
    if (name.front() == 'E') {
      EXPECT_EQ(errno_value(name), e) << name;
    }
  }
}

TEST(Errno, UnknownOnesAreNumbersOrNothing) {
  EXPECT_EQ(errno_name(0), "0");
  EXPECT_EQ(errno_name(9999), "9999");
  EXPECT_EQ(errno_value("EEXISTS"), 0);
  EXPECT_EQ(errno_value(""), 0);
  EXPECT_EQ(errno_value("EWOULDBLOCK"), EAGAIN);
}

}  // namespace
}  // namespace epollscope
