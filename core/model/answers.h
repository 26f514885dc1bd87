// Outcomes by their two plain shapes: a number, or an errno.
#pragma once

#include <cstdint>

#include "core/call/outcome.h"

namespace epollscope {

inline Outcome success(std::int64_t returned = 0) {
  Outcome o;
  o.returned = returned;
  return o;
}

inline Outcome failure(int error) {
  Outcome o;
  o.returned = -1;
  o.error = error;
  return o;
}

}  // namespace epollscope
