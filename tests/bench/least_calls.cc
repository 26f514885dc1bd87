// The calls of the 100,000-step scenario of ratios.cc, made by nothing but a loop.
// Usage: least_calls ROUNDS
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <span>

int main(int argc, char** argv) {
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  const long rounds = argc > 1 ? std::strtol(arguments[1], nullptr, 10) : 0;
  std::array<int, 2> pipe_ends{};
  const int ep = epoll_create1(0);
  if (ep < 0 || pipe(pipe_ends.data()) != 0) return 1;
  const auto [reader, writer] = pipe_ends;
  epoll_event interest{.events = EPOLLIN, .data = {.fd = reader}};
  if (epoll_ctl(ep, EPOLL_CTL_ADD, reader, &interest) != 0) return 1;
  std::array<epoll_event, 8> events{};
  char byte = 'x';
  for (long i = 0; i < rounds; ++i) {
    if (write(writer, &byte, 1) != 1) return 1;
    if (epoll_wait(ep, events.data(), static_cast<int>(events.size()), 0) != 1) return 1;
    if (read(reader, &byte, 1) != 1) return 1;
  }
  return 0;
}
