// What of TCP is still under way between two sockets of the lab when every thread is at rest.
#pragma once

#include <cstdint>

#include "core/lab/execute.h"

namespace epollscope::lab {

FdKind kind_of_socket(int domain, int type);

// sk_stream_is_writeable, which poll(2) answers with a side effect: it arms the wakeup of a socket
// that has no room. false for what is no TCP socket.
bool is_full(int fd);

// What the socket has been given and has not sent; -1: it says nothing.
std::int64_t unsent_bytes(int fd);

// How many of the TCP sockets with numbers below `end` wait for the kernel of the other end: for
// the rest of a handshake, for the acknowledgement of a FIN, or for one that lets the next
// segment leave or makes room. On the loopback that takes 40 ms at most where the receiver has room
// for the segment, and up to the next try of the sender, some 200 ms, where it has room for less.
UnderWay segments_under_way(const Descriptors& descriptors, std::uint32_t end);

}  // namespace epollscope::lab
