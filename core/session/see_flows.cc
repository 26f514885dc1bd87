// What only the kernel says of TCP connections that hold more than always fits.
#include <span>

#include "core/session/impl.h"

namespace epollscope {

// What TCP did behind the call. Of a socket of another process nothing can be asked.
std::vector<Op> Session::Impl::see_flows(const Machine& machine) {
  const std::vector<Machine::Flow> flows = machine.flows();
  if (flows.empty()) return {};
  std::vector<Fd> fds;
  for (const Machine::Flow& flow : flows) fds.push_back(flow.fd);
  const auto levels = kernel->levels(fds);
  std::vector<Op> ops;
  for (const Machine::Flow& flow : flows) {
    const Level* level = nullptr;
    for (const Level& l : levels ? std::span<const Level>(*levels) : std::span<const Level>{}) {
      if (l.fd == flow.fd && l.unsent_bytes >= 0) level = &l;
    }
    if (level == nullptr) return {OpGiveUp{"how much a TCP connection of another process holds"}};
    ops.emplace_back(
        OpFlow{flow.sender, static_cast<std::uint64_t>(level->unsent_bytes), !level->full});
  }
  return ops;
}

}  // namespace epollscope
