// What TCP alone decides: how many bytes a connection takes, when it passes them on and when its
// sender has room again (net/ipv4/tcp.c, tcp_output.c; net/core/stream.c). Nobody can predict it:
// where more is under way than always fits, the flow is crowded and what was seen of it is an
// input.
//
//   write → coming (the sender's write queue) → bytes (the receive queue) → read
#pragma once

#include <cstdint>

#include "core/call/request.h"
#include "core/model/run.h"

namespace epollscope {

// Whether a write of so many bytes is passed on at once, whole.
bool tcp_fits(const World& w, const InetSock& from, std::uint64_t bytes);

// Takes as many bytes of the call as were seen to be taken; -EAGAIN: none.
// Requires: w.moved, and `from` has a peer.
std::int64_t tcp_take_seen(Run& run, Index file, const WriteCall& call);

// Bytes come that the sender kept. `bytes`: at most as many as are coming.
void tcp_pass_on(Run& run, Index to, std::uint64_t bytes);

// For one who reads until nothing is left, `count` at a time. Where it was seen to read more than
// there is, more comes. How much to read next.
std::uint64_t tcp_before_read(Run& run, Index file, std::uint64_t count);

// The sender keeps so many bytes that it has not sent, and has room or not.
void tcp_flow_seen(Run& run, Index file, std::uint64_t unsent, bool writable);
// Whether that is what it was before, and nobody is to hear of it.
bool tcp_flow_is_known(const World& w, Index file, std::uint64_t unsent, bool writable);

// tcp_poll of a socket without room leaves a wish to hear of some.
void tcp_polled(InetSock& sock);

// Whether how much the call moves is for TCP to say.
bool tcp_amount_is_open(const World& w, const Request& request);

}  // namespace epollscope
