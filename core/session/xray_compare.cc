// A session and its X-ray: getting one, and what it is compared with.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "core/lab/lab.h"
#include "core/session/impl.h"
#include "core/session/verify_xray.h"

namespace epollscope {
namespace {

Result<std::vector<XrayEventpoll>> take(Xray& xray, int pid) {
  if (auto turned = xray.look_at(pid); !turned) return std::unexpected(turned.error());
  return xray.read();
}

// An X-ray finds instances by their descriptors, and no queues of other files.
bool shows_all_lists(const State& state) {
  return std::ranges::all_of(state.eventpolls,
                             [](const auto& ep) { return ep.fd.valid() && ep.fd.process == 0; }) &&
         std::ranges::all_of(state.files, [](const FileState& f) {
           return f.readers.size() <= 1 && f.writers.size() <= 1;
         });
}

constexpr int kNever = std::numeric_limits<int>::max();

bool has_alike(const std::vector<Machine::Row>& rows) {
  std::vector<std::tuple<Fd, std::uint32_t, std::uint64_t>> all;
  all.reserve(rows.size());
  for (const Machine::Row& r : rows) all.emplace_back(r.tfd, r.events, r.data);
  std::ranges::sort(all);
  return std::ranges::adjacent_find(all) != all.end();
}

}  // namespace

Result<void> Session::Impl::open_xray() {
  if (options.shared_xray != nullptr) return {};
  auto opened = Xray::open(kernel->pid());
  if (!opened) return std::unexpected(opened.error());
  options.shared_xray = std::move(*opened);
  return {};
}

// Without one the model speaks alone, and says so: that is what XrayUse::automatic asks for.
bool Session::Impl::has_xray() {
  if (options.xray == XrayUse::off || options.model_only || death) return false;
  if (options.shared_xray != nullptr) return true;
  if (xray_tried) return false;
  xray_tried = true;
  return xray_availability().available && open_xray().has_value();
}

// Before the model runs: where the scheduler had a choice, what is seen tells which it was.
void Session::Impl::take_xray() {
  seen.reset();
  stirred.clear();
  if (history.live().not_modelled()) return;
  if (xray_watch.due(static_cast<int>(steps.size()) + 1) && has_xray()) look_through();
}

// Where a deadline or a timer is due by itself, a sleeper may leave its queue while that is read.
// Of such a moment no two readings are alike.
void Session::Impl::look_through() {
  const auto look = [this] { return take(*options.shared_xray, kernel->pid()); };
  seen = look();
  if (std::ranges::any_of(asleep, [&](const auto& a) { return is_due(a.first, a.second); })) {
    for (auto again = look(); *seen && again && *again != **seen; again = look()) seen = again;
  }
  stirred = stirred_since_rest();
}

// A timer may have let a sleeper go on behind the rest that ended the step. The kernel may have
// lists in that instance then that the model has not come to, or has left behind.
std::set<FileId> Session::Impl::stirred_since_rest() {
  std::set<FileId> instances;
  for (const auto& [actor, call] : asleep) {
    const auto is_its = [&, a = actor](const Returned& r) { return r.actor == a; };
    if (!call.instance || (running && std::ranges::any_of(running->returned, is_its))) continue;
    if (!kernel->still_sleeps(actor)) instances.insert(*call.instance);
  }
  return instances;
}

bool Session::Impl::xray_fits(const Machine& machine) const {
  return !seen || !*seen || xray_fits(machine, **seen, stirred);
}

bool Session::Impl::xray_fits(const Machine& machine, const std::vector<XrayEventpoll>& shown,
                              const std::set<FileId>& moving) const {
  std::vector<std::string> differences;
  const State state = claimed(machine);
  verify_xray(state, options.tree, shown, actors_by_thread(state), moving, differences);
  return differences.empty();
}

// The machine's state, without a claim to places in trees whose order had to be guessed.
State Session::Impl::claimed(const Machine& machine) const {
  State state = machine.state();
  for (EventpollState& ep : state.eventpolls) {
    if (!guessed_orders.contains(ep.file)) continue;
    for (const ItemState& item : ep.items) ep.unranked.push_back(item.id);
  }
  return state;
}

// Two rows can be alike where a descriptor number was closed and used again while its old file
// lives on. Which of the items is which the rows do not tell; a wrong guess shows in the shape of
// the tree, and goes on to when the items are gone.
void Session::Impl::learn_order(Fd epfd, std::vector<Machine::Row> rows) {
  if (has_alike(rows)) {
    if (const auto ep = history.live().instance(epfd)) guessed_orders.insert(*ep);
  }
  history.do_op(OpOrder{epfd, std::make_shared<const std::vector<Machine::Row>>(std::move(rows))});
}

// An X-ray sees the order of the tree too: whatever is unranked learns its rank from it.
XrayConfirms Session::Impl::compare_with_xray(std::vector<std::string>& differences) {
  if (!*seen) {
    differences.push_back(fmt::format("no X-ray could be taken: {}", seen->error().what));
    return {};
  }
  const std::vector<XrayEventpoll>& all = **seen;
  std::size_t items = 0;
  for (const XrayEventpoll& ep : all) items += ep.items.size();
  xray_watch.taken(items);
  for (const Fd epfd : history.live().unranked()) {
    if (const XrayEventpoll* ep = find_instance(all, epfd)) learn_order(epfd, to_rows(*ep));
  }
  const State state = claimed(history.live());
  const XrayConfirms confirmed =
      verify_xray(state, options.tree, all, actors_by_thread(state), stirred, differences);
  if (differences.empty() && stirred.empty() && shows_all_lists(state)) hindsight.settle();
  xrays.erase(xrays.begin(), xrays.lower_bound(hindsight.oldest().value_or(kNever)));
  if (hindsight.oldest() && stirred.empty()) xrays.insert_or_assign(history.steps() + 1, all);
  return confirmed;
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
