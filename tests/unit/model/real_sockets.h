// Calls on real sockets, with addresses as a lab chooses them. Each returns what its system call
// does, and leaves errno.
#pragma once

#include <cstdint>

namespace epollscope::test {

int bind_real(int fd);
int listen_real(int fd, int backlog);
int connect_real(int fd, int to);
int setsockopt_real(int fd, std::int32_t option, int value);
int getsockopt_real(int fd, std::int32_t option, int& value);

// A FIN that is not acknowledged, or bytes that wait to be sent. Of what is no TCP socket: false.
bool is_under_way_real(int fd);

}  // namespace epollscope::test
