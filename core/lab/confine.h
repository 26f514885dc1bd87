// Takes away from this process, for good, whatever a lab does not need.
#pragma once

#include <string>

namespace epollscope::lab {

// Raises the soft limit on descriptors to 65,536 and room for those of the control channel, or
// to the hard limit where that is lower; returns it.
int raise_descriptor_limit();

// Sets the soft limit, so that the control channel lies above everything a scenario can reach:
// what is open stays open. false: refused.
bool lower_descriptor_limit(int limit);

// Capabilities, new privileges, limits, system calls: in this order. Returns an empty text, or
// what failed. Requires: no thread but the caller's (those a sanitizer started excepted).
std::string confine();

}  // namespace epollscope::lab
