#include "core/session/session.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/utsname.h>

#include <algorithm>
#include <atomic>

#include "core/base/grow.h"
#include "core/lab/lab.h"
#include "core/session/impl.h"
#include "core/session/measure.h"
#include "core/session/verify.h"

namespace epollscope {
namespace {

TreeOrder order_of(const SessionOptions& options) {
  return options.model_only ? TreeOrder::created : options.tree;
}

}  // namespace

Session::Impl::Impl(Lesson l, SessionOptions o, std::unique_ptr<Kernel> k, MachineInputs inputs)
    : lesson(std::move(l)),
      options(std::move(o)),
      kernel(std::move(k)),
      history(Machine(inputs, order_of(options))),
      xray_watch(options.xray) {
  static std::atomic<std::uint64_t> sessions = 0;
  id = ++sessions;
}

Session::Session() = default;
Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::start(Lesson lesson, SessionOptions options) {
  std::unique_ptr<Kernel> kernel;
  if (options.model_only) {
    kernel = make_model_kernel(measure_inputs());
  } else {
    auto lab = start_lab();
    if (!lab) return std::unexpected(lab.error());
    kernel = std::move(*lab);
  }
  return start_on(std::move(kernel), std::move(lesson), std::move(options));
}

Result<std::unique_ptr<Session>> Session::start_on(std::unique_ptr<Kernel> kernel, Lesson lesson,
                                                   SessionOptions options) {
  auto session = std::unique_ptr<Session>(new Session);
  const bool insists = options.xray == XrayUse::on && !options.model_only;
  session->impl_ = std::make_unique<Impl>(std::move(lesson), std::move(options), std::move(kernel),
                                          measure_inputs());
  if (insists) {
    if (auto opened = session->impl_->open_xray(); !opened) {
      return std::unexpected(opened.error());
    }
  }
  session->impl_->settle_followers();
  return session;
}

bool Session::step() {
  ++impl_->touched;
  return impl_->start_next();
}

bool Session::busy() const { return impl_->running.has_value(); }

void Session::pump() {
  const bool was_busy = busy();
  // Whatever else there is to hear when a step has ended keeps wait_fd() readable.
  while (!impl_->death && (busy() || !was_busy)) {
    // The model's clock moves only while somebody waits for it.
    if (!busy() && impl_->kernel->wait_fd() < 0) return;
    auto n = impl_->kernel->take();
    if (!n) break;
    ++impl_->touched;
    impl_->handle(*n);
  }
  impl_->check_time_limit();
}

int Session::wait_fd() const { return impl_->death ? -1 : impl_->kernel->wait_fd(); }

std::optional<std::chrono::milliseconds> Session::patience() const {
  if (!busy()) return std::nullopt;
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - impl_->last_progress);
  return std::max(impl_->options.time_limit - spent, std::chrono::milliseconds(0));
}

void Session::wait() {
  for (pump(); busy(); pump()) {
    if (wait_fd() < 0) continue;
    pollfd p{.fd = wait_fd(), .events = POLLIN, .revents = 0};
    poll(&p, 1, static_cast<int>(patience()->count()) + 1);
  }
}

void Session::finish() {
  ++impl_->touched;
  while (!impl_->death) {
    std::set<ActorId> due;
    for (const auto& [actor, call] : impl_->asleep) {
      if (impl_->is_due(actor, call)) due.insert(actor);
    }
    if (due.empty()) break;
    impl_->start_waiting(std::move(due), std::nullopt, -1);
    wait();
  }
  const bool compares = !impl_->options.model_only && !impl_->history.live().not_modelled();
  if (!impl_->death && compares) {
    impl_->learn_order_now();
    impl_->forget_closed_epolls();
    for (const auto& [fd, name] : impl_->epolls) {
      impl_->verify_list(fd, name, impl_->final_differences);
    }
    if (impl_->has_xray()) {
      impl_->look_through();
      if (impl_->hindsight.oldest() && !impl_->xray_fits(impl_->history.live())) {
        impl_->think_over(nullptr, [this](const Machine& m) { return impl_->xray_fits(m); });
      }
      impl_->compare_with_xray(impl_->final_differences);
    }
  }
  impl_->differed += static_cast<int>(impl_->final_differences.size());
  impl_->is_finished = true;
}

void Session::stop(std::string why) {
  if (impl_->death) return;
  ++impl_->touched;
  impl_->death = std::move(why);
  impl_->running.reset();
  impl_->kernel.reset();
}

std::optional<std::string> Session::died() const { return impl_->death; }
bool Session::timed_out() const { return impl_->over_time; }
bool Session::finished() const { return impl_->is_finished; }

std::vector<std::string> Session::stuck() const {
  std::vector<std::string> lines;
  for (const auto& [actor, call] : impl_->asleep) {
    const char* how = is_row_of_calls(call.request) ? "is still" : "waits";
    lines.push_back(fmt::format("{} {} in {}", print(actor), how, print(call.call)));
  }
  return lines;
}

bool Session::something_due() const {
  return std::ranges::any_of(impl_->asleep,
                             [&](const auto& a) { return impl_->is_due(a.first, a.second); });
}

const Lesson& Session::lesson() const { return impl_->lesson; }
int Session::next_statement() const { return impl_->next; }

void Session::append(const Statement& statement) {
  ++impl_->touched;
  make_room(impl_->lesson.program.statements);
  impl_->lesson.program.statements.push_back(statement);
  impl_->is_finished = false;
}

Result<std::unique_ptr<Session>> Session::branch(int n, Program program) const {
  Lesson lesson = impl_->lesson;
  lesson.program = std::move(program);
  auto fresh = start(std::move(lesson), impl_->options);
  if (!fresh) return fresh;
  Session& s = **fresh;
  const int wanted = std::min(n, static_cast<int>(steps().size()));
  while (static_cast<int>(s.steps().size()) < wanted && !s.died()) {
    const std::size_t i = s.steps().size();
    if (steps()[i].is_resume && s.impl_->asleep.contains(steps()[i].actor)) {
      s.impl_->start_waiting({steps()[i].actor}, std::nullopt, -1);
    } else if (!s.step()) {
      break;
    }
    s.wait();
    if (s.steps().size() <= i) break;
    StepRecord& now = s.impl_->steps[i];
    const StepRecord& then = steps()[i];
    now.branch_differs = now.call == then.call &&
                         (now.returned != then.returned || !now.outcome.same_result(then.outcome));
  }
  return fresh;
}

const std::vector<StepRecord>& Session::steps() const { return impl_->steps; }

State Session::state_at(int n, std::optional<int> micro) const { return *moment(n, micro); }

std::shared_ptr<const State> Session::moment(int n, std::optional<int> micro) const {
  const History& history = impl_->history;
  n = std::clamp(n, 0, history.steps());
  const bool live = !micro && n == history.steps() && !busy();
  if (live) impl_->learn_order_now();
  return impl_->moments.get(n, micro, {history.changes(), history.revisions()}, [&] {
    Moments::Made made{live ? history.live().state() : history.at(n, micro).state(), false};
    // Where an order is unknown still, a later reading may tell it.
    const auto known = [](const EventpollState& ep) { return ep.unranked.empty(); };
    const bool past = n < history.steps() || micro.has_value() || history.at_rest();
    made.lasting = past && std::ranges::all_of(made.state.eventpolls, known);
    return made;
  });
}

std::optional<std::vector<std::string>> Session::ready_at_end(const std::string& epoll) const {
  if (impl_->history.live().not_modelled()) return std::nullopt;
  const auto ep = impl_->find_epoll(epoll);
  return ep ? impl_->history.live().ready_names(*ep) : std::vector<std::string>{};
}

std::optional<std::string> Session::data_name(std::uint64_t data) const {
  const auto it = impl_->data_names.find(data);
  if (it == impl_->data_names.end()) return std::nullopt;
  return it->second;
}

SessionVersion Session::version() const {
  return {.session = impl_->id, .touched = impl_->touched, .changes = impl_->history.changes()};
}

int Session::expectations_failed() const { return impl_->failed; }
const std::string& Session::failed_before_steps() const { return impl_->failed_early; }
int Session::model_differences() const { return impl_->differed; }
int Session::not_modelled_from() const {
  const auto known = [](const StepRecord& r) { return r.not_modelled.empty(); };
  const auto first = std::ranges::partition_point(impl_->steps, known);
  return first == impl_->steps.end() ? 0 : first->n;
}

const SessionOptions& Session::options() const { return impl_->options; }
int Session::lab_pid() const { return impl_->kernel ? impl_->kernel->pid() : -1; }

std::string Session::kernel_release() const {
  if (impl_->options.model_only) return "model";
  utsname u{};
  if (uname(&u) != 0) return "unknown";
  return u.release;
}

bool Session::has_xray() const { return impl_->has_xray(); }

const std::vector<std::string>& Session::final_differences() const {
  return impl_->final_differences;
}

}  // namespace epollscope
