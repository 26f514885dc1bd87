#include "core/lab/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace epollscope::lab {
namespace {

struct SpawnPlan {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  SpawnPlan() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

int spawn(pid_t& pid, std::vector<std::string>& words, std::span<const Handed> handed) {
  SpawnPlan plan;
  for (const auto& [fd, number] : handed) {
    posix_spawn_file_actions_adddup2(&plan.files, fd, number);
  }
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setflags(
      &plan.attributes,
      static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID));
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return posix_spawn(&pid, "/proc/self/exe", &plan.files, &plan.attributes, argv.data(), environ);
}

std::string describe(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) {
    return fmt::format("ended by itself with status {}", info.si_status);
  }
  const char* name = sigabbrev_np(info.si_status);
  return fmt::format("was killed by signal {} (SIG{})", info.si_status, name ? name : "?");
}

}  // namespace

ChildProcess::~ChildProcess() {
  if (pid_ <= 0 || reaped_) return;
  syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  siginfo_t info{};
  while (waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED) == -1 && errno == EINTR) {
  }
}

std::string ChildProcess::ended() {
  if (reaped_) return end_;
  siginfo_t info{};
  const int r = waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED | WNOHANG);
  if (r == 0 && info.si_pid == 0) return {};
  if (r == -1 && errno == EINTR) return {};
  reaped_ = true;  // by us, or by somebody who ignores SIGCHLD in this process
  end_ = r == 0 ? describe(info) : "has ended";
  return end_;
}

Result<ChildProcess> execute(std::vector<std::string> argv, std::span<const Handed> handed,
                             const std::string& name) {
  pid_t pid = -1;
  if (const int error = spawn(pid, argv, handed); error != 0) {
    return fail(fmt::format("the {} process cannot be started: {}", name, std::strerror(error)),
                "/proc must be mounted, and descriptors and processes left (ulimit -n, -u)");
  }
  OwnedFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) {
    const int why = errno;
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return fail(
        fmt::format("the {} process cannot be watched (pidfd_open): {}", name, std::strerror(why)),
        "Linux 5.9 or newer is needed, and a sandbox that allows pidfd_open");
  }
  return ChildProcess(pid, std::move(pidfd));
}

OwnedFd moved_above(OwnedFd fd, int least) {
  if (!fd.valid() || fd.get() > least) return fd;
  return OwnedFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, least + 1));
}

void die_with(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);  // it went before that was heard
}

bool open_null_as_standard() {
  const int null = open("/dev/null", O_RDWR);
  if (null < 0) return false;
  bool ok = true;
  for (const int fd : {0, 1, 2}) ok = ok && dup2(null, fd) == fd;
  return ok;
}

}  // namespace epollscope::lab
