#include "app/scene/refusals.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "app/scene/look.h"

namespace epollscope::scene {
namespace {

using Reason = std::optional<std::string>;

class Refusal {
 public:
  Refusal(Lang lang, const Call& call, int error, const State& before)
      : lang_(lang), call_(call), error_(error), before_(before) {}

  [[nodiscard]] Reason of(const EpollCreate& op) const {
    if (error_ == EINVAL && op.size <= 0) return t("refused.size");
    return full();
  }
  [[nodiscard]] Reason of(const EpollCreate1& op) const {
    if (error_ == EINVAL && (op.flags & ~EPOLL_CLOEXEC) != 0) return t("refused.create_flags");
    return full();
  }
  [[nodiscard]] Reason of(const EpollCtl& op) const {
    switch (error_) {
      case EFAULT:
        return t("refused.no_event");
      case EBADF:
        return bad_descriptor(op);
      case EPERM:
        return t("refused.no_poll", {target(op)});
      case EINVAL:
        return bad_argument(op);
      case ELOOP:
        return loop(op);
      case EEXIST:
        return t("refused.exists", {target(op), instance(op)});
      case ENOENT:
        return absent(op);
      case ENOSPC:
        return t("refused.watches");
      default:
        return std::nullopt;
    }
  }
  [[nodiscard]] Reason of(const EpollWait& op) const {
    const std::string ep = named(0, op.epfd);
    switch (error_) {
      case EBADF:
        return t("refused.not_open", {ep});
      case EINVAL:
        if (op.maxevents <= 0) return t("refused.no_room");
        if (op.maxevents > kMostEvents) {
          return t("refused.too_much_room", {std::to_string(kMostEvents)});
        }
        return not_an_instance(0, op.epfd);
      case EFAULT:
        return op.null_buffer ? Reason(t("refused.nowhere")) : std::nullopt;
      case EINTR:
        return t("refused.interrupted");
      default:
        return std::nullopt;
    }
  }
  [[nodiscard]] static Reason of(const auto& /*not a call of epoll*/) { return std::nullopt; }

 private:
  [[nodiscard]] std::string t(std::string_view key,
                              std::initializer_list<std::string_view> args = {}) const {
    return errno_name(error_) + ": " + tr(lang_, key, args);
  }
  [[nodiscard]] Reason full() const {
    return error_ == EMFILE ? Reason(t("refused.numbers")) : std::nullopt;
  }

  // "a (fd 4)", or "fd 4" where the call gives the number.
  [[nodiscard]] std::string named(std::size_t argument, Fd fd) const {
    std::string number = "fd " + std::to_string(fd.value);
    if (argument >= call_.args.size()) return number;
    const auto* ref = std::get_if<Ref>(&call_.args[argument].v);
    return ref == nullptr ? number : ref->name + " (" + number + ")";
  }
  [[nodiscard]] std::string instance(const EpollCtl& op) const {
    const EventpollState* ep = eventpoll(op.epfd);
    return ep == nullptr ? named(0, op.epfd) : ep->name;
  }
  [[nodiscard]] std::string target(const EpollCtl& op) const { return named(2, op.fd); }

  [[nodiscard]] const EventpollState* eventpoll(Fd fd) const {
    const auto found = std::ranges::find_if(before_.eventpolls, [fd](const EventpollState& ep) {
      return std::ranges::find(ep.fds, fd) != ep.fds.end();
    });
    return found == before_.eventpolls.end() ? nullptr : &*found;
  }
  [[nodiscard]] const FileState* file(Fd fd) const {
    const auto has = [fd](const FileState& f) {
      return std::ranges::find(f.fds, fd) != f.fds.end();
    };
    const auto found = std::ranges::find_if(before_.files, has);
    return found == before_.files.end() ? nullptr : &*found;
  }
  [[nodiscard]] bool open(Fd fd) const { return eventpoll(fd) != nullptr || file(fd) != nullptr; }
  [[nodiscard]] std::optional<FileId> open_file(Fd fd) const {
    if (const EventpollState* ep = eventpoll(fd)) return ep->file;
    if (const FileState* f = file(fd)) return f->id;
    return std::nullopt;
  }

  [[nodiscard]] Reason bad_descriptor(const EpollCtl& op) const {
    if (open(op.epfd)) return t("refused.not_open", {target(op)});
    if (open(op.fd)) return t("refused.not_open", {named(0, op.epfd)});
    if (op.epfd == op.fd) return t("refused.not_open", {named(0, op.epfd)});
    return t("refused.neither_open", {named(0, op.epfd), target(op)});
  }

  [[nodiscard]] Reason not_an_instance(std::size_t argument, Fd fd) const {
    const FileState* f = file(fd);
    const ObjectState* object = f == nullptr ? nullptr : find_object(before_, f->object);
    // Files that the scenario did not make, such as /dev/null at 0, 1 and 2, are in no picture.
    if (object == nullptr) return t("refused.other_kind", {named(argument, fd)});
    return t("refused.not_an_instance", {named(argument, fd), tr(lang_, kind_key(object->kind))});
  }

  [[nodiscard]] const ItemState* item(const EpollCtl& op) const {
    const EventpollState* ep = eventpoll(op.epfd);
    const auto of = open_file(op.fd);
    if (ep == nullptr || !of) return nullptr;
    const auto same = [&](const ItemState& i) {
      return i.file == *of && i.fd.value == op.fd.value;
    };
    const auto found = std::ranges::find_if(ep->items, same);
    return found == ep->items.end() ? nullptr : &*found;
  }

  // In the order in which the kernel asks, but that an instance is asked for first.
  [[nodiscard]] Reason bad_argument(const EpollCtl& op) const {
    const EventpollState* ep = eventpoll(op.epfd);
    if (ep == nullptr) return not_an_instance(0, op.epfd);
    if (ep == eventpoll(op.fd)) return t("refused.itself", {named(0, op.epfd)});
    const std::uint32_t events = op.op != EPOLL_CTL_DEL && op.event ? op.event->events : 0;
    if ((events & EPOLLEXCLUSIVE) != 0) {
      if (op.op == EPOLL_CTL_MOD) return t("refused.exclusive_mod");
      if (op.op == EPOLL_CTL_ADD && eventpoll(op.fd) != nullptr) {
        return t("refused.exclusive_instance", {target(op)});
      }
      const std::uint32_t beside = events & ~kBesideExclusive;
      if (op.op == EPOLL_CTL_ADD && beside != 0) {
        return t("refused.exclusive_flags", {mask_text(beside)});
      }
    }
    if (op.op != EPOLL_CTL_ADD && op.op != EPOLL_CTL_MOD && op.op != EPOLL_CTL_DEL) {
      return t("refused.operation", {std::to_string(op.op)});
    }
    const ItemState* there = item(op);
    if (op.op == EPOLL_CTL_MOD && there != nullptr && (there->mask & EPOLLEXCLUSIVE) != 0) {
      return t("refused.was_exclusive", {target(op)});
    }
    if (op.op == EPOLL_CTL_ADD && open(op.fd)) return t("refused.paths");
    return std::nullopt;
  }

  // Whether what `from` watches leads to `to`, over any number of instances.
  [[nodiscard]] bool reaches(const EventpollState& from, FileId to) const {
    std::set<FileId> seen;
    std::vector<const EventpollState*> ahead{&from};
    while (!ahead.empty()) {
      const EventpollState* ep = ahead.back();
      ahead.pop_back();
      if (ep->file == to) return true;
      if (!seen.insert(ep->file).second) continue;
      for (const ItemState& i : ep->items) {
        const auto inner = std::ranges::find(before_.eventpolls, i.file, &EventpollState::file);
        if (inner != before_.eventpolls.end()) ahead.push_back(&*inner);
      }
    }
    return false;
  }
  [[nodiscard]] Reason loop(const EpollCtl& op) const {
    const EventpollState* outer = eventpoll(op.epfd);
    const EventpollState* inner = eventpoll(op.fd);
    if (outer == nullptr) return std::nullopt;
    if (inner != nullptr && reaches(*inner, outer->file)) {
      return t("refused.circle", {target(op), outer->name});
    }
    return t("refused.depth");
  }

  // The same file under another number, or another file under the same, is another item.
  [[nodiscard]] Reason absent(const EpollCtl& op) const {
    const EventpollState* ep = eventpoll(op.epfd);
    const auto of = open_file(op.fd);
    if (ep == nullptr || !of) return std::nullopt;
    const auto same_number =
        std::ranges::find(ep->items, op.fd.value, [](const ItemState& i) { return i.fd.value; });
    if (same_number != ep->items.end()) {
      return t("refused.other_file", {target(op), ep->name, same_number->name});
    }
    const auto same_file = std::ranges::find(ep->items, *of, &ItemState::file);
    if (same_file != ep->items.end()) {
      return t("refused.other_number", {target(op), ep->name, std::to_string(same_file->fd.value)});
    }
    return t("refused.absent", {target(op), ep->name});
  }

  Lang lang_;
  const Call& call_;
  int error_;
  const State& before_;
};

}  // namespace

std::optional<std::string> refusal(Lang lang, const Call& call, const Request& request, int error,
                                   const State& before) {
  const Refusal of(lang, call, error, before);
  return std::visit([&of](const auto& op) { return of.of(op); }, request.op);
}

}  // namespace epollscope::scene
