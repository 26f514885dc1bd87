// Takes away from this process, for good, whatever a lab does not need.
#pragma once

#include <string>

namespace epollscope::lab {

// Soft limit on descriptors = min(hard, 65,536); returns it.
int raise_descriptor_limit();

// Capabilities, new privileges, limits, system calls: in this order. Returns an empty text, or
// what failed. Requires: no thread but the caller's (those a sanitizer started excepted).
std::string confine();

}  // namespace epollscope::lab
