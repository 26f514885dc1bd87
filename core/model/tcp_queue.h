// What one end of a TCP connection has received (net/ipv4/tcp.c, tcp_input.c): bytes, and at most
// one urgent byte among them that is read apart from the rest.
#pragma once

#include <cstdint>

#include "core/model/byte_queue.h"
#include "core/model/run.h"

namespace epollscope {

// Beyond these the kernel's accounts of memory decide, which nobody can predict.
inline constexpr std::uint64_t kMostUnread = 32 << 10;
inline constexpr std::uint64_t kMostSegments = 64;

bool tcp_has_room(const InetSock& sock, std::uint64_t bytes);

// One segment arrives. `urgent`: its last byte is (MSG_OOB).
void tcp_receive(Run& run, Index sock, const Source& source, bool urgent);
// Wakes readers where there are as many bytes as they want, or the end.
void tcp_data_ready(Run& run, const InetSock& sock);

}  // namespace epollscope
