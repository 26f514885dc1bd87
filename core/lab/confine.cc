#include "core/lab/confine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <initializer_list>
#include <memory>

#include "core/call/request.h"

namespace epollscope::lab {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // their shadow memory and reports need more room
#else
constexpr bool kSanitized = false;
#endif

constexpr rlim_t kMostDescriptors = 65536;
constexpr rlim_t kOwnDescriptors = 4;    // control channel, scratch files: above a scenario's own
constexpr std::uint64_t kFamilies = 63;  // of sockets, with room for those to come: AF_MAX is 46
constexpr rlim_t kMostData = rlim_t{2} << 30;

std::string drop_capabilities() {
  // Fails where there is nothing to drop it with: then the set cannot be used either.
  for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; ++cap) {
    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  if (syscall(SYS_capset, &header, none.data()) != 0) {
    return fmt::format("it cannot drop its capabilities: {}", std::strerror(errno));
  }
  return {};
}

std::string set_limits() {
  // Not RLIMIT_AS: a lab reserves addresses freely and touches few. Not RLIMIT_NPROC: it counts
  // all processes of the user; that no process is made is seccomp's part, that threads are few
  // is the lab's own. Not RLIMIT_CPU: a lecture is long.
  for (const auto what : {RLIMIT_CORE, RLIMIT_MEMLOCK, RLIMIT_MSGQUEUE}) {
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    if (setrlimit(what, &none) != 0) {
      return fmt::format("it cannot lower a resource limit: {}", std::strerror(errno));
    }
  }
  const rlimit file{.rlim_cur = kMostFileBytes, .rlim_max = kMostFileBytes};
  if (setrlimit(RLIMIT_FSIZE, &file) != 0) {
    return fmt::format("it cannot limit the size of files: {}", std::strerror(errno));
  }
  rlimit data{};
  if (kSanitized || getrlimit(RLIMIT_DATA, &data) != 0) return {};
  data.rlim_cur = data.rlim_max = std::min(data.rlim_max, kMostData);
  if (setrlimit(RLIMIT_DATA, &data) != 0) {
    return fmt::format("it cannot limit its memory: {}", std::strerror(errno));
  }
  return {};
}

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

// Gathers the first error of a row of libseccomp calls.
class Rules {
 public:
  explicit Rules(std::uint32_t otherwise) : filter_(seccomp_init(otherwise)) {
    if (!filter_) error_ = ENOMEM;
    note(seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1));
  }
  void allow(std::initializer_list<int> calls) {
    for (const int call : calls) note(seccomp_rule_add(filter_.get(), SCMP_ACT_ALLOW, call, 0));
  }
  void when(std::uint32_t action, int call, std::initializer_list<scmp_arg_cmp> all) {
    note(seccomp_rule_add_array(filter_.get(), action, call, static_cast<unsigned>(all.size()),
                                all.begin()));
  }
  void when(std::uint32_t action, int call, scmp_arg_cmp condition) {
    when(action, call, {condition});
  }
  void refuse(int call, int error) {
    note(seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error)), call,
                          0));
  }
  int load() {
    if (error_ == 0) note(seccomp_load(filter_.get()));
    return error_;
  }

 private:
  void note(int result) {
    if (result < 0 && error_ == 0) error_ = -result;
  }
  Filter filter_;
  int error_ = 0;
};

// The low 32 bits of argument `i`: the kernel reads no more of an int.
scmp_arg_cmp is(unsigned i, std::uint64_t value) {
  return {.arg = i, .op = SCMP_CMP_MASKED_EQ, .datum_a = 0xffffffff, .datum_b = value};
}
scmp_arg_cmp has(unsigned i, std::uint64_t bits) {
  return {.arg = i, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = bits};
}
scmp_arg_cmp has_not(unsigned i, std::uint64_t bits) {
  return {.arg = i, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = 0};
}

scmp_arg_cmp is_null(unsigned i) {
  return {.arg = i, .op = SCMP_CMP_EQ, .datum_a = 0, .datum_b = 0};
}
// No family of sockets has such a number, and the kernel says so.
scmp_arg_cmp is_no_family(unsigned i) {
  return {.arg = i, .op = SCMP_CMP_GT, .datum_a = kFamilies, .datum_b = 0};
}

// Sockets that reach this machine alone: addresses are the lab's choice, and no call of a
// scenario carries one.
void allow_sockets(Rules& rules) {
  rules.allow({SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(connect), SCMP_SYS(accept4),
               SCMP_SYS(shutdown), SCMP_SYS(getsockname), SCMP_SYS(getsockopt)});
  for (const auto call : {SCMP_SYS(sendto), SCMP_SYS(recvfrom)}) {
    rules.when(SCMP_ACT_ALLOW, call, is_null(4));
  }
  for (const Flag& option : flags_of(FlagSet::socket_option)) {
    const auto packed = static_cast<std::int32_t>(option.bits);
    rules.when(SCMP_ACT_ALLOW, SCMP_SYS(setsockopt),
               {is(1, static_cast<std::uint64_t>(option_level(packed))),
                is(2, static_cast<std::uint64_t>(option_name(packed)))});
  }
  for (const int domain : {AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6}) {
    rules.when(SCMP_ACT_ALLOW, SCMP_SYS(socket), is(0, static_cast<std::uint64_t>(domain)));
  }
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(socket), is_no_family(0));
}

void allow_scenario_calls(Rules& rules) {
  rules.allow({SCMP_SYS(epoll_create),    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
               SCMP_SYS(epoll_wait),      SCMP_SYS(epoll_pwait),   SCMP_SYS(epoll_pwait2),
               SCMP_SYS(pipe2),           SCMP_SYS(eventfd2),      SCMP_SYS(timerfd_create),
               SCMP_SYS(timerfd_settime), SCMP_SYS(signalfd4),     SCMP_SYS(inotify_init1),
               SCMP_SYS(memfd_create),    SCMP_SYS(read),          SCMP_SYS(write),
               SCMP_SYS(close),           SCMP_SYS(dup),           SCMP_SYS(dup2),
               SCMP_SYS(fcntl),           SCMP_SYS(nanosleep),     SCMP_SYS(clock_nanosleep),
               SCMP_SYS(restart_syscall)});
  for (const auto call : {SCMP_SYS(getrlimit), SCMP_SYS(setrlimit)}) {
    rules.when(SCMP_ACT_ALLOW, call, is(0, RLIMIT_NOFILE));
  }
  allow_sockets(rules);
  // The scratch files; of descriptors these can do nothing else to.
  rules.allow({SCMP_SYS(inotify_add_watch), SCMP_SYS(fchmod)});
  // Pairs reach nothing but each other. The kernel has none for AF_INET and says so itself.
  for (const int domain : {AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6}) {
    rules.when(SCMP_ACT_ALLOW, SCMP_SYS(socketpair), is(0, static_cast<std::uint64_t>(domain)));
  }
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(socketpair), is_no_family(0));
}

// Terminals: a path is in memory, where a filter cannot look, but it can compare the address.
void allow_terminals(Rules& rules, const char* path) {
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(openat),
             {is(0, static_cast<std::uint32_t>(AT_FDCWD)),
              {.arg = 1,
               .op = SCMP_CMP_EQ,
               .datum_a = reinterpret_cast<std::uintptr_t>(path),
               .datum_b = 0},
              is(2, kTerminalFlags)});
  for (const std::uint64_t request : {TIOCSPTLCK + 0UL, TIOCGPTPEER + 0UL}) {
    rules.when(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), is(1, request));
  }
}

void allow_looking(Rules& rules) {
  rules.allow({SCMP_SYS(poll), SCMP_SYS(ppoll)});
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(ioctl), is(1, FIONREAD));
}

// fork() as the C library makes it, and what its children need. Whom kill() means is a number that
// no filter can know beforehand: see hold_signals_in().
void allow_processes(Rules& rules) {
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(clone),
             is(0, CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD));
  rules.allow({SCMP_SYS(wait4), SCMP_SYS(pidfd_open), SCMP_SYS(getsid), SCMP_SYS(getppid)});
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(kill), has_not(0, 0x80000000));
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(prctl), is(0, PR_SET_PDEATHSIG));
}

void allow_threads_and_memory(Rules& rules) {
  rules.allow({SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(gettid),
               SCMP_SYS(getpid), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(sched_yield),
               SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
               SCMP_SYS(sigaltstack), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
               SCMP_SYS(brk), SCMP_SYS(clock_gettime), SCMP_SYS(sched_getaffinity),
               SCMP_SYS(getrandom)});
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(clone), has(0, CLONE_VM | CLONE_THREAD));
  allow_processes(rules);
  // Its flags are in memory, where a filter cannot look; without it the C library uses clone.
  rules.refuse(SCMP_SYS(clone3), ENOSYS);
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(mmap), has_not(2, PROT_EXEC));
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), has_not(2, PROT_EXEC));
  // abort() signals its own process, and a crash shall be reported as what it is.
  rules.when(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), is(0, static_cast<std::uint64_t>(getpid())));
}

// linux/landlock.h; older headers have less of it, or nothing.
namespace landlock {

constexpr long kCreateRuleset = 444, kAddRule = 445, kRestrictSelf = 446;
constexpr int kPathBeneath = 1;
constexpr std::uint64_t kWriteFile = 1U << 1, kReadFile = 1U << 2;
constexpr std::uint64_t kAllOfFiles = (1U << 13) - 1;  // that its first release knows
struct [[gnu::packed]] PathBeneath {
  std::uint64_t allowed;
  std::int32_t parent;
};

int ruleset(const void* rules, std::size_t size) {
  return static_cast<int>(syscall(kCreateRuleset, rules, size, 0));
}
bool restrict_self(int ruleset) {
  const bool done = syscall(kRestrictSelf, ruleset, 0) == 0;
  close(ruleset);
  return done;
}

}  // namespace landlock

// From Linux 5.13 on, where Landlock is not turned off, no file can be opened but a terminal's
// master and the slaves, whatever the path.
bool hold_files_in() {
  const std::uint64_t handled = landlock::kAllOfFiles;
  const int ruleset = landlock::ruleset(&handled, sizeof handled);
  if (ruleset < 0) return false;
  bool all = true;
  for (const char* path : {kTerminalPath, "/dev/pts"}) {
    const int file = open(path, O_PATH | O_CLOEXEC);
    const landlock::PathBeneath rule{.allowed = landlock::kReadFile | landlock::kWriteFile,
                                     .parent = file};
    all = file >= 0 &&
          syscall(landlock::kAddRule, ruleset, landlock::kPathBeneath, &rule, 0) == 0 && all;
    if (file >= 0) close(file);
  }
  return landlock::restrict_self(ruleset) && all;
}

// From Linux 6.12 on the kernel lets no signal out of the lab, and no connection to a name in the
// abstract namespace that is not its own. Before, what stands in the way is that the lab looks who
// a process is that it signals (Execution::target()), and the second filter, for its parent.
void hold_signals_in() {
  struct {
    std::uint64_t handled_access_fs = 0, handled_access_net = 0, scoped = 3;
  } const rules;
  const int ruleset = landlock::ruleset(&rules, sizeof rules);
  if (ruleset >= 0) landlock::restrict_self(ruleset);
}

// `terminal_path`: nullptr where none may be opened.
std::string filter_calls(const char* terminal_path) {
  Rules allowed(SCMP_ACT_ERRNO(EPERM));
  allow_scenario_calls(allowed);
  allow_looking(allowed);
  if (terminal_path != nullptr) allow_terminals(allowed, terminal_path);
  allow_threads_and_memory(allowed);
  // A second filter, since the stricter of two wins: fcntl as a whole but for the commands that
  // have the kernel send signals to a process of the caller's choice, and kill but for the parent.
  // It goes first, because after the other no filter can be loaded.
  Rules but(SCMP_ACT_ALLOW);
  but.when(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), is(0, static_cast<std::uint64_t>(getppid())));
  for (const int command : {F_SETOWN, F_SETOWN_EX, F_SETSIG}) {
    but.when(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fcntl), is(1, static_cast<std::uint64_t>(command)));
  }
  int error = but.load();
  if (error == 0) error = allowed.load();
  if (error == 0) return {};
  return fmt::format("it cannot limit its system calls (seccomp): {}", std::strerror(error));
}

}  // namespace

int raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min(limit.rlim_max, kMostDescriptors + kOwnDescriptors);
  setrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(limit.rlim_cur);
}

bool lower_descriptor_limit(int limit) {
  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  now.rlim_cur = now.rlim_max = static_cast<rlim_t>(limit);
  return setrlimit(RLIMIT_NOFILE, &now) == 0;
}

std::string confine(const char* terminal_path) {
  if (std::string e = drop_capabilities(); !e.empty()) return e;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fmt::format("it cannot give up new privileges: {}", std::strerror(errno));
  }
  if (std::string e = set_limits(); !e.empty()) return e;
  hold_signals_in();
  return filter_calls(hold_files_in() ? terminal_path : nullptr);
}

}  // namespace epollscope::lab

namespace epollscope {

bool lab_offers_terminals() {
  const long landlock = syscall(lab::landlock::kCreateRuleset, nullptr, 0, 1);  // its version
  return landlock >= 1 && access(lab::kTerminalPath, R_OK | W_OK) == 0 &&
         access("/dev/pts", X_OK) == 0;
}

int lab_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t own = lab::kOwnDescriptors;
  return static_cast<int>(std::min(std::max(limit.rlim_max, own) - own, lab::kMostDescriptors));
}

}  // namespace epollscope
