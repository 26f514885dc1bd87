// The part of the parent's side that asks the lab's service thread and waits for the answer.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/lab/lab_kernel.h"

namespace epollscope {
namespace lab {
namespace {

constexpr int kPatienceMs = 2000;  // an answer takes microseconds; a stopped lab gives none
constexpr int kStartPatienceMs = 20000;

void be_patient(int channel, int ms) {
  const timeval limit{.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000L};
  setsockopt(channel, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

// A number of /proc/PID/fdinfo/FD; nullopt: it is not shown.
std::optional<std::uint64_t> shown_of(pid_t pid, int fd, std::string_view key, int base) {
  const OwnedFd file(
      open(fmt::format("/proc/{}/fdinfo/{}", pid, fd).c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 1024> buffer;
  const ssize_t n = file.valid() ? read(file.get(), buffer.data(), buffer.size()) : -1;
  if (n <= 0) return std::nullopt;
  const std::string_view text(buffer.data(), static_cast<std::size_t>(n));
  const auto at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const auto digits = text.find_first_not_of(" \t", at + key.size());
  if (digits == std::string_view::npos) return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(text.data() + digits, text.data() + text.size(), value, base);
  return value;
}

// The counter of an eventfd is shown in hexadecimal; -1: it is not shown.
std::int64_t counter_of(pid_t pid, int fd) {
  const auto value = shown_of(pid, fd, "eventfd-count:", 16);
  return value ? static_cast<std::int64_t>(*value) : -1;
}

// Of a child's descriptors only those whose level can be read from outside: timers.
std::optional<Level> level_from_outside(pid_t pid, Fd fd) {
  const auto ticks = shown_of(pid, fd.value, "ticks:", 10);
  if (!ticks) return std::nullopt;
  return Level{.fd = fd, .revents = *ticks > 0 ? std::uint32_t{POLLIN} : 0U};
}

}  // namespace

std::optional<Error> LabKernel::set_up() {
  for (const int fd : {returns_.get(), process_.pidfd(), timer_.get()}) {
    epoll_event event{};
    event.events = fd == process_.pidfd() ? EPOLLIN : EPOLLIN | EPOLLET;
    event.data.fd = fd;
    if (epoll_ctl(wait_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
      const int error = errno;
      return Error{fmt::format("the lab cannot be waited for: {}", std::strerror(error)),
                   error == ENOSPC
                       ? "all programs of this user together have as many items in epoll instances "
                         "as fs.epoll.max_user_watches allows; end one of them or raise it"
                       : "close files or raise the limit on descriptors (ulimit -n)"};
    }
  }
  be_patient(channel_.get(), kStartPatienceMs);
  if (!await(0)) return gone();
  be_patient(channel_.get(), kPatienceMs);
  slot_of(ActorId{'T', 1});
  return check_proc();
}

// Whether the threads of the lab can be seen at all, asked of T1, which is always there.
std::optional<Error> LabKernel::check_proc() {
  const int tid = tid_of(ActorId{'T', 1});
  TaskEyes eyes;
  const int error = eyes.open(process_.pid(), tid);
  if (error == 0 && eyes.look()) return std::nullopt;
  return Error{
      fmt::format("/proc does not show the threads of the lab (/proc/{}/task/{}/status: {})",
                  process_.pid(), tid, error != 0 ? std::strerror(error) : "not understood"),
      "mount /proc of this PID namespace without hidepid, or run with --model-only"};
}

bool LabKernel::alive() {
  if (death_.empty()) hear();
  return death_.empty();
}

Error LabKernel::gone() {
  pollfd p{.fd = process_.pidfd(), .events = POLLIN, .revents = 0};
  poll(&p, 1, kPatienceMs);  // its channel ends a moment before it does
  if (!alive()) return Error{death_, "start the scenario again, or run with --model-only"};
  return Error{"the lab does not answer", "it may be stopped: see its process state"};
}

bool LabKernel::send_order(Order order) {
  return send(channel_.get(), &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof order;
}

// Answers to earlier orders, given up since, are passed over.
bool LabKernel::await(std::uint8_t ticket) {
  std::uint8_t answer = 0;
  ssize_t n = 0;
  do {
    n = recv(channel_.get(), &answer, sizeof answer, 0);
  } while ((n == -1 && errno == EINTR) || (n == 1 && answer != ticket));
  return n == 1;
}

std::optional<Error> LabKernel::ask(Job job) {
  ++ticket_;
  if (!death_.empty() || !send_order({job, ticket_}) || !await(ticket_)) return gone();
  return std::nullopt;
}

Result<std::vector<Level>> LabKernel::levels(const std::vector<Fd>& all) {
  std::vector<Fd> fds;
  std::vector<Level> result;
  result.reserve(all.size());
  for (const Fd fd : all) {
    if (fd.process == 0) {
      fds.push_back(fd);
    } else if (const auto level = level_from_outside(pid_of(fd), fd)) {
      result.push_back(*level);
    }
  }
  constexpr std::size_t kAtOnce = kPayload / sizeof(ServiceLevel);
  auto* list = reinterpret_cast<ServiceLevel*>(area_.payload(0));
  for (std::size_t from = 0; from < fds.size(); from += kAtOnce) {
    const std::size_t n = std::min(kAtOnce, fds.size() - from);
    for (std::size_t i = 0; i < n; ++i) list[i].fd = fds[from + i].value;
    area_.header().job_count = static_cast<std::uint32_t>(n);
    if (auto error = ask(Job::levels)) return std::unexpected(std::move(*error));
    for (std::size_t i = 0; i < n; ++i) {
      const ServiceLevel& l = list[i];
      const std::int64_t bytes = l.counter ? counter_of(pid(), l.fd) : l.readable_bytes;
      result.push_back({.fd = fds[from + i],
                        .revents = l.revents,
                        .readable_bytes = bytes,
                        .capacity = l.capacity,
                        .unsent_bytes = l.unsent_bytes,
                        .full = l.full,
                        .unseen = l.unseen});
    }
  }
  return result;
}

Result<std::vector<ForbiddenCall>> LabKernel::try_forbidden_calls() {
  if (auto error = ask(Job::forbidden)) return std::unexpected(std::move(*error));
  const auto* list = reinterpret_cast<const ForbiddenTry*>(area_.payload(0));
  std::vector<ForbiddenCall> result;
  for (std::size_t i = 0; i < area_.header().job_count; ++i) {
    result.push_back({std::string(list[i].name.data()), list[i].error});
  }
  return result;
}

}  // namespace lab

Result<std::unique_ptr<Lab>> start_lab(const LabOptions& options) {
  const auto actors = static_cast<std::uint32_t>(
      std::clamp(options.max_actors, 1, static_cast<int>(lab::kMostActors)));
  auto started = lab::start_process(actors);
  if (!started) return std::unexpected(started.error());
  return lab::LabKernel::open(std::move(*started));
}

}  // namespace epollscope
