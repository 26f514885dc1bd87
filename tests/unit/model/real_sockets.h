// Calls on real sockets, with addresses as a lab chooses them. Each returns what its system call
// does, and leaves errno.
#pragma once

#include <cstdint>
#include <string>

namespace epollscope::test {

int bind_real(int fd);
int listen_real(int fd, int backlog);
int connect_real(int fd, int to);
int setsockopt_real(int fd, std::int32_t option, int value);
int getsockopt_real(int fd, std::int32_t option, int& value);

// What the other end's kernel is still to acknowledge: a FIN, or a segment that holds back the next
// one (Nagle). Empty: nothing, or it is no TCP socket. Where all is acknowledged that was sent and
// there is more to send, the window is closed: until somebody reads nothing of note will happen, be
// it for ever. A FIN stands behind such bytes as well.
std::string under_way_real(int fd);

}  // namespace epollscope::test
