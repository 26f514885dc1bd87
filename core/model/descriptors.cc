#include "core/model/descriptors.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <cerrno>

#include "core/model/believed.h"
#include "core/model/files.h"
#include "core/model/pipe.h"
#include "core/model/socket_calls.h"

namespace epollscope {
namespace {

// What F_SETFL can change; it ignores other bits.
constexpr std::uint32_t kSettable = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;

std::int64_t set_flags(World& w, Index file, std::uint32_t flags) {
  File& f = w.files[file];
  const bool is_pipe = f.kind == FileKind::pipe;
  if ((flags & O_DIRECT) != 0 && !is_pipe) return -EINVAL;
  if ((flags & O_NOATIME) != 0 && f.kind == FileKind::null_device) {
    not_modelled(w, "O_NOATIME on a device");
  }
  std::uint32_t settable = kSettable;
  if (is_pipe || is_socket(f.kind)) settable |= O_ASYNC;  // others have no fasync
  f.flags = (f.flags & ~settable) | (flags & settable);
  return 0;
}

std::int64_t duplicate(World& w, Index file, std::int64_t least, bool cloexec) {
  const auto from = static_cast<std::int32_t>(least);
  if (from < 0 || from >= w.descriptor_limit) return -EINVAL;
  const Index fd = lowest_free(w, from);
  if (fd == kNone) return -EMFILE;
  install(w, fd, file, cloexec);
  return fd;
}

}  // namespace

Index file_of(const World& w, Fd fd) {
  if (fd.value < 0 || fd.index() >= w.fds.size()) return kNone;
  return w.fds[fd.index()].file;
}

Index find_ep(const World& w, Fd fd) {
  const Index file = file_of(w, fd);
  return file != kNone && w.files[file].kind == FileKind::epoll ? w.files[file].object : kNone;
}

Index lowest_free(World& w, Index least) {
  const Index end = static_cast<Index>(w.fds.size());
  Index fd = std::max(least, w.lowest_free_fd);
  while (fd < end && (w.fds[at(fd)].file != kNone || w.fds[at(fd)].reserved)) ++fd;
  if (least <= w.lowest_free_fd) w.lowest_free_fd = fd;
  return fd < w.descriptor_limit ? fd : kNone;
}

void install(World& w, Index fd, Index file, bool cloexec) {
  if (w.fds.size() <= at(fd)) w.fds.resize(at(fd) + 1);
  w.fds[at(fd)].file = file;
  w.fds[at(fd)].cloexec = cloexec;
  w.fds[at(fd)].reserved = false;
  w.fd_links().add_head(w.files[file].fds, fd);
  hold(w, file);
}

void reserve(World& w, Index fd) {
  if (w.fds.size() <= at(fd)) w.fds.resize(at(fd) + 1);
  w.fds[at(fd)].reserved = true;
}

void free_reserved(World& w, Index fd) {
  w.fds[at(fd)].reserved = false;
  w.lowest_free_fd = std::min(w.lowest_free_fd, fd);
}

void close_fd(Run& run, Index fd) {
  World& w = run.w;
  const Index file = w.fds[at(fd)].file;
  w.fd_links().remove(w.files[file].fds, fd);
  w.fds[at(fd)] = {};
  w.lowest_free_fd = std::min(w.lowest_free_fd, fd);
  if (believes(w, Misconception::close_removes)) erase_items_of_number(run, file, Fd{fd});
  fput(run, file);
}

std::int64_t dup2_call(Run& run, const Dup2& op) {
  World& w = run.w;
  const Index file = file_of(w, op.fd);
  if (file == kNone) return -EBADF;
  if (op.fd == op.to) return op.to.value;
  if (op.to.value < 0 || op.to.value >= w.descriptor_limit) return -EBADF;
  const Index replaced = file_of(w, op.to);
  if (replaced != kNone) {
    hold(w, replaced);  // it goes when the number means the other file already
    close_fd(run, op.to.value);
  }
  install(w, op.to.value, file, false);
  if (replaced != kNone) fput(run, replaced);
  return op.to.value;
}

int setrlimit_call(World& w, const Setrlimit& op) {
  if (op.resource != RLIMIT_NOFILE) return EPERM;  // the lab allows no other
  if (op.limit > static_cast<std::uint64_t>(w.inputs.descriptor_limit)) return EINVAL;
  w.descriptor_limit = static_cast<int>(op.limit);
  return 0;
}

std::vector<Event> poll_call(Run& run, const Poll& op) {
  constexpr std::uint32_t kAsked = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP;
  std::vector<Event> found;
  for (std::uint32_t i = 0; i < op.count; ++i) {
    const Fd fd = op.fds[i];
    if (fd.value < 0) continue;
    const Index file = file_of(run.w, fd);
    std::uint32_t mask = POLLNVAL;
    if (file != kNone) {
      mask = file_poll(run, file) & (kAsked | EPOLLERR | EPOLLHUP);
      if (run.watched()) {
        tell(run, {.function = "do_pollfd",
                   .what = MicroStep::What::checked,
                   .why = Why::checked_call,
                   .file = file,
                   .mask = mask,
                   .args = {show_mask(mask)}});
      }
    }
    if (mask != 0) found.push_back({mask, static_cast<std::uint64_t>(std::int64_t{fd.value})});
  }
  return found;
}

std::int64_t fcntl_call(Run& run, const Fcntl& op) {
  World& w = run.w;
  const Index file = file_of(w, op.fd);
  if (file == kNone) return -EBADF;
  const bool is_pipe = w.files[file].kind == FileKind::pipe;
  switch (op.command) {
    case F_DUPFD:
      return duplicate(w, file, op.arg, false);
    case F_DUPFD_CLOEXEC:
      return duplicate(w, file, op.arg, true);
    case F_GETFD:
      return w.fds[op.fd.index()].cloexec ? FD_CLOEXEC : 0;
    case F_SETFD:
      w.fds[op.fd.index()].cloexec = (op.arg & FD_CLOEXEC) != 0;
      return 0;
    case F_GETFL:
      return static_cast<std::int64_t>(w.files[file].flags);
    case F_SETFL:
      return set_flags(w, file, static_cast<std::uint32_t>(op.arg));
    case F_GETPIPE_SZ:
      if (!is_pipe) return -EBADF;
      return static_cast<std::int64_t>(pipe_capacity(w, w.pipes[w.files[file].object]));
    case F_SETPIPE_SZ:
      if (!is_pipe) return -EBADF;
      return pipe_set_size(run, file, static_cast<std::uint32_t>(op.arg));
    default:
      break;
  }
  not_modelled(w, "fcntl command " + std::to_string(op.command));
  return -EINVAL;
}

}  // namespace epollscope
