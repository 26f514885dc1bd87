// What only the kernel says of TCP connections that hold more than always fits.
#include <algorithm>

#include "core/session/impl.h"

namespace epollscope {

// What TCP did behind the call. Of a socket of another process nothing can be asked.
std::vector<Op> Session::Impl::see_flows(const Machine& machine) {
  const std::vector<Machine::Flow> flows = machine.flows();
  if (flows.empty()) return {};
  std::vector<Fd> fds;
  for (const Machine::Flow& flow : flows) fds.push_back(flow.fd);
  const std::vector<Level> levels = kernel->levels(fds).value_or(std::vector<Level>{});
  std::vector<Op> ops;
  for (const Machine::Flow& flow : flows) {
    const auto level = std::ranges::find(levels, flow.fd, &Level::fd);
    if (level == levels.end() || level->unsent_bytes < 0) {
      return {OpGiveUp{"how much a TCP connection of another process holds"}};
    }
    ops.emplace_back(
        OpFlow{flow.sender, static_cast<std::uint64_t>(level->unsent_bytes), !level->full});
  }
  return ops;
}

}  // namespace epollscope
