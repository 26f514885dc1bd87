// What sockets of AF_INET and AF_INET6 have in common (net/core/sock.c, net/ipv4/af_inet.c).
//
// Everything here happens on the loopback, where a packet is received inside the call that sends
// it. A port is a number that no other socket of the model was ever given; 0 is none.
#pragma once

#include <sys/epoll.h>

#include <cstdint>

#include "core/model/run.h"

namespace epollscope {

inline bool is_inet(FileKind kind) { return kind == FileKind::tcp || kind == FileKind::udp; }

inline InetSock& inet_of(World& w, Index file) { return w.inets[w.files[file].object]; }
inline const InetSock& inet_of(const World& w, Index file) { return w.inets[w.files[file].object]; }

// A file for the socket in this slot, which has none yet.
Index make_inet_file(Run& run, FileKind kind, Index sock, std::uint32_t flags);
// The slot is free afterwards, and its peer has none.
void free_inet(World& w, Index sock);

// sock_def_wakeup, sock_def_readable, sock_def_error_report. A socket that was not accepted yet
// has nobody to wake.
void state_change(Run& run, const InetSock& sock);
void data_ready(Run& run, const InetSock& sock);
void error_report(Run& run, const InetSock& sock);

void touch_sock(World& w, const InetSock& sock);

// A port of its own for a socket that has none.
void autobind(World& w, InetSock& sock);

// shutdown(2) as a mask of directions; 0: EINVAL.
std::uint8_t shutdown_mode(std::int32_t how);

}  // namespace epollscope
