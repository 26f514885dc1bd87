// Messages of unix datagram and seqpacket sockets that are each other's peer, as
// net/unix/af_unix.c moves them.
//
//   A write is one message and one skb, also if it is empty; each wakes the receiver.
//   A read takes one message: what does not fit is lost. A message of 0 bytes reads as 0.
//   max_dgram_qlen does not bound a pair: it holds only for a receiver whose peer is not the
//   sender. A datagram socket hears nothing of its peer's shutdown or close; the next write finds
//   out. seqpacket has messages, and a stream's rules for shutdown and close.
#pragma once

#include <cstdint>
#include <string>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

Answer unix_dgram_read(Run& run, Index task, Index file, ReadCall& call, std::string* out);
Answer unix_dgram_write(Run& run, Index task, Index file, WriteCall& call);

// How large the one skb of a message is charged. Requires: it is not longer than
// dgram_longest().
std::uint32_t dgram_truesize(const MachineInputs& inputs, std::uint32_t length);
std::uint64_t dgram_longest(std::uint64_t sndbuf);

}  // namespace epollscope
