// main() of the test programs: they start labs, so they must be able to be one.
#include <gtest/gtest.h>

#include "core/lab/lab.h"

int main(int argc, char** argv) {
  epollscope::run_lab_if_asked(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
