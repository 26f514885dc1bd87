// UDP between sockets of the lab (net/ipv4/udp.c). A message is received inside the call that
// sends it, after it has left the sender: sending wakes the sender's own OUT.
#pragma once

#include <cstdint>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

std::uint32_t udp_level(const InetSock& sock);

// Sends to `port` from now on: 0 or an errno. `unfit`: what an address of another family gives.
int udp_connect(Run& run, Index file, std::int32_t port, int unfit);
Answer udp_read(Run& run, Index task, Index file, ReadCall& call, std::string* out);
Answer udp_write(Run& run, Index file, WriteCall& call);
int udp_shutdown(Run& run, Index file, std::int32_t how);
void udp_release(World& w, Index file);

}  // namespace epollscope
