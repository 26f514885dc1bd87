#include "core/session/verify.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>

#include "core/call/flags.h"

namespace epollscope {
namespace {

bool same(const Machine::Row& a, const Machine::Row& b) {
  return a.tfd == b.tfd && a.events == b.events && a.data == b.data;
}

bool less(const Machine::Row& a, const Machine::Row& b) {
  return std::tuple(a.tfd, a.events, a.data) < std::tuple(b.tfd, b.events, b.data);
}

std::string show(const Machine::Row& r) {
  return fmt::format("(fd {}, {}, data {})", r.tfd.value,
                     print_flags(FlagSet::epoll_events, r.events), r.data);
}

// A timer that expires after the step is an input of the next one.
bool expires_later(const std::vector<Machine::Timer>& timers, const Level& seen) {
  return std::ranges::any_of(
      timers, [&](const Machine::Timer& t) { return t.fd == seen.fd && !t.expired; });
}

}  // namespace

std::vector<Machine::Row> to_rows(const std::vector<InterestRow>& list) {
  std::vector<Machine::Row> rows;
  rows.reserve(list.size());
  for (const InterestRow& r : list) rows.push_back({r.tfd, r.events, r.data});
  return rows;
}

void verify_interest(const Machine& machine, TreeOrder order, Fd epfd,
                     const Result<std::vector<InterestRow>>& list, const std::string& name,
                     std::vector<std::string>& differences) {
  if (!list) {
    differences.push_back(
        fmt::format("{}: its interest list could not be read: {}", name, list.error().what));
    return;
  }
  std::vector<Machine::Row> kernel = to_rows(*list);
  std::vector<Machine::Row> model = machine.interest(epfd);
  if (order == TreeOrder::created || !machine.order_known(epfd)) {
    std::sort(kernel.begin(), kernel.end(), less);
    std::sort(model.begin(), model.end(), less);
  }
  if (kernel.size() != model.size()) {
    differences.push_back(fmt::format("{}: the kernel's interest list has {} items, the model's {}",
                                      name, kernel.size(), model.size()));
    return;
  }
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    if (same(kernel[i], model[i])) continue;
    differences.push_back(
        fmt::format("{}: place {} of the interest list is {} in the kernel, {} in the model", name,
                    i + 1, show(kernel[i]), show(model[i])));
    return;
  }
}

void verify_levels(const Machine& machine, const std::vector<Level>& levels,
                   std::vector<std::string>& differences) {
  const std::vector<Machine::Timer> timers = machine.timers();
  for (const Level& seen : levels) {
    const auto said = machine.level(seen.fd);
    if (!said || expires_later(timers, seen)) continue;
    const bool differs = ((said->revents ^ seen.revents) & ~seen.unseen) != 0;
    if (differs && seen.full) {
      differences.push_back(
          fmt::format("fd {}: it has no room, the model says POLLOUT", seen.fd.value));
    } else if (differs) {
      differences.push_back(
          fmt::format("fd {}: poll() answers {}, the model says {}", seen.fd.value,
                      print_flags(FlagSet::poll_events, seen.revents),
                      print_flags(FlagSet::poll_events, said->revents & ~seen.unseen)));
    }
    if (seen.readable_bytes >= 0 && said->readable_bytes >= 0 &&
        seen.readable_bytes != said->readable_bytes) {
      differences.push_back(fmt::format("fd {}: {} bytes are readable, the model says {}",
                                        seen.fd.value, seen.readable_bytes, said->readable_bytes));
    }
  }
}

}  // namespace epollscope
