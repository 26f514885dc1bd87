// What epoll does on the running kernel where kernels differ, found by trying it. Uses
// descriptors of this process for a moment and leaves nothing behind.
#pragma once

#include <string>
#include <vector>

namespace epollscope::cli {

struct Trait {
  std::string name;    // "second write to an unread pipe"
  std::string answer;  // "is a new event for EPOLLET"
};
std::vector<Trait> probe_epoll();

}  // namespace epollscope::cli
