// Addresses of sockets: all of them are the lab's choice and stay on this machine. Raw system calls
// that set errno.
#pragma once

#include <sys/socket.h>

namespace epollscope::lab {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;

  bool of_socket(int fd);  // getsockname()
};

// A TCP socket without an address: the kernel would let it listen to the whole network.
bool would_listen_to_all(int fd);

// To a port of the loopback, or an abstract name, that the kernel picks. 0 or -1.
long bind_to_loopback(int fd);

}  // namespace epollscope::lab
