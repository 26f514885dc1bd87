// TCP between two sockets of the lab (net/ipv4/tcp.c, tcp_input.c).
//
//   close -- connect --> established -- own FIN --> fin_wait -- peer's FIN --> close
//                        established -- peer's FIN --> close_wait -- own FIN --> close
//
// A FIN is acknowledged before the next call: the lab is not at rest before. A connection that
// is reset goes to close from everywhere. How many bytes fit into it is not predictable: see
// tcp_flow.h.
#pragma once

#include <cstdint>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

std::uint32_t tcp_level(const InetSock& sock);
// What FIONREAD says; -1: nothing.
std::int64_t tcp_readable(const InetSock& sock);

// To the socket that listens at `port`: 0 or an errno. `unfit`: what an address of another family
// gives, 0 where it is of the same.
int tcp_connect(Run& run, Index file, std::int32_t port, int unfit);
int tcp_listen(Run& run, Index file, std::int32_t backlog);
// The file of the first connection that waits, or -errno; nullopt: it fell asleep.
Answer tcp_accept(Run& run, Index task, Index file, std::int32_t flags);

Answer tcp_read(Run& run, Index task, Index file, ReadCall& call, std::string* out);
Answer tcp_write(Run& run, Index file, WriteCall& call);

int tcp_shutdown(Run& run, Index file, std::int32_t how);
void tcp_release(Run& run, Index file);

// SO_RCVLOWAT is another: there may be enough to read now.
void tcp_lowat_changed(Run& run, Index file);

}  // namespace epollscope
