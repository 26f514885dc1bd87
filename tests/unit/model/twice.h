// Every call made on a model and on the kernel under this test, which must answer the same.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "tests/unit/model/real_calls.h"

namespace epollscope::test {

struct Twice {
  Machine m;
  RealCalls real;

  explicit Twice(MachineInputs inputs = {}) : m(std::move(inputs)) {}

  Outcome make(const Operation& op) {
    const Machine::Result said = m.call({}, {op, {}});
    Outcome seen = real.call({op, {}});
    EXPECT_FALSE(said.blocked);
    EXPECT_TRUE(said.outcome.same_result(seen))
        << "kernel " << seen.returned << " " << seen.error << ", model " << said.outcome.returned
        << " " << said.outcome.error;
    return seen;
  }
  std::int64_t run(const Operation& op) {
    const Outcome o = make(op);
    return o.failed() ? -o.error : o.returned;
  }
};

}  // namespace epollscope::test
