// main() of the tests of the meter: the program is executed again to measure.
#include <gtest/gtest.h>

#include "core/meter/meter.h"

int main(int argc, char** argv) {
  epollscope::run_meter_if_asked(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
