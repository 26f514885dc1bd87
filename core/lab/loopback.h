// The addresses that a lab gives its sockets. Raw system calls: each returns what the kernel does
// and leaves errno.
#pragma once

#include <sys/socket.h>

namespace epollscope::lab {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;

  bool of_socket(int fd);
  // Without a port, or, when a connection was refused, without the loopback.
  [[nodiscard]] bool is_unbound_inet() const;
};

// To a port of the loopback, or an abstract name, that the kernel picks.
long bind_to_loopback(int fd);

}  // namespace epollscope::lab
