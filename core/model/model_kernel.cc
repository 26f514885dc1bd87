// The model behind the Kernel interface. Time is a number: it stands still while anything can
// move and jumps to the next deadline when nothing can. Woken actors run in the order in which
// they were woken.
#include <algorithm>
#include <deque>
#include <limits>
#include <map>

#include "core/model/machine.h"

namespace epollscope {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

class ModelKernel final : public Kernel {
 public:
  explicit ModelKernel(MachineInputs inputs) : machine_(inputs) {}

  void submit(ActorId actor, const Request& request) override {
    began_[actor] = now_;
    settle(actor, machine_.call(actor, request));
    come_to_rest();
  }

  std::optional<Notification> take() override {
    if (news_.empty() && !pass_time()) return std::nullopt;
    Notification first = std::move(news_.front());
    news_.pop_front();
    return first;
  }

  [[nodiscard]] int wait_fd() const override { return -1; }
  [[nodiscard]] int pid() const override { return -1; }

  Result<std::vector<Level>> levels(const std::vector<Fd>& fds) override {
    std::vector<Level> out;
    for (const Fd fd : fds) {
      if (machine_.is_epoll(fd)) continue;
      constexpr std::uint32_t kClosed = 0x20;  // POLLNVAL
      out.push_back(machine_.level(fd).value_or(Level{.fd = fd, .revents = kClosed}));
    }
    return out;
  }

 private:
  void settle(ActorId actor, Machine::Result result) {
    if (result.blocked) return;
    result.outcome.elapsed_ns = now_ - began_[actor];
    news_.push_back({.kind = Notification::Kind::returned,
                     .actor = actor,
                     .outcome = std::move(result.outcome),
                     .blocked = {},
                     .text = {}});
  }

  void come_to_rest() {
    for (auto woken = machine_.runnable(); !woken.empty(); woken = machine_.runnable()) {
      settle(woken.front(), machine_.resume(woken.front()));
    }
    Notification rest;
    for (const ThreadState& t : machine_.threads()) rest.blocked.push_back(t.actor);
    news_.push_back(std::move(rest));
  }

  // A deadline beyond what a clock can count never comes.
  [[nodiscard]] std::int64_t deadline(const ThreadState& t) const {
    const std::int64_t began = began_.at(t.actor);
    if (!t.timeout_ns || *t.timeout_ns > kNever - began) return kNever;
    return began + *t.timeout_ns;
  }

  // False: nobody sleeps with a deadline.
  bool pass_time() {
    const std::vector<ThreadState> asleep = machine_.threads();
    const auto first = std::min_element(
        asleep.begin(), asleep.end(),
        [&](const ThreadState& a, const ThreadState& b) { return deadline(a) < deadline(b); });
    if (first == asleep.end() || deadline(*first) == kNever) return false;
    now_ = std::max(now_, deadline(*first));
    settle(first->actor, machine_.expire(first->actor));
    come_to_rest();
    return true;
  }

  Machine machine_;
  std::int64_t now_ = 0;
  std::map<ActorId, std::int64_t> began_;
  std::deque<Notification> news_;
};

}  // namespace

std::unique_ptr<Kernel> make_model_kernel(MachineInputs inputs) {
  return std::make_unique<ModelKernel>(inputs);
}

}  // namespace epollscope
