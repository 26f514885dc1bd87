// A session's side of the comparison with an X-ray: what it is compared with, and whose the threads
// are.
#include <fmt/format.h>

#include "core/lab/lab.h"
#include "core/session/impl.h"
#include "core/session/verify_xray.h"

namespace epollscope {

// The X-ray sees the order of the tree too: whatever is unranked learns its rank from it.
XrayConfirms Session::Impl::compare_with_xray(std::vector<std::string>& differences) {
  const auto seen = xray.take();
  if (!seen) {
    differences.push_back(fmt::format("no X-ray could be taken: {}", seen.error().what));
    return {};
  }
  for (const Fd epfd : history.live().unranked()) {
    if (const XrayEventpoll* ep = find_instance(*seen, epfd)) {
      history.do_op(OpOrder{epfd, std::make_shared<const std::vector<Machine::Row>>(to_rows(*ep))});
    }
  }
  const State state = history.live().state();
  return verify_xray(state, options.tree, *seen, actors_by_thread(state), differences);
}

std::map<int, ActorId> Session::Impl::actors_by_thread(const State& state) const {
  std::map<int, ActorId> actors;
  const auto* lab = dynamic_cast<const Lab*>(kernel.get());
  for (const ThreadState& t : state.threads) {
    if (const int tid = lab != nullptr ? lab->tid_of(t.actor) : -1; tid > 0) actors[tid] = t.actor;
  }
  return actors;
}

}  // namespace epollscope
