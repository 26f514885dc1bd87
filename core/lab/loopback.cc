#include "core/lab/loopback.h"

#include <netinet/in.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace epollscope::lab {

bool Address::of_socket(int fd) { return syscall(SYS_getsockname, fd, &storage, &length) == 0; }

bool Address::is_unbound_inet() const {
  if (storage.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
    return in.sin_port == 0 || in.sin_addr.s_addr == htonl(INADDR_ANY);
  }
  if (storage.ss_family != AF_INET6) return false;
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(storage);
  return in6.sin6_port == 0 || IN6_IS_ADDR_UNSPECIFIED(&in6.sin6_addr);
}

long bind_to_loopback(int fd) {
  int domain = 0;
  socklen_t length = sizeof domain;
  if (syscall(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0) return -1;
  if (domain == AF_INET) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return syscall(SYS_bind, fd, &to, sizeof to);
  }
  if (domain == AF_INET6) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_addr = in6addr_loopback;
    return syscall(SYS_bind, fd, &to, sizeof to);
  }
  const auto family = static_cast<sa_family_t>(domain);
  return syscall(SYS_bind, fd, &family, sizeof family);
}

}  // namespace epollscope::lab
