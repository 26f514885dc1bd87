// epoll_ctl: the order of its checks, and the limits on instances that watch instances.
#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/model/descriptors.h"
#include "core/model/eventpoll.h"
#include "core/model/files.h"
#include "core/model/interleave.h"
#include "core/model/tree_order.h"

namespace epollscope {
namespace {

constexpr int kMostNests = 4;  // EP_MAX_NESTS
constexpr std::array kPathLimits = {1000, 500, 100, 50, 10};

bool exclusive_refused(const EpollCtl& op, std::uint32_t events, bool nested) {
  if ((events & EPOLLEXCLUSIVE) == 0) return false;
  if (op.op == EPOLL_CTL_MOD) return true;
  return op.op == EPOLL_CTL_ADD && (nested || (events & ~kBesideExclusive) != 0);
}

// The longest chain of instances below; more than the limit when `ep` is among them.
int depth_below(const World& w, Index from, Index ep, int depth) {
  int result = 0;
  if (depth > kMostNests) return depth;
  for (const Index i : items_of(w, from)) {
    const File& target = w.files[w.items[i].file];
    if (target.kind != FileKind::epoll) continue;
    const int below =
        target.object == ep ? kMostNests + 1 : depth_below(w, target.object, ep, depth + 1) + 1;
    result = std::max(result, below);
  }
  return result;
}

int depth_above(const World& w, Index ep) {
  int result = 0;
  const Index file = w.eps[ep].file;
  for (Index i = w.files[file].items.head; i != kNone; i = w.items[i].file_link.next) {
    result = std::max(result, depth_above(w, w.items[i].ep) + 1);
  }
  return result;
}

// The walk that counts downward only: every instance is visited once, and none may lie more than
// five links below `from`. False: one does, or `ep` is among them.
bool shallow_enough(const World& w, Index from, Index ep, int depth, std::vector<Index>& visited) {
  visited.push_back(from);
  for (const Index i : items_of(w, from)) {
    const File& target = w.files[w.items[i].file];
    if (target.kind != FileKind::epoll) continue;
    if (std::find(visited.begin(), visited.end(), target.object) != visited.end()) continue;
    if (target.object == ep || depth > kMostNests) return false;
    if (!shallow_enough(w, target.object, ep, depth + 1, visited)) return false;
  }
  return true;
}

using PathCounts = std::array<int, kPathLimits.size()>;

bool paths_fit(const World& w, Index file, std::size_t depth, PathCounts& counts) {
  if (depth >= kPathLimits.size()) return false;
  for (Index i = w.files[file].items.head; i != kNone; i = w.items[i].file_link.next) {
    const Index above = w.eps[w.items[i].ep].file;
    if (!w.files[above].items.empty()) {
      if (!paths_fit(w, above, depth + 1, counts)) return false;
    } else if (depth > 0 && ++counts[depth] > kPathLimits[depth]) {
      return false;  // any number of paths of length one is fine
    }
  }
  return true;
}

}  // namespace

int ep_loop_check(const World& w, Index ep, Index target) {
  if (!w.inputs.traits.nest_limit_counts_both_directions) {
    std::vector<Index> visited;
    return shallow_enough(w, target, ep, 0, visited) ? 0 : ELOOP;
  }
  const int below = depth_below(w, target, ep, 0);
  if (below > kMostNests) return ELOOP;
  return below + 1 + depth_above(w, ep) > kMostNests ? ELOOP : 0;
}

bool reverse_path_check(const World& w, Index target_file) {
  if (w.files[target_file].kind != FileKind::epoll) {
    PathCounts counts{};
    return paths_fit(w, target_file, 0, counts);
  }
  for (const Index i : items_of(w, w.files[target_file].object)) {
    if (!reverse_path_check(w, w.items[i].file)) return false;
  }
  return true;
}

int epoll_ctl(Run& run, const EpollCtl& op) {
  World& w = run.w;
  if (op.op != EPOLL_CTL_DEL && !op.event) return EFAULT;
  const Index ep_file = file_of(w, op.epfd);
  const Index file = file_of(w, op.fd);
  if (ep_file == kNone || file == kNone) return EBADF;
  const FileKind kind = w.files[file].kind;
  if (kind == FileKind::null_device || kind == FileKind::regular) return EPERM;
  const std::uint32_t events =
      op.event ? op.event->events & ~static_cast<std::uint32_t>(EPOLLWAKEUP) : 0;
  if (ep_file == file || w.files[ep_file].kind != FileKind::epoll) return EINVAL;
  const bool nested = w.files[file].kind == FileKind::epoll;
  if (op.op != EPOLL_CTL_DEL && exclusive_refused(op, events, nested)) return EINVAL;
  const Index ep = w.files[ep_file].object;
  if (op.op == EPOLL_CTL_ADD && nested) {
    if (const int error = ep_loop_check(w, ep, w.files[file].object); error != 0) return error;
  }
  const EpMutex mutex(run, ep);
  const Index item = ep_find(w, ep, file, op.fd);
  const std::uint32_t always =
      believes(w, Misconception::err_hup_maskable) ? 0U : EPOLLERR | EPOLLHUP;
  switch (op.op) {
    case EPOLL_CTL_ADD:
      if (item != kNone) return EEXIST;
      return ep_insert(run, ep, file, op, events | always);
    case EPOLL_CTL_MOD:
      if (item == kNone) return ENOENT;
      if ((w.items[item].events & EPOLLEXCLUSIVE) != 0) return EINVAL;
      ep_modify(run, item, events | always, op.event->data);
      return 0;
    case EPOLL_CTL_DEL:
      if (item == kNone) return ENOENT;
      ep_remove(run, item, Why::erased_del);
      return 0;
    default:
      return EINVAL;
  }
}

}  // namespace epollscope
