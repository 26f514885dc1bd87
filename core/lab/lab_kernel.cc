#include "core/lab/lab_kernel.h"

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace epollscope::lab {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// A call that returns at once has returned by then; one that sleeps is found asleep.
constexpr microseconds kFirstLook{40};
constexpr milliseconds kRarestLook{5};
constexpr int kYields = 2;
// The kernel delays an acknowledgement by 40 ms, rarely by 200.
constexpr milliseconds kLongestDelay{500};
constexpr milliseconds kLongestAck{100};  // a receiver puts it off for 40

Notification notice(Notification::Kind kind, ActorId actor = {}) {
  Notification n;
  n.kind = kind;
  n.actor = actor;
  return n;
}

}  // namespace

LabKernel::LabKernel(Started started)
    : area_(started.area),
      process_(std::move(started.process)),
      returns_(std::move(started.returns)),
      channel_(std::move(started.channel)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      wait_(epoll_create1(EPOLL_CLOEXEC)),
      detector_(area_, process_.pid()) {}

LabKernel::~LabKernel() { area_.unmap(); }

Result<std::unique_ptr<Lab>> LabKernel::open(Started started) {
  std::unique_ptr<LabKernel> kernel(new LabKernel(std::move(started)));
  if (auto error = kernel->set_up()) return std::unexpected(std::move(*error));
  return std::unique_ptr<Lab>(std::move(kernel));
}

std::optional<std::size_t> LabKernel::slot_of(ActorId actor) {
  if (const auto it = slots_.find(actor); it != slots_.end()) return it->second;
  if (actors_.size() == area_.header().actors) return std::nullopt;
  actors_.push_back({actor});
  const std::size_t slot = actors_.size();
  slots_.emplace(actor, slot);
  return slot;
}

namespace {

// Whom a request is about, besides who makes it.
std::optional<ActorId> meant_by(const Operation& op) {
  if (const auto* kill = std::get_if<Kill>(&op)) return kill->actor;
  if (const auto* fork = std::get_if<Fork>(&op)) return fork->child;
  if (const auto* wait = std::get_if<Waitpid>(&op)) return wait->child;
  if (const auto* open = std::get_if<PidfdOpen>(&op)) return open->process;
  return std::nullopt;
}

}  // namespace

void LabKernel::refuse(ActorId actor, int error) {
  Notification n = notice(Notification::Kind::returned, actor);
  n.outcome.returned = -1;
  n.outcome.error = error;
  refused_.push_back(std::move(n));
}

void LabKernel::submit(ActorId actor, const Request& request) {
  unsettled_ = just_submitted_ = true;
  const bool is_process = actor.process() != 0;
  const auto slot = is_process && !slots_.contains(actor) ? std::nullopt : slot_of(actor);
  if (!slot) return refuse(actor, is_process ? ESRCH : EAGAIN);
  if (is_process && actors_[*slot - 1].life != Actor::Life::running) return refuse(actor, ESRCH);
  if (!is_process && std::holds_alternative<Exit>(request.op)) return refuse(actor, EPERM);
  Slot& s = area_.slot(*slot);
  s.target = 0;
  if (const auto* fork = std::get_if<Fork>(&request.op)) {
    const std::int32_t number = fork->child.process();
    if (is_process || number < 1 || number > kMostProcesses) return refuse(actor, EPERM);
    const auto known = slots_.find(fork->child);  // a fork() that failed leaves one
    const bool made = known != slots_.end() && actors_[known->second - 1].life != Actor::Life::none;
    if (made) return refuse(actor, EBUSY);
    const auto child = slot_of(fork->child);
    if (!child) return refuse(actor, EAGAIN);
    area_.slot(*child).process = true;
  }
  if (const auto meant = meant_by(request.op)) {
    const auto known = slots_.find(*meant);
    if (known != slots_.end()) s.target = static_cast<std::uint32_t>(known->second);
  }
  s.operation = request.op;
  s.request_bytes = request.bytes.size();
  std::memcpy(area_.payload(*slot), request.bytes.data(), std::min(request.bytes.size(), kPayload));
  actors_[*slot - 1].busy = true;
  ++busy_;
  detector_.forget(*slot);
  look_again_ = kFirstLook;
  look_at_ = Clock::now() + look_again_;
  s.phase.store(asked, std::memory_order_release);
  std::atomic<std::uint32_t>& wanted = area_.header().wanted;
  if (is_process || *slot <= wanted.load(std::memory_order_relaxed)) {
    futex_wake(s.phase);
    return;
  }
  wanted.store(static_cast<std::uint32_t>(*slot), std::memory_order_release);
  send_order({Job::make_actors, 0});  // false means that the lab is gone; take() says so
}

std::optional<Notification> LabKernel::take() {
  const bool just_submitted = std::exchange(just_submitted_, false);
  // A lab on this CPU makes a quick call in the meantime, and nobody has to be woken for it.
  for (int i = 0; just_submitted && i < kYields && death_.empty(); ++i) {
    if (auto n = take_return()) return n;
    sched_yield();
  }
  if (auto n = take_known()) return n;
  // Right after a submit() there is nothing to hear yet; if there is, wait_fd() stays readable.
  if (!just_submitted && hear()) {
    if (auto n = take_known()) return n;
  }
  if (unsettled_) arm_timer();
  return std::nullopt;
}

std::optional<Notification> LabKernel::take_known() {
  if (auto n = take_return()) return n;
  if (auto n = take_rest()) return n;
  if (death_.empty()) return std::nullopt;
  Notification n = notice(Notification::Kind::died);
  n.text = death_;
  return n;
}

std::optional<Notification> LabKernel::take_return() {
  if (!refused_.empty()) {
    Notification n = std::move(refused_.front());
    refused_.pop_front();
    return n;
  }
  auto& entry = area_.header().ring[next_return_ % kRing];
  const std::size_t slot = entry.load(std::memory_order_acquire);
  if (slot == 0 || slot > actors_.size() || !actors_[slot - 1].busy) return std::nullopt;
  entry.store(0, std::memory_order_relaxed);
  ++next_return_;
  Actor& actor = actors_[slot - 1];
  Notification n = notice(Notification::Kind::returned, actor.id);
  n.outcome = read_reply(slot);
  actor.busy = false;
  --busy_;
  const Slot& s = area_.slot(slot);
  if (!n.outcome.failed()) {
    const bool forks = std::holds_alternative<Fork>(s.operation);
    if (forks) actors_[s.target - 1].life = Actor::Life::running;
    if (forks || std::holds_alternative<Kill>(s.operation)) signalled_ = s.target;
  }
  if (n.outcome.ended) {
    actor.life = Actor::Life::ending;
    ++ending_;
  }
  detector_.forget(slot);
  area_.slot(slot).phase.store(idle, std::memory_order_release);
  unsettled_ = true;
  look_at_ = Clock::now();
  look_again_ = kFirstLook;
  return n;
}

Outcome LabKernel::read_reply(std::size_t slot) const {
  const Reply& r = area_.slot(slot).reply;
  const std::byte* payload = area_.payload(slot);
  Outcome o;
  o.returned = r.returned;
  o.error = r.error;
  o.elapsed_ns = r.elapsed_ns;
  o.pipe_bytes = static_cast<std::uint32_t>(r.pipe_bytes);
  o.ended = r.ended;
  if (r.has_value) o.value = r.value;
  o.value_kind = r.value_kind;
  const std::size_t created = std::min<std::size_t>(r.created_count, r.created.size());
  for (std::size_t i = 0; i < created; ++i)
    o.created.push_back({r.created[i], actors_[slot - 1].id.process()});
  o.bytes.assign(reinterpret_cast<const char*>(payload), std::min<std::size_t>(r.bytes, kPayload));
  const std::size_t events = std::min<std::size_t>(r.events, kPayload / sizeof(epoll_event));
  o.events.reserve(events);
  for (std::size_t i = 0; i < events; ++i) {
    epoll_event e;
    std::memcpy(&e, payload + i * sizeof e, sizeof e);
    o.events.push_back({.events = e.events, .data = e.data.u64});
  }
  return o;
}

std::optional<Notification> LabKernel::take_rest() {
  if (!unsettled_ || !death_.empty()) return std::nullopt;
  const bool calm = signalled_ == 0 && ending_ == 0;
  if (busy_ == 0 && calm && !carried_since_ && carriers_rest()) return rest();
  if (Clock::now() < look_at_) return std::nullopt;
  if (auto n = take_end()) return n;
  const auto asleep = [this] {
    return processes_rest() && (busy_ == 0 || detector_.all_asleep(busy_slots()));
  };
  // What a segment or a terminal wakes is asleep again when it is looked at behind it.
  if (asleep() && carriers_rest() && asleep()) return rest();
  look_at_ = Clock::now() + look_again_;
  look_again_ = std::min<Clock::duration>(look_again_ * 2, kRarestLook);
  return std::nullopt;
}

std::optional<Notification> LabKernel::take_end() {
  using enum Actor::Life;
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    Actor& actor = actors_[i];
    if ((actor.life != running && actor.life != ending) || !detector_.has_ended(i + 1)) continue;
    if (actor.life == ending) --ending_;
    actor.life = ended;
    if (signalled_ == i + 1) signalled_ = 0;
    if (!actor.busy) continue;
    actor.busy = false;
    --busy_;
    Notification n = notice(Notification::Kind::returned, actor.id);
    n.outcome.ended = true;
    return n;
  }
  return std::nullopt;
}

// An idle actor handles a signal by itself, soon after it was sent; a process that is born sleeps
// soon.
bool LabKernel::processes_rest() {
  if (signalled_ != 0) {
    const Actor& actor = actors_[signalled_ - 1];
    const bool gone = actor.life == Actor::Life::ended;
    if (gone || actor.busy || detector_.is_asleep(signalled_)) signalled_ = 0;
  }
  return signalled_ == 0 && ending_ == 0;
}

bool LabKernel::carriers_rest() {
  if (area_.header().carriers_end.load(std::memory_order_relaxed) == 0) return true;
  // First: what a CPU handles there may show in what is under way.
  if (!backlog_rests()) return false;
  if (ask(Job::carriers)) return true;  // it is gone, which take() tells
  const UnderWay now = area_.header().under_way;
  if (now.count == 0) stuck_ = {};
  if (now.count > 0 && now != stuck_) {
    if (!carried_since_ || now != carried_) carried_since_ = Clock::now();
    carried_ = now;
    // Where as many were given up before, more patience would be lost on the same ones.
    const milliseconds patience = now.count > stuck_.count ? kLongestDelay : kLongestAck;
    if (Clock::now() - *carried_since_ < patience) return false;
    stuck_ = now;
  }
  carried_since_.reset();
  return true;
}

// Packets of other programs are among them: a machine that is never without some is not waited for.
bool LabKernel::backlog_rests() {
  if (!backlog_) backlog_.emplace();
  if (backlog_->empty()) {
    backlog_since_.reset();
    return true;
  }
  if (!backlog_since_) backlog_since_ = Clock::now();
  return Clock::now() - *backlog_since_ >= kLongestDelay;
}

Notification LabKernel::rest() {
  unsettled_ = false;
  Notification n = notice(Notification::Kind::at_rest);
  for (const std::size_t slot : busy_slots()) n.blocked.push_back(actors_[slot - 1].id);
  std::sort(n.blocked.begin(), n.blocked.end());
  return n;
}

bool LabKernel::still_sleeps(ActorId actor) {
  const auto it = slots_.find(actor);
  return it != slots_.end() && actors_[it->second - 1].busy && detector_.still_sleeps(it->second);
}

std::vector<std::size_t> LabKernel::busy_slots() const {
  std::vector<std::size_t> slots;
  for (std::size_t i = 0; i < actors_.size(); ++i) {
    if (actors_[i].busy) slots.push_back(i + 1);
  }
  return slots;
}

bool LabKernel::hear() {
  std::array<epoll_event, 3> events;
  const int n = epoll_wait(wait_.get(), events.data(), static_cast<int>(events.size()), 0);
  for (int i = 0; i < n; ++i) {
    const int fd = events[static_cast<std::size_t>(i)].data.fd;
    if (fd == timer_.get()) timer_set_.reset();
    if (fd != process_.pidfd()) continue;
    if (const std::string end = process_.ended(); !end.empty()) {
      death_ = death_of(area_.header(), end);
    }
  }
  return n > 0;
}

// A timer already set for an earlier moment is left alone: quick calls do not pay for it.
void LabKernel::arm_timer() {
  if (timer_set_ && *timer_set_ <= look_at_) return;
  timer_set_ = look_at_;
  const auto wait = std::max<std::chrono::nanoseconds>(look_at_ - Clock::now(), microseconds(1));
  itimerspec when{};
  when.it_value.tv_sec = wait.count() / 1'000'000'000;
  when.it_value.tv_nsec = wait.count() % 1'000'000'000;
  timerfd_settime(timer_.get(), 0, &when, nullptr);
}

int LabKernel::pid_of(Fd fd) const {
  if (fd.process == 0) return pid();
  const auto it = slots_.find(ActorId{'P', fd.process});
  const bool runs = it != slots_.end() && actors_[it->second - 1].life == Actor::Life::running;
  return runs ? tid_of(it->first) : -1;
}

int LabKernel::tid_of(ActorId actor) const {
  const auto it = slots_.find(actor);
  if (it == slots_.end()) return -1;
  const auto tid = static_cast<int>(area_.slot(it->second).tid.load(std::memory_order_acquire));
  return tid == 0 ? -1 : tid;
}

}  // namespace epollscope::lab
