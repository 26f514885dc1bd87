// The lines in which a meter tells what it measured.
#include "core/meter/readings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace epollscope {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Readings, TakesPointsUntilItIsDone) {
  MeterReadings readings;
  readings.take("point poll 10 512.3");
  readings.take("point epoll_wait 10000 310");
  EXPECT_FALSE(readings.done);
  readings.take("done");
  EXPECT_TRUE(readings.done);
  EXPECT_EQ(readings.trouble, "");
  EXPECT_THAT(readings.points, ElementsAre(MeterPoint{MeteredCall::poll, 10, 512.3},
                                           MeterPoint{MeteredCall::epoll_wait, 10000, 310}));
  EXPECT_EQ(readings.ns_of(MeteredCall::poll, 10), 512.3);
  EXPECT_EQ(readings.ns_of(MeteredCall::select, 10), std::nullopt);
  EXPECT_EQ(readings.ns_of(MeteredCall::poll, 10000), std::nullopt);
}

TEST(Readings, ALimitIsNoTrouble) {
  MeterReadings readings;
  readings.take("limit 4096");
  EXPECT_EQ(readings.descriptor_limit, 4096);
  EXPECT_FALSE(readings.done);
  EXPECT_EQ(readings.trouble, "");
}

TEST(Readings, AFailureSaysWhy) {
  MeterReadings readings;
  readings.take("failed eventfd: Too many open files in system");
  EXPECT_TRUE(readings.done);
  EXPECT_EQ(readings.trouble, "the meter ended: eventfd: Too many open files in system");
}

TEST(Readings, WhatIsNoMeasurementIsTrouble) {
  for (const char* line : {"", "point", "point poll", "point poll 10", "point poll 10 ",
                           "point poll ten 5", "point poll 10 -5", "point poll 10 5 6",
                           "point read 10 5", "limit", "limit 0", "failed", "failed ", "done it"}) {
    MeterReadings readings;
    readings.take(line);
    EXPECT_TRUE(readings.done) << line;
    EXPECT_THAT(readings.trouble, HasSubstr("no measurement: ")) << line;
    EXPECT_THAT(readings.points, ElementsAre()) << line;
  }
}

}  // namespace
}  // namespace epollscope
