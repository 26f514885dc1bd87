// The model behind the Kernel interface. Time is a number: it stands still while anything can
// move and jumps to the next deadline when nothing can. Woken actors run in the order in which
// they were woken. A timer expires before a call whose deadline is the same moment: the kernel
// gives calls some slack and timers none.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "core/model/machine.h"

namespace epollscope {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

class ModelKernel final : public Kernel {
 public:
  explicit ModelKernel(MachineInputs inputs) : machine_(inputs) {}

  void submit(ActorId actor, const Request& request) override {
    began_[actor] = now_;
    tell_overruns();
    settle(actor, machine_.call(actor, request));
    come_to_rest();
  }

  std::optional<Notification> take() override {
    if (news_.empty() && !pass_time()) return std::nullopt;
    Notification first = std::move(news_.front());
    news_.pop_front();
    return first;
  }

  // Time passes in take() alone.
  [[nodiscard]] bool still_sleeps(ActorId actor) override { return !machine_.idle(actor); }
  [[nodiscard]] int wait_fd() const override { return -1; }
  [[nodiscard]] int pid() const override { return -1; }
  [[nodiscard]] int pid_of(Fd /*fd*/) const override { return -1; }

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
    if (result.blocked || machine_.killed_by()) return;
    result.outcome.elapsed_ns = now_ - began_[actor];
    news_.push_back({.kind = Notification::Kind::returned,
                     .actor = actor,
                     .outcome = std::move(result.outcome),
                     .blocked = {},
                     .text = {}});
  }

  // False: it lives.
  bool has_died() {
    if (!machine_.killed_by()) return false;
    news_.push_back(
        {.kind = Notification::Kind::died,
         .actor = {},
         .outcome = {},
         .blocked = {},
         .text = fmt::format(
             "the model was killed by {}",
             print_flags(FlagSet::signal, static_cast<std::uint64_t>(*machine_.killed_by())))});
    return true;
  }

  void come_to_rest() {
    for (auto woken = machine_.runnable(); !woken.empty(); woken = machine_.runnable()) {
      if (machine_.killed_by()) break;
      tell_overruns();
      settle(woken.front(), machine_.resume(woken.front()));
    }
    if (has_died()) return;
    follow_timers();
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

  struct Due {
    std::uint32_t settimes = 0, reads = 0;
    std::int64_t at = kNever;  // its first expiry since it was set or read
  };

  static std::int64_t later(std::int64_t at, std::int64_t by) {
    return by > kNever - at ? kNever : at + by;
  }

  // A periodic timer that was read runs on from its own last expiry, not from the read.
  void follow_timers() {
    for (const Machine::Timer& t : machine_.timers()) {
      Due& due = due_[t.file];
      if (due.settimes != t.settimes) {
        due.at = later(now_, t.value_ns);
      } else if (due.reads != t.reads) {
        due.at = later(due.at, overruns(t, due) * t.interval_ns);
      }
      due.settimes = t.settimes;
      due.reads = t.reads;
    }
  }

  // How often a timer has expired by now that first did so at `due.at`.
  [[nodiscard]] std::int64_t overruns(const Machine::Timer& t, const Due& due) const {
    return t.interval_ns > 0 && now_ >= due.at ? 1 + (now_ - due.at) / t.interval_ns : 1;
  }

  // Whoever runs next may read a periodic timer.
  void tell_overruns() {
    follow_timers();
    for (const Machine::Timer& t : machine_.timers()) {
      if (!t.expired || t.interval_ns == 0) continue;
      machine_.timer_expired(t.file, static_cast<std::uint64_t>(overruns(t, due_.at(t.file))));
    }
  }

  // The armed timer that expires next; nullopt: none will.
  [[nodiscard]] std::optional<std::pair<std::int64_t, FileId>> next_timer() const {
    std::optional<std::pair<std::int64_t, FileId>> first;
    for (const Machine::Timer& t : machine_.timers()) {
      const std::int64_t at = due_.at(t.file).at;
      if (t.expired || at == kNever) continue;
      if (!first || at < first->first) first = {at, t.file};
    }
    return first;
  }

  // False: nothing will happen by itself.
  bool pass_time() {
    if (machine_.killed_by()) return false;
    const std::vector<ThreadState> asleep = machine_.threads();
    const auto first = std::min_element(
        asleep.begin(), asleep.end(),
        [&](const ThreadState& a, const ThreadState& b) { return deadline(a) < deadline(b); });
    const std::int64_t call = first == asleep.end() ? kNever : deadline(*first);
    if (const auto timer = next_timer(); timer && timer->first <= call && !asleep.empty()) {
      now_ = std::max(now_, timer->first);
      machine_.timer_expired(timer->second, 1);
      come_to_rest();
      return true;
    }
    if (call == kNever) return false;
    now_ = std::max(now_, deadline(*first));
    settle(first->actor, machine_.expire(first->actor));
    come_to_rest();
    return true;
  }

  Machine machine_;
  std::int64_t now_ = 0;
  std::map<ActorId, std::int64_t> began_;
  std::map<FileId, Due> due_;
  std::deque<Notification> news_;
};

}  // namespace

std::unique_ptr<Kernel> make_model_kernel(MachineInputs inputs) {
  return std::make_unique<ModelKernel>(inputs);
}

}  // namespace epollscope
