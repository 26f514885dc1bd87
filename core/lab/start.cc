#include "core/lab/start.h"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace epollscope::lab {
namespace {

std::unexpected<Error> failed(const char* what, int error, std::string remedy) {
  return fail(fmt::format("{}: {}", what, std::strerror(error)), std::move(remedy));
}

// No descriptor of the lab's start has such a number, so moving one there cannot hit another.
OwnedFd out_of_the_way(OwnedFd fd) { return moved_above(std::move(fd), kChannelFd); }

}  // namespace

Result<Started> start_process(std::uint32_t actors) {
  const OwnedFd memory = out_of_the_way(OwnedFd(memfd_create("epollscope-lab", MFD_CLOEXEC)));
  if (!memory.valid() ||
      ftruncate(memory.get(), static_cast<off_t>(Area::bytes_for(actors))) != 0) {
    return failed("no shared memory for a lab (memfd_create)", errno,
                  "Linux 5.9 or newer is needed, with memory left");
  }
  auto area = Area::map(memory.get(), actors);
  if (!area) return std::unexpected(area.error());
  OwnedFd returns = out_of_the_way(OwnedFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)));
  std::array<int, 2> pair{-1, -1};
  const int paired = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data());
  OwnedFd ours(pair[0]);
  const OwnedFd theirs = out_of_the_way(OwnedFd(pair[1]));
  if (!returns.valid() || paired != 0 || !theirs.valid()) {
    const int why = errno;
    area->unmap();
    return failed("the lab process cannot be started", why, "descriptors must be left (ulimit -n)");
  }
  new (&area->header()) Header{};
  area->header().actors = actors;
  area->header().wanted = 1;
  for (std::size_t i = 0; i <= actors; ++i) new (&area->slot(i)) Slot{};
  const std::array handed{Handed{memory.get(), kMemoryFd}, Handed{returns.get(), kReturnsFd},
                          Handed{theirs.get(), kChannelFd}};
  auto process =
      execute({kArgv0, kArgv1, std::to_string(getpid()), std::to_string(actors)}, handed, "lab");
  if (!process) {
    area->unmap();
    return std::unexpected(process.error());
  }
  return Started{*area, std::move(*process), std::move(returns), std::move(ours)};
}

std::string death_of(const Header& header, const std::string& ended) {
  const auto& words = header.last_words;
  const std::string why(words.data(), strnlen(words.data(), words.size()));
  return why.empty() ? "the lab " + ended : "the lab ended: " + why;
}

}  // namespace epollscope::lab
