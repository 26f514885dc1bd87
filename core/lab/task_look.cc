#include "core/lab/task_look.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <string_view>

namespace epollscope::lab {
namespace {

OwnedFd open_of(pid_t pid, pid_t tid, std::string_view file) {
  return OwnedFd(
      ::open(fmt::format("/proc/{}/task/{}/{}", pid, tid, file).c_str(), O_RDONLY | O_CLOEXEC));
}

// What follows `key` and white space at the start of a line.
std::string_view after(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + key.size());
  const auto start = text.find_first_not_of(" \t");
  return start == std::string_view::npos ? std::string_view{} : text.substr(start);
}

}  // namespace

int TaskEyes::open(pid_t pid, pid_t tid) {
  status_ = open_of(pid, tid, "status");
  if (!status_.valid()) return errno;
  syscall_ = open_of(pid, tid, "syscall");
  return 0;
}

std::optional<TaskLook> TaskEyes::asleep() const {
  if (!off_cpu()) return std::nullopt;
  const std::optional<TaskLook> now = look();
  return now && now->state == 'S' ? now : std::nullopt;
}

std::optional<TaskLook> TaskEyes::look() const {
  std::array<char, 4096> buffer;
  const ssize_t n = pread(status_.get(), buffer.data(), buffer.size(), 0);
  if (n <= 0) return std::nullopt;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(n));
  const std::string_view state = after(text, "\nState:");
  const std::string_view switches = after(text, "\nvoluntary_ctxt_switches:");
  if (state.empty() || switches.empty()) return std::nullopt;
  TaskLook look{.state = state.front()};
  const auto [end, error] =
      std::from_chars(switches.data(), switches.data() + switches.size(), look.voluntary_switches);
  if (error != std::errc{} || end == switches.data()) return std::nullopt;
  return look;
}

bool TaskEyes::ended() const {
  const std::optional<TaskLook> now = look();
  if (now && now->state != 'Z' && now->state != 'X') return false;
  // Its parent is told behind that, under a lock that this call waits for.
  getpriority(PRIO_PGRP, 0);
  return true;
}

bool TaskEyes::off_cpu() const {
  if (!syscall_.valid()) return true;
  std::array<char, 256> buffer;
  const ssize_t n = pread(syscall_.get(), buffer.data(), buffer.size(), 0);
  if (n <= 0) return true;
  return !std::string_view(buffer.data(), static_cast<std::size_t>(n)).starts_with("running");
}

}  // namespace epollscope::lab
