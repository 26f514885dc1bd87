// What of TCP is still under way between two sockets of the lab when every thread is at rest.
#pragma once

#include <cstdint>

#include "core/lab/execute.h"

namespace epollscope::lab {

// How many of the TCP sockets with numbers below `end` wait for the kernel of the other end: for
// the rest of a handshake, for the acknowledgement of a FIN, or for the one of a small segment
// before the next may leave (Nagle). On the loopback that takes 40 ms at most, unless the other end
// reads nothing.
std::uint32_t segments_under_way(const Descriptors& descriptors, std::uint32_t end);

}  // namespace epollscope::lab
