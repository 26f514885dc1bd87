// A connected pair of unix stream sockets as net/unix/af_unix.c has it.
//
//   A send becomes one skb, or several from about 36 KiB on; each wakes the receiver.
//   What was sent and not read is charged to the sender (wmem), by the true size of its skbs.
//   OUT means 4 * wmem <= SO_SNDBUF; a send has room while wmem < SO_SNDBUF.
//   A read that frees an skb wakes the sender when it has OUT then.
#pragma once

#include <cstdint>
#include <string>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

struct SocketEnds {
  Index first = kNone;
  Index second = kNone;
};
SocketEnds make_unix_pair(Run& run, std::uint32_t flags);
void unix_release(Run& run, Index file);

std::uint32_t unix_level(const World& w, const Sock& sock);
Answer unix_read(Run& run, Index task, Index file, ReadCall& call, std::string* out);
Answer unix_write(Run& run, Index task, Index file, WriteCall& call);

// shutdown(2) of one socket: 0 or an errno.
int unix_shutdown(Run& run, Index file, std::int32_t how);

// How large an skb that carries `size` bytes is charged.
struct SkbSize {
  std::uint32_t length = 0;
  std::uint32_t truesize = 0;
};
SkbSize skb_for(const MachineInputs& inputs, std::uint64_t size);

}  // namespace epollscope
