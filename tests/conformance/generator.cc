#include "tests/conformance/generator.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <utility>

#include "tests/conformance/values.h"

namespace epollscope::trial {
namespace {

constexpr std::size_t kFewFiles = 6;
constexpr std::size_t kManyFiles = 40;
constexpr int kLoud = 2;        // an instance with something ready for ever lets nobody sleep
constexpr int kLongAlone = 25;  // statements in which one thread woke nobody
constexpr std::size_t kManyForThreads = 14;  // few files, so that threads meet at them

}  // namespace

Generator::Generator(std::uint64_t seed, int threads, bool calm, bool sockets, bool processes,
                     bool terminals)
    : random_(seed),
      threads_(threads),
      calm_(calm),
      nests_(threads == 1 && one_in(4)),
      drains_(!calm && one_in(2)),
      connects_(sockets && one_in(2)),
      local_(one_in(3)),
      posts_(local_ && one_in(2)),
      forks_(processes && !connects_ && one_in(2)),
      terminals_(terminals && one_in(2)),
      signals_{{SIGUSR1, false}, {SIGUSR2, false}, {SIGALRM, false}, {SIGPIPE, true},
               {SIGCHLD, true},  {SIGURG, true},   {SIGWINCH, true}} {}

bool Generator::stuck() const {
  const std::size_t children = tables_.size() - tables_.count(0);
  return asleep_.size() >= static_cast<std::size_t>(threads_) + children || alone_ > kLongAlone;
}

bool Generator::last_awake() const {
  return asleep_.size() + 1 >= static_cast<std::size_t>(threads_);
}

CallStatement Generator::next() {
  CallStatement s;
  s.actor = by_ = actor();
  s.actor_written = s.actor != ActorId{};
  pending_.clear();
  s.call = call(s.names);
  return s;
}

void Generator::learn(const StepRecord& record) {
  by_ = record.actor;
  if (!record.returned && !record.call.args.empty()) asleep_[record.actor] = record.call.args[0];
  if (record.returned) asleep_.erase(record.actor);
  for (const Resumed& other : record.resumed) asleep_.erase(other.actor);
  alone_ = threads_ > 1 && last_awake() ? alone_ + 1 : 0;
  if (record.call.name == CallName::close && record.returned && !record.outcome.failed()) {
    if (const auto* name = std::get_if<Ref>(&record.call.args[0].v)) {
      std::erase_if(files(), [&](const File& f) { return f.name == name->name; });
    }
  }
  const auto* wait = std::get_if<EpollWait>(&record.request.op);
  if (wait != nullptr && record.returned && !record.is_resume && record.outcome.returned > 0) {
    if (File* ep = find(record.call.args[0])) ++ep->noise;
  }
  if (record.call.name == CallName::epoll_ctl && record.returned && !record.outcome.failed()) {
    learn_ctl(record.call);
  }
  if (record.call.name == CallName::dup2 && !record.bound.empty()) {
    std::erase_if(files(), [&](const File& f) { return record.bound.contains(f.name); });
  }
  learn_connection(record);
  if (!record.bound.empty()) files().insert(files().end(), pending_.begin(), pending_.end());
  pending_.clear();
  learn_processes(record);
}

void Generator::learn_ctl(const Call& ctl) {
  if (std::get<Mask>(ctl.args[1].v).bits != EPOLL_CTL_ADD) return;
  const File* target = find(ctl.args[2]);
  if (target == nullptr) return;
  watched_.push_back(target->peer);
  File* ep = find(ctl.args[0]);
  if (ep == nullptr) return;
  ep->wakes.push_back(target->peer);
  ep->wakes.insert(ep->wakes.end(), target->wakes.begin(), target->wakes.end());
}

ActorId Generator::actor() {
  std::vector<ActorId> idle;
  for (int n = 1; n <= threads_; ++n) {
    const ActorId a{'T', n};
    if (!asleep_.contains(a)) idle.push_back(a);
  }
  for (const auto& [process, table] : tables_) {
    const ActorId a{'P', process};
    if (process != 0 && !asleep_.contains(a)) idle.push_back(a);
  }
  return one_in(2) ? idle.front() : one_of(idle);
}

std::string Generator::fresh(Kind kind) {
  const char letter = "epsvmtnrclugiy"[static_cast<int>(kind)];
  const std::string name = letter + std::to_string(++made_);
  pending_.push_back({name, kind, name});
  return name;
}

Generator::File* Generator::find(const Value& value) {
  const auto* ref = std::get_if<Ref>(&value.v);
  if (ref == nullptr) return nullptr;
  const auto it = std::ranges::find(files(), ref->name, &File::name);
  return it == files().end() ? nullptr : &*it;
}

std::vector<Generator::File*> Generator::epolls() {
  std::vector<File*> all;
  for (File& f : files()) {
    if (f.kind == Kind::epoll) all.push_back(&f);
  }
  return all;
}

Value Generator::file() {
  if (files().empty() || one_in(60)) return number(pick({-1, 59, 2000}));
  return ref(one_of(files()).name);
}

Value Generator::epoll() {
  const std::vector<File*> all = epolls();
  if (all.empty() || one_in(60)) return file();
  return ref(one_of(all)->name);
}

// Where a sleep is most likely to end: the instance that watches most.
Value Generator::busiest() {
  const std::vector<File*> all = epolls();
  if (all.empty()) return epoll();
  return ref(
      (*std::ranges::max_element(all, {}, [](const File* f) { return f->wakes.size(); }))->name);
}

Call Generator::creation(std::vector<std::string>& names) {
  // A program of one thread ends when a call sleeps.
  const bool nonblock = threads_ == 1 ? !one_in(20) : one_in(3);
  const auto two = [&](Kind kind) {
    names = {fresh(kind)};
    names.push_back(fresh(kind));
    std::swap(pending_[0].peer, pending_[1].peer);
  };
  const auto epolls = std::ranges::count(files(), Kind::epoll, &File::kind);
  const int most_epolls = nests_ ? 9 : threads_ == 1 ? 6 : 3;
  const auto epoll_create1 = [&] {
    names = {fresh(Kind::epoll)};
    const auto how = pick<std::uint64_t>({0, 0, 0, EPOLL_CLOEXEC, 1});
    return Call{CallName::epoll_create1, {flags(FlagSet::epoll_create, how)}};
  };
  if (files().size() >= kFewFiles && epolls == 0) return epoll_create1();
  if (makes_terminal()) return openpty(names, nonblock);
  switch (upto(16)) {
    case 0:
    case 1:
      if (epolls >= most_epolls) break;
      return epoll_create1();
    case 2:
      if (epolls >= most_epolls) break;
      names = {fresh(Kind::epoll)};
      return {CallName::epoll_create, {number(pick({1, 1, 0, -1, 100}))}};
    case 3:
    case 4: {
      two(Kind::pipe);
      const int more = pick<int>({0, 0, 0, 0, O_DIRECT, O_CLOEXEC, O_APPEND});
      return {CallName::pipe2,
              {flags(FlagSet::file_status,
                     static_cast<std::uint64_t>((nonblock ? int{O_NONBLOCK} : 0) | more))}};
    }
    case 5:
    case 6: {
      two(Kind::stream);
      const int kind =
          calm_ || one_in(2)
              ? SOCK_STREAM
              : pick<int>({SOCK_DGRAM, SOCK_DGRAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_RAW, 9, 11});
      const int type = kind | (nonblock ? int{SOCK_NONBLOCK} : 0);
      return {
          CallName::socketpair,
          {flags(FlagSet::domain, pick<std::uint64_t>({AF_UNIX, AF_UNIX, AF_UNIX, AF_INET, 99})),
           flags(FlagSet::socket_type, static_cast<std::uint64_t>(type))}};
    }
    case 7: {
      const bool semaphore = !drains_ && one_in(2);
      names = {fresh(semaphore ? Kind::semaphore : Kind::eventfd)};
      const int more = (nonblock ? int{EFD_NONBLOCK} : 0) | (semaphore ? int{EFD_SEMAPHORE} : 0);
      return {CallName::eventfd,
              {number(pick<std::int64_t>({0, 0, 0, 0, 1, 3, 0xffffffff})),
               flags(FlagSet::eventfd, static_cast<unsigned>(more))}};
    }
    case 8: {
      names = {fresh(Kind::timer)};
      const bool never_waits = nonblock || threads_ == 1;  // see settime()
      const int more = (never_waits ? int{TFD_NONBLOCK} : 0) | pick<int>({0, 0, 0, TFD_CLOEXEC, 4});
      return {CallName::timerfd_create,
              {flags(FlagSet::clock,
                     pick<std::uint64_t>({CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME, 99})),
               flags(FlagSet::timerfd, static_cast<unsigned>(more))}};
    }
    case 9:
      // Of two, nothing says which one hears first.
      if (std::ranges::count(files(), Kind::notifier, &File::kind) > 0) break;
      names = {fresh(Kind::notifier)};
      if (nonblock) {
        next_.push_back({CallName::fcntl,
                         {ref(names[0]), flags(FlagSet::fcntl_command, F_SETFL),
                          flags(FlagSet::file_status, O_NONBLOCK)}});
      }
      return {CallName::inotify, {}};
    case 10:
      names = {fresh(Kind::regular)};
      return {CallName::memfd_create, {}};
    case 11:
      return dup2();
    case 12:
    case 13: {
      if (forks_) break;
      names = {fresh(Kind::signals)};
      const int more = (nonblock ? int{SFD_NONBLOCK} : 0) | pick<int>({0, 0, 0, SFD_CLOEXEC, 1});
      return {CallName::signalfd,
              {signals(), flags(FlagSet::signalfd, static_cast<unsigned>(more))}};
    }
    default:
      break;
  }
  const Value of = one_in(5) ? epoll() : file();
  const File* known = find(of);
  names = {fresh(known == nullptr ? Kind::pipe : known->kind)};
  if (known != nullptr) {
    pending_.back().peer = known->peer;
    pending_.back().wakes = known->wakes;
  }
  return {CallName::dup, {of}};
}

// The name of the number that is taken means the other file afterwards.
Call Generator::dup2() {
  const Value of = file();
  const Value to = one_in(10) ? number(pick({7, 30, -1, 70000})) : file();
  const File* known = find(of);
  const File* replaced = find(to);
  if (known != nullptr && replaced != nullptr) {
    pending_.push_back(*known);
    pending_.back().name = replaced->name;
  }
  return {CallName::dup2, {of, to}};
}

Call Generator::poll() {
  Call c{CallName::poll, {one_in(4) ? epoll() : file()}};
  for (int n = upto(3); n > 0; --n) c.args.push_back(file());
  return c;
}

// A low one is raised again before long.
Call Generator::limit() {
  const std::int64_t most = limited_ ? 65536 : pick({0, 8, 20, 65536, 1 << 30});
  limited_ = most < 65536;
  return {CallName::setrlimit, {flags(FlagSet::resource, RLIMIT_NOFILE), number(most)}};
}

std::uint32_t Generator::mask() {
  if (one_in(25)) return 0;
  // Threads are to fall asleep, so that there is somebody to wake.
  const bool quiet = threads_ > 1 && !one_in(3);
  std::uint32_t m = one_in(quiet ? 10 : 4) ? 0U : std::uint32_t{EPOLLIN};
  if (one_in(quiet ? 10 : 3)) m |= EPOLLOUT;
  if (quiet ? !one_in(4) : one_in(3)) m |= EPOLLET;
  if (one_in(6)) m |= EPOLLONESHOT;
  if (one_in(8)) m |= EPOLLRDHUP;
  if (one_in(12)) m |= pick<std::uint32_t>({EPOLLPRI, EPOLLRDNORM, EPOLLWRNORM, EPOLLWRBAND});
  if (one_in(40)) m |= pick<std::uint32_t>({EPOLLWAKEUP, EPOLLMSG, 1U << 20});
  if (one_in(threads_ == 1 ? 8 : 3)) {
    m |= EPOLLEXCLUSIVE;
    if (!one_in(6)) m &= EPOLLEXCLUSIVE | EPOLLIN | EPOLLOUT | EPOLLET;  // what ADD takes with it
  }
  return m;
}

Call Generator::ctl() {
  const int op = one_in(50) ? pick({0, 4, -1})
                            : pick<int>({EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD,
                                         EPOLL_CTL_MOD, EPOLL_CTL_DEL});
  Value event = flags(FlagSet::epoll_events, mask());
  if (one_in(50)) event = {.v = Null{}};
  if (one_in(4) && !std::holds_alternative<Null>(event.v)) {
    Struct both;
    both.fields.push_back({"events", event});
    both.fields.push_back({"data", number(upto(100))});
    event = {.v = both};
  }
  constexpr int kNullDevice = 0;  // standard input of a lab
  const Value target = one_in(60) ? number(kNullDevice) : one_in(nests_ ? 2 : 6) ? epoll() : file();
  return {CallName::epoll_ctl,
          {epoll(), flags(FlagSet::ctl_op, static_cast<std::uint32_t>(op)), target, event}};
}

Call Generator::wait() {
  const int max = one_in(60) ? pick({0, -1, 178956971}) : pick({1, 1, 2, 3, 8, 64});
  const bool sleep = !last_awake() && !one_in(4);
  const int timeout = sleep ? (!calm_ && one_in(12) ? pick({1, 2}) : -1) : 0;
  const Value ep = sleep && !one_in(4) ? busiest() : epoll();
  Call c{CallName::epoll_wait, {ep, number(max), number(timeout)}};
  const auto mask = [&] { return one_in(2) ? Value{.v = Null{}} : signals(); };
  if (one_in(6)) {
    c.name = CallName::epoll_pwait;
    c.args.push_back(mask());
  } else if (one_in(6)) {
    c.name = CallName::epoll_pwait2;
    if (timeout >= 0) c.args[2] = {.v = Duration{timeout * 1'000'000L}};
    c.args.push_back(mask());
  }
  if (one_in(40)) c.args.push_back({.v = Null{}});
  return c;
}

std::int64_t Generator::amount() {
  return pick<std::int64_t>({0,     1,     1,     2,     7,     8,      100,    192,   193,
                             1000,  3000,  4095,  4096,  4097,  5000,   8192,   16064, 16065,
                             20000, 36544, 36545, 65536, 70000, 212960, 212961, 300000});
}

std::int64_t Generator::small_amount() {
  return one_in(4) ? amount() : pick<std::int64_t>({1, 1, 5, 0});
}

Call Generator::write() {
  return write_to(!watched_.empty() && one_in(2) ? ref(one_of(watched_)) : file());
}

Call Generator::write_to(const Value& to) {
  const File* known = find(to);
  if (known != nullptr && known->kind == Kind::timer && !one_in(8)) return settime(to);
  if (known != nullptr && known->kind == Kind::signals && !one_in(8)) return kill_somebody();
  if (known != nullptr && known->kind == Kind::terminal) return type(to);
  if (one_in(4)) {
    std::string text;
    for (int n = upto(12); n > 0; --n) text += static_cast<char>('a' + upto(26));
    return {CallName::write, {to, {.v = String{text}}}};
  }
  if (known != nullptr && known->kind == Kind::eventfd && one_in(8)) {
    return {CallName::write, {to, {.v = Integer{~0ULL - static_cast<unsigned>(upto(3)), false}}}};
  }
  return {CallName::write, {to, amount_for(known)}};
}

// Something that may end one of the sleeps.
Call Generator::rouse() {
  auto sleeper = asleep_.begin();
  std::advance(sleeper, upto(static_cast<int>(asleep_.size())));
  const File* on = find(sleeper->second);
  if (one_in(5)) return kill(sleeper->first);
  if (on == nullptr) return write();
  if (on->kind == Kind::listener) return connect();
  if (on->kind == Kind::signals) return kill(sleeper->first);
  if (on->kind == Kind::epoll && (on->wakes.empty() || one_in(5))) {
    return {CallName::epoll_ctl,
            {sleeper->second, flags(FlagSet::ctl_op, EPOLL_CTL_ADD), file(),
             flags(FlagSet::epoll_events, mask())}};
  }
  const Value other = ref(on->kind == Kind::epoll ? one_of(on->wakes) : on->peer);
  if (one_in(4)) return read(other);
  if (one_in(10)) return {CallName::close, {other}};
  return write_to(other);
}

Call Generator::read(const Value& from) {
  const File* known = find(from);
  if (known != nullptr && known->kind == Kind::signals && !one_in(8)) {
    return {CallName::read, {from, number(pick({128, 128, 255, 256, 1024, 4096}))}};
  }
  return {CallName::read, {from, number(small_amount() + (one_in(2) ? 7 : 0))}};
}

Call Generator::drain() {
  if (!drains_) return read(file());
  return {CallName::drain, {file()}};
}

Call Generator::control() {
  const Value fd = file();
  const auto fcntl = [&](std::uint64_t command, Value arg) {
    return Call{CallName::fcntl, {fd, flags(FlagSet::fcntl_command, command), std::move(arg)}};
  };
  const File* known = find(fd);
  if (known != nullptr && known->kind == Kind::stream && one_in(2)) return buffer_size(fd);
  switch (upto(7)) {
    case 0:
      return {CallName::fcntl, {fd, flags(FlagSet::fcntl_command, F_GETFL)}};
    case 1: {
      const int keep = threads_ == 1 ? O_NONBLOCK : pick({0, 0, O_NONBLOCK});
      return fcntl(F_SETFL,
                   flags(FlagSet::file_status,
                         static_cast<std::uint64_t>(keep | pick<int>({0, 0, O_DIRECT, O_APPEND}))));
    }
    case 2:
      return {CallName::fcntl, {fd, flags(FlagSet::fcntl_command, F_GETPIPE_SZ)}};
    case 3:
      if (one_in(2)) return {CallName::fcntl, {fd, flags(FlagSet::fcntl_command, F_GETFD)}};
      return fcntl(F_SETFD, number(upto(2)));
    default:
      return fcntl(F_SETPIPE_SZ, number(pick({0, 4096, 4096, 8192, 5000, 65536, 100000, -1})));
  }
}

Value Generator::timer() {
  std::vector<File*> timers;
  for (File& f : files()) {
    if (f.kind == Kind::timer) timers.push_back(&f);
  }
  return timers.empty() || one_in(20) ? file() : ref(one_of(timers)->name);
}

// Due at once: then nothing else is done until it has expired. Or disarmed; where no thread can
// wait for it, due in an hour as well.
Call Generator::settime(const Value& on) {
  constexpr std::int64_t kHour = 3'600'000'000'000;
  const bool later = threads_ == 1 && one_in(3);
  expiring_ = !later && !one_in(4);
  const std::int64_t value = later ? kHour : expiring_ ? 1 : 0;
  const std::int64_t interval = threads_ == 1 ? pick<std::int64_t>({0, 0, kHour}) : 0;
  return {CallName::timerfd_settime, {on, {.v = Duration{value}}, {.v = Duration{interval}}}};
}

Call Generator::call(std::vector<std::string>& names) {
  if (!next_.empty()) {
    Call call = std::move(next_.front());
    next_.pop_front();
    return call;
  }
  if (by_.process() == 0 && limited_ && one_in(5)) return limit();
  if (std::exchange(expiring_, false)) return {CallName::sleep, {{.v = Duration{50'000}}}};
  if (files().size() < kFewFiles || epolls().empty()) return creation(names);
  const auto loud = std::ranges::find_if(files(), [](const File& f) { return f.noise > kLoud; });
  if (threads_ > 1 && loud != files().end()) return {CallName::close, {ref(loud->name)}};
  if (threads_ > 1 && !asleep_.empty() && one_in(3)) return rouse();
  // The last one awake keeps to what wakes others.
  if (last_awake() && threads_ > 1) {
    const int n = upto(20);
    if (n < 8) return write();
    if (n < 11) return ctl();
    if (n < 13) return {CallName::close, {file()}};
    if (n < 15) return wait();
    if (n < 16) return control();
  }
  if (threads_ > 1 && one_in(asleep_.empty() ? 3 : 2)) return wait();
  if (connects_ && one_in(3)) return connection(names);
  if (forks_ && one_in(6)) {
    if (auto call = process_call(names)) return *call;
  }
  if (one_in(8)) {
    const int n = upto(10);
    // What is known of signals is about the threads' own process.
    if (by_.process() != 0) return sigprocmask();
    if (n < 3) return sigaction();
    return n < 6 ? sigprocmask() : kill_somebody();
  }
  const int n = upto(100);
  if (n < 27) return ctl();
  if (n < 49) return wait();
  if (n < 64) return write();
  if (n < 75) return read(file());
  if (n < 77) return drain();
  if (n < 79) {
    const Value on = file();
    return calm_ || never_filled(find(on)) ? ctl() : Call{CallName::fill, {on}};
  }
  if (n < 84) return {CallName::close, {file()}};
  if (n < 86) {
    const auto how = static_cast<std::uint32_t>(pick<int>({SHUT_RD, SHUT_WR, SHUT_RDWR, 3, -1}));
    return {CallName::shutdown, {file(), flags(FlagSet::shutdown_how, how)}};
  }
  if (n < 89) return control();
  if (n < 91) return settime(timer());
  if (n < 93) return poll();
  if (n < 95) return {CallName::inotify_touch, {file(), number(pick({1, 1, 2, 3}))}};
  if (by_.process() == 0 && one_in(50)) return limit();
  if (files().size() >= (threads_ == 1 ? kManyFiles : kManyForThreads))
    return {CallName::close, {file()}};
  return creation(names);
}

}  // namespace epollscope::trial
