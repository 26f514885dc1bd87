#include "core/meter/meter.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/lab/child_process.h"
#include "core/meter/start.h"

namespace epollscope {

struct Meter::Child {
  lab::ChildProcess process;
  OwnedFd lines;       // the pipe's read end; invalid after its end
  std::string unread;  // the beginning of a line
};

Meter::Meter() = default;
Meter::~Meter() = default;

void Meter::start(int most) {
  stop();
  readings_ = {};
  const auto fails = [&](std::string why) {
    readings_.done = true;
    readings_.trouble = std::move(why);
  };
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fails(fmt::format("no pipe for the meter: {}", std::strerror(errno)));
  }
  OwnedFd lines(ends[0]);
  const OwnedFd theirs = lab::moved_above(OwnedFd(ends[1]), meter::kPipeFd);
  if (!theirs.valid() || fcntl(lines.get(), F_SETFL, O_NONBLOCK) != 0) {
    return fails(fmt::format("no pipe for the meter: {}", std::strerror(errno)));
  }
  const std::array handed{lab::Handed{theirs.get(), meter::kPipeFd}};
  auto process =
      lab::execute({meter::kArgv0, meter::kArgv1, std::to_string(getpid()), std::to_string(most)},
                   handed, "meter");
  if (!process) {
    return fails(fmt::format("{}; {}", process.error().what, process.error().remedy));
  }
  child_ = std::make_unique<Child>(std::move(*process), std::move(lines));
}

void Meter::stop() { child_.reset(); }

int Meter::wait_fd() const {
  if (!child_) return -1;
  return child_->lines.valid() ? child_->lines.get() : child_->process.pidfd();
}

pid_t Meter::pid() const { return child_ ? child_->process.pid() : -1; }

bool Meter::hear() {
  if (!child_) return false;
  bool changed = read_lines();
  const std::string end = child_->lines.valid() ? "" : child_->process.ended();
  if (!end.empty() && !readings_.done) {
    readings_.done = true;
    readings_.trouble = "the meter " + end;
    changed = true;
  }
  if (!end.empty() || !readings_.trouble.empty()) stop();
  return changed;
}

bool Meter::read_lines() {
  std::array<char, 4096> bytes{};
  while (child_->lines.valid()) {
    const ssize_t got = read(child_->lines.get(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      child_->lines = OwnedFd();
      break;
    }
    child_->unread.append(bytes.data(), static_cast<std::size_t>(got));
  }
  bool changed = false;
  std::string& unread = child_->unread;
  for (std::size_t end = 0; !readings_.done && (end = unread.find('\n')) != std::string::npos;) {
    readings_.take(std::string_view(unread).substr(0, end));
    unread.erase(0, end + 1);
    changed = true;
  }
  return changed;
}

}  // namespace epollscope
