// Data of unix stream sockets as net/unix/af_unix.c moves it.
//
//   A send becomes one skb, or several from about 36 KiB on; each wakes the receiver.
//   A send has room while wmem < SO_SNDBUF (unix_sock.h has what is common to all types).
#pragma once

#include <cstdint>
#include <string>

#include "core/model/pipe.h"
#include "core/model/run.h"

namespace epollscope {

Answer unix_stream_read(Run& run, Index task, Index file, ReadCall& call, std::string* out);
Answer unix_stream_write(Run& run, Index task, Index file, WriteCall& call);

// The first skb of a send of `size` bytes: how much it carries, and how large it is charged.
struct SkbSize {
  std::uint32_t length = 0;
  std::uint32_t truesize = 0;
};
SkbSize stream_skb(const MachineInputs& inputs, std::uint64_t sndbuf, std::uint64_t size);

}  // namespace epollscope
