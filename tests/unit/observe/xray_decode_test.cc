#include "core/observe/xray_decode.h"

#include <gtest/gtest.h>

namespace epollscope {
namespace {

xray_record record(xray_kind kind, std::uint64_t self) {
  xray_record r{};
  r.kind = kind;
  r.fd = -1;
  r.self = self;
  return r;
}

xray_record instance(std::uint64_t self, std::uint64_t root) {
  xray_record r = record(XRAY_EVENTPOLL, self);
  r.left = root;
  return r;
}

xray_record descriptor(int fd, std::uint64_t ep) {
  xray_record r = record(XRAY_DESCRIPTOR, ep);
  r.fd = fd;
  r.file = ep + 1;
  return r;
}

// Items 10 < 20 < 30 with 20 at the root, as instance 1, descriptor 5.
std::vector<xray_record> three() {
  std::vector<xray_record> all{descriptor(5, 1), instance(1, 20)};
  for (const std::uint64_t self : {10U, 20U, 30U}) {
    xray_record r = record(XRAY_ITEM, self);
    r.fd = static_cast<int>(self);
    r.parent = self == 20 ? 0 : 20;
    r.left = self == 20 ? 10 : 0;
    r.right = self == 20 ? 30 : 0;
    all.push_back(r);
  }
  return all;
}

TEST(DecodeXray, AddressesBecomeIndexes) {
  auto all = three();
  all.push_back(record(XRAY_READY, 30));
  all.push_back(record(XRAY_READY, 10));
  const auto eps = decode_xray(all);
  ASSERT_TRUE(eps) << eps.error().what;
  ASSERT_EQ(eps->size(), 1U);
  const XrayEventpoll& ep = eps->front();
  EXPECT_EQ(ep.fd, 5);
  EXPECT_EQ(ep.root, 1);
  EXPECT_EQ(ep.items[1].left, 0);
  EXPECT_EQ(ep.items[1].right, 2);
  EXPECT_EQ(ep.items[0].parent, 1);
  EXPECT_EQ(ep.items[1].parent, -1);
  EXPECT_EQ(ep.ready, (std::vector<int>{2, 0}));
}

TEST(DecodeXray, WhatDoesNotFitTogetherIsRefused) {
  const auto refused = [](std::vector<xray_record> all) { return !decode_xray(all).has_value(); };
  EXPECT_FALSE(refused(three()));
  auto stray = three();
  stray.push_back(record(XRAY_READY, 40));
  EXPECT_TRUE(refused(stray));
  auto nothing = three();
  nothing.push_back(record(XRAY_READY, 0));
  EXPECT_TRUE(refused(nothing));
  auto orphan = three();
  orphan[2].parent = 99;
  EXPECT_TRUE(refused(orphan));
  auto circle = three();
  circle.push_back(circle[2]);
  EXPECT_TRUE(refused(circle));
  auto rootless = three();
  rootless[1].left = 0;
  EXPECT_TRUE(refused(rootless));
}

TEST(DecodeXray, AnInstanceReadTwiceIsOneAndKeepsBothDescriptors) {
  auto all = three();
  for (xray_record r : three()) {
    if (r.kind == XRAY_DESCRIPTOR) r.fd = 3;
    all.push_back(r);
  }
  const auto eps = decode_xray(all);
  ASSERT_TRUE(eps);
  ASSERT_EQ(eps->size(), 1U);
  EXPECT_EQ(eps->front().fds, (std::vector<int>{3, 5}));
  EXPECT_EQ(eps->front().fd, 3);
}

TEST(DecodeXray, TheListOfAScanIsFoundFromItsItems) {
  auto all = three();
  all[1].scanning = 1;
  for (xray_record& r : all) r.linked = r.kind == XRAY_ITEM;
  all[2].next = 777;  // the head of the list, on somebody's stack
  all[3].next = 20;   // rdllist: alone
  all[4].next = 10;
  all.push_back(record(XRAY_READY, 20));
  const auto eps = decode_xray(all);
  ASSERT_TRUE(eps);
  EXPECT_EQ(eps->front().scan_batch, (std::vector<int>{2, 0}));
  EXPECT_EQ(eps->front().ready, std::vector<int>{1});
}

TEST(UnreadInstance, IsOneThatOnlyAnItemKnows) {
  auto all = three();
  EXPECT_EQ(unread_instance(all), std::nullopt);
  all[2].nested = 1;
  EXPECT_EQ(unread_instance(all), std::nullopt) << "that one was read";
  all[3].nested = 8;
  EXPECT_EQ(unread_instance(all), std::uint64_t{8});
}

}  // namespace
}  // namespace epollscope
