// Addresses of sockets: all of them are the lab's choice and stay on this machine. Raw system calls
// that set errno.
#pragma once

#include <sys/socket.h>

namespace epollscope::lab {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;

  bool of_socket(int fd);  // getsockname()
  [[nodiscard]] bool is_unbound_inet() const;
};

// To a port of the loopback, or an abstract name, that the kernel picks. 0 or -1.
long bind_to_loopback(int fd);

}  // namespace epollscope::lab
