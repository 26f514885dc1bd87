#include "core/lab/start.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <new>
#include <string>

namespace epollscope::lab {
namespace {

std::unexpected<Error> failed(const char* what, int error, std::string remedy) {
  return fail(fmt::format("{}: {}", what, std::strerror(error)), std::move(remedy));
}

// The same file under a number that no descriptor of the lab's start has, so that moving one
// there cannot hit another.
OwnedFd out_of_the_way(OwnedFd fd) {
  if (!fd.valid() || fd.get() > kChannelFd) return fd;
  return OwnedFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, kChannelFd + 1));
}

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

// Its own session: a Ctrl-C in the terminal is the parent's to handle.
int spawn(pid_t& pid, int memory, int returns, int channel, std::uint32_t actors) {
  SpawnPlan plan;
  posix_spawn_file_actions_adddup2(&plan.files, memory, kMemoryFd);
  posix_spawn_file_actions_adddup2(&plan.files, returns, kReturnsFd);
  posix_spawn_file_actions_adddup2(&plan.files, channel, kChannelFd);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setflags(
      &plan.attributes,
      static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID));
  std::array<std::string, 4> words{kArgv0, kArgv1, std::to_string(getpid()),
                                   std::to_string(actors)};
  std::array<char*, 5> argv{};
  for (std::size_t i = 0; i < words.size(); ++i) argv[i] = words[i].data();
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

Result<Started> start_process(std::uint32_t actors) {
  const OwnedFd memory = out_of_the_way(OwnedFd(memfd_create("epollscope-lab", MFD_CLOEXEC)));
  if (!memory.valid() ||
      ftruncate(memory.get(), static_cast<off_t>(Area::bytes_for(actors))) != 0) {
    return failed("no shared memory for a lab (memfd_create)", errno,
                  "Linux 5.9 or newer is needed, with memory left");
  }
  auto area = Area::map(memory.get(), actors);
  if (!area) return std::unexpected(area.error());
  OwnedFd returns = out_of_the_way(OwnedFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)));
  std::array<int, 2> pair{-1, -1};
  const int paired = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data());
  OwnedFd ours(pair[0]);
  const OwnedFd theirs = out_of_the_way(OwnedFd(pair[1]));
  pid_t pid = -1;
  int error = !returns.valid() || paired != 0 || !theirs.valid() ? errno : 0;
  if (error == 0) {
    new (&area->header()) Header{};
    area->header().actors = actors;
    area->header().wanted = 1;
    for (std::size_t i = 0; i <= actors; ++i) new (&area->slot(i)) Slot{};
    error = spawn(pid, memory.get(), returns.get(), theirs.get(), actors);
  }
  if (error != 0) {
    area->unmap();
    return failed("the lab process cannot be started", error,
                  "/proc must be mounted, and descriptors and processes left (ulimit -n, -u)");
  }
  OwnedFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) {
    const int why = errno;
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    area->unmap();
    return failed("the lab process cannot be watched (pidfd_open)", why,
                  "Linux 5.9 or newer is needed, and a sandbox that allows pidfd_open");
  }
  return Started{*area, ChildProcess(pid, std::move(pidfd)), std::move(returns), std::move(ours)};
}

std::string death_of(const Header& header, const std::string& ended) {
  const auto& words = header.last_words;
  const std::string why(words.data(), strnlen(words.data(), words.size()));
  return why.empty() ? "the lab " + ended : "the lab ended: " + why;
}

}  // namespace epollscope::lab
