#include "core/model/machine.h"

#include <fcntl.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <csignal>

#include "core/model/answers.h"
#include "core/model/believed.h"
#include "core/model/calls.h"
#include "core/model/descriptors.h"
#include "core/model/files.h"
#include "core/model/process.h"
#include "core/model/tcp_flow.h"
#include "core/model/timerfd.h"
#include "core/model/tree_order.h"
#include "core/model/tty.h"
#include "core/model/wait_queue.h"
#include "core/model/world.h"

namespace epollscope {
namespace {

// 0, 1 and 2 of a lab: one open file, /dev/null.
void open_standard(World& w) {
  const Index null = make_file(w, FileKind::null_device, FileEnd::whole, w.inputs.null_flags);
  w.files[null].label_number = ++w.made[static_cast<int>(FileKind::null_device)];
  for (Index fd = 0; fd < 3; ++fd) install(w, fd, null, false);
}

// Who is nobody makes no call: a process that has ended, or was never there.
constexpr int kNobody = ESRCH;

Machine::Result result_of(std::optional<Outcome> step) {
  if (!step) return {.blocked = true, .outcome = {}};
  return {.blocked = false, .outcome = *std::move(step)};
}

// What the kernel does by itself behind a task is done before anybody else runs.
Machine::Result settled(const Run& run, std::optional<Outcome> step) {
  Run worker{run.w, run.machine, run.observe, {}};
  run_works(worker);
  return result_of(std::move(step));
}

}  // namespace

Machine::Machine(MachineInputs inputs, TreeOrder order) : world_(std::make_unique<World>()) {
  world_->inputs = inputs;
  world_->order = order;
  Process& own = world_->processes.emplace_back();
  own.state = Process::State::running;
  own.descriptor_limit = inputs.descriptor_limit;
  open_standard(*world_);
  // A lab wants the errors that come with them.
  for (const int signal : {SIGPIPE, SIGXFSZ}) {
    world_->process(0).dispositions[at(signal)].action = signal_ignored;
  }
}

Machine::Machine(const Machine& o) : world_(std::make_unique<World>(*o.world_)) {}

Machine& Machine::operator=(const Machine& o) {
  if (this != &o) world_ = std::make_unique<World>(*o.world_);
  return *this;
}

Machine::Machine(Machine&&) noexcept = default;
Machine& Machine::operator=(Machine&&) noexcept = default;
Machine::~Machine() = default;

void Machine::begin_step() {
  World& w = *world_;
  ++w.calls;
  w.touched.clear();
  w.worked = false;
  if (believes(w, Misconception::et_on_change)) remember_levels(w);
}

void Machine::believe(std::optional<Misconception> rule) { world_->belief = rule; }

std::optional<Misconception> Machine::belief() const { return world_->belief; }

Machine::Result Machine::call(ActorId actor, const Request& request, const Observer& observe) {
  World& w = *world_;
  begin_step();
  if (!lives(w, actor)) return result_of(failure(kNobody));
  w.current = actor.process();
  const Index task = task_of(w, actor);
  Run run{w, *this, observe, actor};
  auto step = start_call(run, task, request);
  w.moved.reset();
  w.quota_met.reset();
  return settled(run, std::move(step));
}

bool Machine::alive(ActorId actor) const { return epollscope::lives(*world_, actor); }

bool Machine::existed(ActorId actor) const { return epollscope::existed(*world_, actor); }

std::vector<ActorId> Machine::runnable() const {
  std::vector<ActorId> actors;
  for (const Index task : world_->runnable) actors.push_back(world_->tasks[at(task)].actor);
  return actors;
}

Machine::Result Machine::resume(ActorId actor, const Observer& observe) {
  World& w = *world_;
  const Index task = find_task(w, actor);
  assert(task != kNone && w.tasks[at(task)].state == TaskState::runnable);
  std::erase(w.runnable, task);
  w.current = actor.process();
  Run run{w, *this, observe, actor};
  return settled(run, continue_call(run, task));
}

Machine::Result Machine::expire(ActorId actor, const Observer& observe) {
  World& w = *world_;
  const Index task = find_task(w, actor);
  assert(task != kNone && w.tasks[at(task)].state == TaskState::blocked);
  assert(w.tasks[at(task)].timeout_ns);
  w.current = actor.process();
  Run run{w, *this, observe, actor};
  return settled(run, end_call_in_time(run, task));
}

Machine::Result Machine::interrupt(ActorId actor, const Observer& observe) {
  World& w = *world_;
  const Index task = find_task(w, actor);
  assert(task != kNone && w.tasks[at(task)].state == TaskState::blocked);
  w.current = actor.process();
  Run run{w, *this, observe, actor};
  return settled(run, interrupt_wait(run, task));
}

void Machine::abandon(ActorId actor, const Observer& observe) {
  World& w = *world_;
  if (idle(actor)) return;
  w.current = actor.process();
  Run run{w, *this, observe, actor};
  abandon_call(run, find_task(w, actor));
}

std::optional<int> Machine::killed_by() const { return world_->process(0).killed_by; }

bool Machine::worked() const { return world_->worked; }

bool Machine::may_work(const Request& request) const {
  const auto* bytes = std::get_if<WriteBytes>(&request.op);
  const auto* amount = std::get_if<WriteAmount>(&request.op);
  if (bytes == nullptr && amount == nullptr) return false;
  const Index file = file_of(*world_, bytes != nullptr ? bytes->fd : amount->fd);
  return file != kNone && world_->files[file].kind == FileKind::pty;
}

bool Machine::idle(ActorId actor) const {
  const Index task = find_task(*world_, actor);
  return task == kNone || world_->tasks[at(task)].state == TaskState::idle;
}

std::vector<Machine::Timer> Machine::timers() const {
  const World& w = *world_;
  std::vector<Timer> armed;
  if (w.timers.all.empty()) return armed;
  for (const File& f : w.files.all) {
    if (!f.id.valid() || f.kind != FileKind::timerfd) continue;
    const TimerfdCtx& t = w.timers[f.object];
    if (!t.armed) continue;
    armed.push_back({f.id, fd_of(w, static_cast<Index>(&f - w.files.all.data())), t.ticks > 0,
                     t.value_ns, t.interval_ns, t.settimes, t.reads});
  }
  return armed;
}

void Machine::timer_expired(FileId file, std::uint64_t ticks, const Observer& observe) {
  World& w = *world_;
  const Index timer = find_file(w, file, FileKind::timerfd);
  if (timer == kNone || !w.timers[w.files[timer].object].armed) return;
  Run run{w, *this, observe, {}};
  epollscope::timer_expired(run, timer, ticks);
}

bool Machine::timer_may_wake(ActorId actor) const {
  const World& w = *world_;
  const Index task = w.timers.all.empty() ? kNone : find_task(w, actor);
  return task != kNone && epollscope::timer_may_wake(w, task);
}

bool Machine::amount_is_open(const Request& request) const {
  return !world_->inets.all.empty() && tcp_amount_is_open(*world_, request);
}

void Machine::amount_seen(std::uint64_t bytes) { world_->moved = bytes; }

void Machine::quota_met(int error) { world_->quota_met = error; }

std::uint64_t Machine::socket_memory() const {
  std::uint64_t bytes = 0;
  for (const Sock& s : world_->socks.all) bytes += s.wmem;
  for (const InetSock& s : world_->inets.all) bytes += s.bytes.size() + s.coming.size();
  return bytes;
}

std::uint64_t Machine::bytes_of_a_new_pipe() const {
  return std::uint64_t{slots_of_a_new_pipe(*world_)} * world_->inputs.page_size;
}

std::vector<Machine::Flow> Machine::flows() const {
  const World& w = *world_;
  std::vector<Flow> crowded;
  for (const InetSock& s : w.inets.all) {
    if (!s.crowded || s.peer == kNone || w.inets[s.peer].file == kNone) continue;
    const Index sender = w.inets[s.peer].file;
    crowded.push_back({w.files[sender].id, fd_of(w, sender)});
  }
  return crowded;
}

void Machine::flow_seen(FileId sender, std::uint64_t unsent, bool writable,
                        const Observer& observe) {
  World& w = *world_;
  const Index file = find_file(w, sender, FileKind::tcp);
  if (file == kNone) return;
  Run run{w, *this, observe, {}};
  tcp_flow_seen(run, file, unsent, writable);
}

bool Machine::flow_is_known(FileId sender, std::uint64_t unsent, bool writable) const {
  const Index file = find_file(*world_, sender, FileKind::tcp);
  return file == kNone || tcp_flow_is_known(*world_, file, unsent, writable);
}

void Machine::give_up(std::string what) { epollscope::not_modelled(*world_, std::move(what)); }

std::optional<std::string> Machine::not_modelled() const { return world_->not_modelled; }

void Machine::bind(Fd fd, const std::string& name) {
  World& w = *world_;
  const Index file = file_of(w, fd);
  if (file == kNone) return;
  const NameId id = w.names.intern(name);
  w.descriptors[slot_of(w, fd)].name = id;
  if (w.files[file].name == kNone) w.files[file].name = id;
}

void Machine::name_data(std::uint64_t data, const std::string& name) {
  World& w = *world_;
  const NameId id = w.names.intern(name);
  const auto it = std::ranges::lower_bound(w.data_names, data, {}, &DataNameRow::first);
  if (it != w.data_names.end() && it->first == data) {
    it->second = id;
  } else {
    w.data_names.insert(it, {data, id});
  }
}

std::vector<Fd> Machine::unranked() const {
  const World& w = *world_;
  std::vector<Fd> fds;
  for (const Eventpoll& ep : w.eps.all) {
    if (ep.file == kNone || ep.unranked.empty()) continue;
    if (const Fd fd = fd_of(w, ep.file); fd.valid()) fds.push_back(fd);
  }
  return fds;
}

bool Machine::order_known(Fd epfd) const {
  const Index ep = find_ep(*world_, epfd);
  return ep != kNone && world_->eps[ep].unranked.empty();
}

bool Machine::needs_order_before(const Request& request) const {
  return may_remove_before_ranked(*world_, request);
}

bool Machine::learn_order(Fd epfd, const std::vector<Row>& rows) {
  const Index ep = find_ep(*world_, epfd);
  return ep != kNone && epollscope::learn_order(*world_, ep, rows);
}

std::vector<std::string> Machine::ready_names(Fd epfd) const {
  const World& w = *world_;
  std::vector<std::string> names;
  const Index ep = find_ep(w, epfd);
  if (ep == kNone) return names;
  for (Index i = w.eps[ep].rdllist.head; i != kNone; i = w.items[i].rdllink.next) {
    names.push_back(name_of_item(w, i));
  }
  return names;
}

std::vector<Machine::Row> Machine::interest(Fd epfd) const {
  const World& w = *world_;
  std::vector<Row> rows;
  const Index ep = find_ep(w, epfd);
  if (ep == kNone) return rows;
  for (const Index i : items_of(w, ep)) {
    rows.push_back({w.items[i].fd, w.items[i].events, w.items[i].data});
  }
  return rows;
}

bool Machine::is_epoll(Fd fd) const { return find_ep(*world_, fd) != kNone; }

std::optional<FileId> Machine::instance(Fd epfd) const {
  const World& w = *world_;
  const Index ep = find_ep(w, epfd);
  if (ep == kNone) return std::nullopt;
  return w.files[w.eps[ep].file].id;
}

std::vector<Fd> Machine::touched() const {
  const World& w = *world_;
  std::vector<Fd> fds;
  for (const Index file : w.touched) {
    const File& f = w.files[file];
    if (!f.id.valid() || f.kind == FileKind::epoll || f.kind == FileKind::signalfd) continue;
    const Fd fd = fd_of(w, file);
    if (fd.valid() && fd.process == 0) fds.push_back(fd);
  }
  std::sort(fds.begin(), fds.end());
  fds.erase(std::unique(fds.begin(), fds.end()), fds.end());
  return fds;
}

}  // namespace epollscope
