#include "core/model/descriptors.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include <cerrno>
#include <utility>

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
  if (is_pipe || is_socket(f.kind) || f.kind == FileKind::pty)
    settable |= O_ASYNC;  // others have no fasync
  f.flags = (f.flags & ~settable) | (flags & settable);
  return 0;
}

std::int64_t duplicate(World& w, Index file, std::int64_t least, bool cloexec) {
  const auto from = static_cast<std::int32_t>(least);
  if (from < 0 || from >= w.process(w.current).descriptor_limit) return -EINVAL;
  const Index fd = lowest_free(w, from);
  if (fd == kNone) return -EMFILE;
  install(w, fd, file, cloexec);
  return fd;
}

}  // namespace

Index slot_of(const World& w, Fd fd) {
  if (at(fd.process) >= w.processes.size()) return kNone;
  const std::vector<Index>& table = w.process(fd.process).table;
  return fd.value < 0 || fd.index() >= table.size() ? kNone : table[fd.index()];
}

Index file_of(const World& w, Fd fd) {
  const Index slot = slot_of(w, fd);
  return slot == kNone ? kNone : w.descriptors[slot].file;
}

Fd fd_of(const World& w, Index file) {
  const Index head = w.files[file].fds.head;
  for (Index i = head; i != kNone; i = w.descriptors[i].link.next) {
    if (w.descriptors[i].fd.process == 0) return w.descriptors[i].fd;
  }
  return head == kNone ? Fd{} : w.descriptors[head].fd;
}

Index find_ep(const World& w, Fd fd) {
  const Index file = file_of(w, fd);
  return file != kNone && w.files[file].kind == FileKind::epoll ? w.files[file].object : kNone;
}

Index lowest_free(World& w, Index least) {
  Process& p = w.process(w.current);
  const Index end = static_cast<Index>(p.table.size());
  Index fd = std::max(least, p.lowest_free_fd);
  while (fd < end && p.table[at(fd)] != kNone) ++fd;
  if (least <= p.lowest_free_fd) p.lowest_free_fd = fd;
  return fd < p.descriptor_limit ? fd : kNone;
}

bool room_for_two(World& w) {
  const Index first = lowest_free(w);
  return first != kNone && lowest_free(w, first + 1) != kNone;
}

void install(World& w, Index fd, Index file, bool cloexec) {
  if (slot_of(w, {fd, w.current}) == kNone) reserve(w, fd);
  const Index slot = slot_of(w, {fd, w.current});
  Descriptor& d = w.descriptors[slot];
  d.file = file;
  d.cloexec = cloexec;
  w.fd_links().add_head(w.files[file].fds, slot);
  hold(w, file);
}

void reserve(World& w, Index fd) {
  const Index slot = w.descriptors.take();
  w.descriptors[slot].fd = {fd, w.current};
  std::vector<Index>& table = w.process(w.current).table;
  if (table.size() <= at(fd)) table.resize(at(fd) + 1, kNone);
  table[at(fd)] = slot;
}

void free_reserved(World& w, Index fd) {
  Process& p = w.process(w.current);
  w.descriptors.give_back(p.table[at(fd)]);
  p.table[at(fd)] = kNone;
  p.lowest_free_fd = std::min(p.lowest_free_fd, fd);
}

void close_fd(Run& run, Index fd) {
  World& w = run.w;
  const Index slot = slot_of(w, {fd, w.current});
  const Index file = w.descriptors[slot].file;
  w.fd_links().remove(w.files[file].fds, slot);
  free_reserved(w, fd);
  if (believes(w, Misconception::close_removes)) {
    erase_items_of_number(run, file, Fd{fd, w.current});
  }
  fput(run, file);
}

void copy_table(World& w, std::int32_t from, std::int32_t to) {
  const std::vector<Index> table = w.process(from).table;
  const std::int32_t before = std::exchange(w.current, to);
  w.process(to).lowest_free_fd = w.process(from).lowest_free_fd;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] == kNone) continue;
    const Descriptor d = w.descriptors[table[i]];
    const auto fd = static_cast<Index>(i);
    if (d.file == kNone) {  // reserved in the other one
      w.process(to).lowest_free_fd = std::min(w.process(to).lowest_free_fd, fd);
      continue;
    }
    install(w, fd, d.file, d.cloexec);
    w.descriptors[slot_of(w, {fd, to})].name = d.name;
  }
  w.current = before;
}

void close_table(Run& run, std::int32_t process) {
  World& w = run.w;
  const std::size_t end = w.process(process).table.size();
  std::vector<Index> last;
  for (std::size_t i = 0; i < end; ++i) {
    const Index file = file_of(w, {static_cast<Index>(i), process});
    if (file == kNone) continue;
    hold(w, file);
    close_fd(run, static_cast<Index>(i));
    if (w.files[file].refs == 1) {
      last.push_back(file);
    } else {
      fput(run, file);
    }
  }
  for (; !last.empty(); last.pop_back()) fput(run, last.back());
}

std::int64_t dup2_call(Run& run, const Dup2& op) {
  World& w = run.w;
  const Index file = file_of(w, op.fd);
  if (file == kNone) return -EBADF;
  if (op.fd == op.to) return op.to.value;
  if (op.to.value < 0 || op.to.value >= w.process(w.current).descriptor_limit) return -EBADF;
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
  w.process(w.current).descriptor_limit = static_cast<int>(op.limit);
  return 0;
}

std::vector<Event> poll_call(Run& run, const Poll& op) {
  constexpr std::uint32_t kAsked = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP;
  std::vector<Event> found;
  for (std::uint32_t i = 0; i < op.count; ++i) {
    const Fd fd{op.numbers[i], op.process};
    if (fd.value < 0) continue;
    const Index file = file_of(run.w, fd);
    std::uint32_t mask = POLLNVAL;
    if (file != kNone) {
      mask = file_poll(run, file, kAsked) & (kAsked | EPOLLERR | EPOLLHUP);
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
      return w.descriptors[slot_of(w, op.fd)].cloexec ? FD_CLOEXEC : 0;
    case F_SETFD:
      w.descriptors[slot_of(w, op.fd)].cloexec = (op.arg & FD_CLOEXEC) != 0;
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
  not_modelled(w, fmt::format("a command of fcntl: {:#x}", op.command));
  return -EINVAL;
}

}  // namespace epollscope
