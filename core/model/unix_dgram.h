// Messages of unix datagram and seqpacket sockets, as net/unix/af_unix.c moves them.
//
//   A write is one message and one skb, also if it is empty; each wakes the receiver.
//   A read takes one message: what does not fit is lost. A message of 0 bytes reads as 0.
//   A datagram socket hears nothing of its peer's shutdown or close; the next write finds out.
//   seqpacket has messages, and a stream's rules for shutdown and close.
//
// Many datagram sockets may send to one that is none of theirs, as long as it sends to nobody. Of
// these its queue takes max_dgram_qlen + 1 messages; then they have no OUT, however little each of
// them has sent. Who asks for OUT meanwhile leaves a relay at the receiver (peer_wait): a read
// there takes all relays off and wakes their sockets. Between the two ends of a pair there is no
// bound.
#pragma once

#include <cstdint>
#include <string>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

Answer unix_dgram_read(Run& run, Index task, Index file, ReadCall& call, std::string* out);
Answer unix_dgram_write(Run& run, Index task, Index file, WriteCall& call);

// A message that goes nowhere: its sender hears it go.
void unix_dgram_give_up(Run& run, Index file, WriteCall& call);
// 0 or an errno.
int unix_dgram_connect(Run& run, Index file, Index to);
// poll() was asked for OUT.
void unix_dgram_polled(Run& run, Index sock);
// Whether it cannot send, since its peer has too many messages of others.
bool unix_dgram_peer_full(const World& w, Index sock);

// How large the one skb of a message is charged. Requires: it is not longer than
// dgram_longest().
std::uint32_t dgram_truesize(const MachineInputs& inputs, std::uint32_t length);
std::uint64_t dgram_longest(std::uint64_t sndbuf);

}  // namespace epollscope
