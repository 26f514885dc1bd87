// Packets that a CPU of this machine has received and not handled yet: net/core/dev.c counts them
// in /proc/net/softnet_stat. On the loopback a segment is one of them from send() on until the
// other end has it, which a busy CPU leaves to ksoftirqd.
#pragma once

#include "core/base/owned_fd.h"

namespace epollscope::lab {

class Backlog {
 public:
  Backlog();
  // true as well where the kernel does not say, as before Linux 5.10.
  [[nodiscard]] bool empty() const;

 private:
  OwnedFd file_;
};

}  // namespace epollscope::lab
