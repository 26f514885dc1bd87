#include "app/scene/look.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "core/call/flags.h"

namespace epollscope::scene {
namespace {

constexpr std::uint32_t kModes = EPOLLET | EPOLLONESHOT | EPOLLEXCLUSIVE | EPOLLWAKEUP;

struct KnownFlag {
  std::uint32_t bit;
  std::string_view text;
  Role color;
};
constexpr std::array kFlags = {
    KnownFlag{EPOLLIN, "IN", Role::in},          KnownFlag{EPOLLPRI, "PRI", Role::warn},
    KnownFlag{EPOLLOUT, "OUT", Role::out},       KnownFlag{EPOLLRDNORM, "RDNORM", Role::in},
    KnownFlag{EPOLLRDBAND, "RDBAND", Role::in},  KnownFlag{EPOLLWRNORM, "WRNORM", Role::out},
    KnownFlag{EPOLLWRBAND, "WRBAND", Role::out}, KnownFlag{EPOLLMSG, "MSG", Role::in},
    KnownFlag{EPOLLRDHUP, "RDHUP", Role::hup},   KnownFlag{EPOLLHUP, "HUP", Role::hup},
    KnownFlag{EPOLLERR, "ERR", Role::err},
};
struct KnownMode {
  std::uint32_t bit;
  std::string_view text;
};
constexpr std::array kModeNames = {
    KnownMode{EPOLLET, "ET"},
    KnownMode{EPOLLONESHOT, "ONESHOT"},
    KnownMode{EPOLLEXCLUSIVE, "EXCLUSIVE"},
    KnownMode{EPOLLWAKEUP, "WAKEUP"},
};

constexpr float kBadgeHeight = 17.5F;

// Lists of a State are in the order in which things were made, nearly always; there may be many,
// and most often with no number left out.
template <class T, class Id>
const T* find_by_id(const std::vector<T>& all, Id id) {
  if (all.empty()) return nullptr;
  const auto guess = static_cast<std::size_t>(id.value - all.front().id.value);
  if (guess < all.size() && all[guess].id == id) return &all[guess];
  auto found = std::ranges::lower_bound(all, id, {}, &T::id);
  if (found == all.end() || found->id != id) found = std::ranges::find(all, id, &T::id);
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

const ItemState* find_item(const EventpollState& ep, EpitemId id) {
  const auto found = std::ranges::find(ep.items, id, &ItemState::id);
  return found == ep.items.end() ? nullptr : &*found;
}

const EventpollState* eventpoll_of(const State& state, EpitemId id) {
  for (const EventpollState& ep : state.eventpolls) {
    if (find_item(ep, id) != nullptr) return &ep;
  }
  return nullptr;
}

const ItemState* find_item(const State& state, EpitemId id) {
  const EventpollState* ep = eventpoll_of(state, id);
  return ep == nullptr ? nullptr : find_item(*ep, id);
}

const FileState* find_file(const State& state, FileId id) { return find_by_id(state.files, id); }

const ObjectState* find_object(const State& state, ObjectId id) {
  return find_by_id(state.objects, id);
}

Unread unread_of(const State& state, const FileState& file) {
  const ObjectState* object = find_object(state, file.object);
  if (object == nullptr) return {};
  if (object->kind == ObjectKind::listener) {
    return {.amount = object->waiting, .capacity = 0, .counter = true, .kind = object->kind};
  }
  if (object->fill.empty()) return {};
  std::size_t i = 0;
  if (is_pair(object->kind)) {
    const auto at = std::ranges::find(object->files, file.id);
    i = static_cast<std::size_t>(at - object->files.begin());
    if (i >= object->fill.size()) return {};
  }
  return {.amount = object->fill[i],
          .capacity = i < object->capacity.size() ? object->capacity[i] : 0,
          .counter = is_counter(object->kind),
          .kind = object->kind};
}

std::string_view case_key(const ItemState& item) {
  if (!item.armed) return readable_but_disarmed(item) ? "item.spent_readable" : "item.spent";
  if (item.queued) return item.ready ? "item.queued" : "item.stale";
  if (!item.ready) return "item.idle";
  const std::uint32_t answer = item.level & item.mask;
  if ((answer & EPOLLIN) != 0) return "item.readable";
  if ((answer & EPOLLOUT) != 0) return "item.writable";
  return "item.ready";
}

std::string_view brief_case_key(const ItemState& item) {
  if (!item.armed) return "item.short.spent";
  if (item.queued) return item.ready ? "item.short.queued" : "item.short.stale";
  return item.ready ? "item.short.ready" : "item.idle";
}

std::string signals_text(const ObjectState& object) {
  std::map<std::int32_t, int> counts;
  for (const PendingSignal& s : object.signals) ++counts[s.signal];
  std::string words;
  for (const auto& [signal, count] : counts) {
    if (!words.empty()) words += ", ";
    if (count > 1) words += fmt::format("{} ", count);
    words += print_flags(FlagSet::signal, static_cast<std::uint64_t>(signal));
  }
  return words;
}

std::string mask_text(std::uint32_t mask) {
  return print_flags(FlagSet::epoll_events, mask, FlagStyle::brief);
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes >= 1U << 20U && bytes % (1U << 20U) == 0) return fmt::format("{} MiB", bytes >> 20U);
  if (bytes >= 1U << 10U && bytes % (1U << 10U) == 0) return fmt::format("{} KiB", bytes >> 10U);
  return fmt::format("{} B", bytes);
}

std::string about_bytes(std::uint64_t bytes) {
  constexpr double kKi = 1024;
  const auto n = static_cast<double>(bytes);
  if (n >= 0.95 * kKi * kKi) return fmt::format("{:.1f} MiB", n / kKi / kKi);
  if (n >= 10 * kKi) return fmt::format("{:.0f} KiB", n / kKi);
  return bytes_text(bytes);
}

std::string descriptor_text(Fd fd) {
  return fd.process == 0 ? std::to_string(fd.value) : fmt::format("P{}:{}", fd.process, fd.value);
}

std::string descriptors_text(std::span<const Fd> fds) {
  std::string text;
  for (const Fd fd : fds) text += (text.empty() ? "" : ", ") + descriptor_text(fd);
  return text;
}

std::string descriptor_text(const FileState& file, std::size_t i) {
  std::string text = descriptor_text(file.fds[i]);
  if (i < file.names.size() && !file.names[i].empty()) text += " " + file.names[i];
  return text;
}

std::string fd_words(const Sketch& pen, Fd fd) {
  return fd.process == 0 ? pen.t("item.fd", {std::to_string(fd.value)}) : descriptor_text(fd);
}

Fd descriptor_in(std::string_view text) {
  Fd fd;
  const auto number = [&](std::string_view digits, std::int32_t& into) {
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into);
    return error == std::errc{} && stop == digits.data() + digits.size();
  };
  const auto colon = text.find(':');
  const bool child = text.starts_with('P') && colon != std::string_view::npos;
  if (child && !number(text.substr(1, colon - 1), fd.process)) return {};
  return number(child ? text.substr(colon + 1) : text, fd.value) ? fd : Fd{};
}

std::string timeout_text(const Sketch& pen, std::optional<std::int64_t> ns) {
  if (!ns) return pen.t("waiter.for_ever");
  const double ms = static_cast<double>(*ns) / 1e6;
  return pen.t("waiter.at_most", {fmt::format("{:.6g} ms", ms)});
}

std::string_view kind_key(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::pipe:
      return "file.pipe";
    case ObjectKind::unix_stream:
      return "file.unix_stream";
    case ObjectKind::unix_dgram:
      return "file.unix_dgram";
    case ObjectKind::unix_seqpacket:
      return "file.unix_seqpacket";
    case ObjectKind::timerfd:
      return "file.timerfd";
    case ObjectKind::inotify:
      return "file.inotify";
    case ObjectKind::pty:
      return "file.pty";
    case ObjectKind::regular:
      return "file.regular";
    case ObjectKind::signalfd:
      return "file.signalfd";
    case ObjectKind::pidfd:
      return "file.pidfd";
    case ObjectKind::eventfd:
      return "file.eventfd";
    case ObjectKind::epoll:
      return "file.epoll";
    case ObjectKind::tcp:
      return "file.tcp";
    case ObjectKind::udp:
      return "file.udp";
    case ObjectKind::unix_socket:
      return "file.unix_socket";
    case ObjectKind::listener:
      return "file.listener";
    case ObjectKind::other:
      break;
  }
  return "file.other";
}

std::string count_text(const Sketch& pen, ObjectKind kind, std::uint64_t n) {
  if (kind == ObjectKind::pidfd) {
    return pen.t(n == 0   ? "file.process_runs"
                 : n == 1 ? "file.process_ended"
                          : "file.process_gone");
  }
  const std::string_view key = kind == ObjectKind::signalfd   ? "file.some_signals"
                               : kind == ObjectKind::listener ? "file.waiting"
                               : kind == ObjectKind::inotify  ? "file.some_events"
                                                              : "file.counter";
  return pen.t(key, {std::to_string(n)});
}

std::string item_label(const Sketch& pen, const ItemState& item) {
  std::string words = pen.t("hit.item", {item.name, std::to_string(item.fd.value),
                                         mask_text(item.mask), pen.t(case_key(item))});
  if (item.ghost) words += pen.t("hit.ghost");
  return words;
}

std::vector<FlagWord> event_words(std::uint32_t events) {
  std::vector<FlagWord> words;
  for (const KnownFlag& flag : kFlags) {
    if ((events & flag.bit) != 0) words.push_back({flag.text, flag.color});
  }
  return words;
}

std::vector<FlagWord> interest_words(const ItemState& item) {
  auto words = event_words(item.mask & ~static_cast<std::uint32_t>(EPOLLERR | EPOLLHUP));
  return words.empty() ? event_words(item.mask) : words;
}

std::vector<BadgeWord> badges_of(const Sketch& pen, std::uint32_t mask, bool armed, bool brief) {
  std::vector<BadgeWord> words;
  for (const KnownMode& mode : kModeNames) {
    if ((mask & kModes & mode.bit) == 0) continue;
    const bool spent = !armed && mode.bit == EPOLLONESHOT;
    std::string text(mode.text);
    if (spent && brief) text.clear();
    if (spent) text += (brief ? "" : " ") + pen.t("item.badge_spent");
    words.push_back({std::move(text), spent});
  }
  return words;
}

float badge_width(std::string_view word) { return Sketch::width_of(word, type::kBadge) + 13; }

void draw_badge(Sketch& pen, const BadgeWord& word, Point left_middle, bool dimmed) {
  const Rect where{left_middle.x, left_middle.y - kBadgeHeight / 2, badge_width(word.text),
                   kBadgeHeight};
  const Role border = dimmed ? Role::line : Role::badge;
  pen.box(where, word.spent || dimmed ? Role::none : Role::badge, border, kBadgeHeight / 2, 1.2F,
          word.spent ? Stroke::dashed : Stroke::solid);
  const Role ink = dimmed ? Role::text_dim : word.spent ? Role::badge : type::kBadge.color;
  const Type set = type::kBadge.in(ink);
  pen.text({where.center().x, Sketch::middle(where, set)}, word.text, set, where.w, Align::center);
}

float draw_interest(Sketch& pen, const std::vector<FlagWord>& words, Point at, float width,
                    float size, Align align) {
  std::string all;
  for (const FlagWord& word : words) all += (all.empty() ? "" : " ") + std::string(word.text);
  return pen.text(at, all, {Face::mono, size, Role::text_dim}, width, align);
}

float flags_width(const Sketch& pen, const ItemState& item, float size, bool brief) {
  float w = 0;
  if (item.armed) {
    for (const FlagWord& word : interest_words(item)) {
      w += Sketch::width_of(word.text, type::kFlag.at(size)) + 8;
    }
  }
  for (const BadgeWord& badge : badges_of(pen, item.mask, item.armed, brief)) {
    w += badge_width(badge.text) + 6;
  }
  return w;
}

float draw_flags(Sketch& pen, const ItemState& item, float right, float baseline, float least,
                 float size) {
  constexpr float kGap = 6, kLeastSize = 9.5F;
  const float room = right - least;
  while (size - 0.5F >= kLeastSize && flags_width(pen, item, size) > room) size -= 0.5F;
  float x = right;
  const float middle = baseline - cap_height(Face::mono_bold, size) / 2;
  auto badges = badges_of(pen, item.mask, item.armed, flags_width(pen, item, size) > room);
  std::ranges::reverse(badges);
  bool cut = false;
  for (const BadgeWord& badge : badges) {
    const float w = badge_width(badge.text);
    if (x - w < least) {
      cut = true;
      break;
    }
    draw_badge(pen, badge, {x - w, middle});
    x -= w + kGap;
  }
  if (item.armed && !cut && x > least) {
    x -= draw_interest(pen, interest_words(item), {x, baseline}, x - least, size, Align::right);
  } else if (cut && x > least) {
    x -= pen.text({x, baseline}, "…", type::kFlag.in(Role::text_dim).at(size), x - least,
                  Align::right);
  }
  return x;
}

void draw_flags_from(Sketch& pen, const ItemState& item, float left, float baseline, float most,
                     float size) {
  constexpr float kGap = 6;
  float x = left;
  const bool brief = flags_width(pen, item, size) > most - left;
  if (item.armed) {
    x += draw_interest(pen, interest_words(item), {x, baseline}, most - x, size) + kGap;
  }
  const float middle = baseline - cap_height(Face::mono_bold, size) / 2;
  for (const BadgeWord& badge : badges_of(pen, item.mask, item.armed, brief)) {
    const float w = badge_width(badge.text);
    if (x + w > most) break;
    draw_badge(pen, badge, {x, middle});
    x += w + kGap;
  }
}

Role ready_color(const ItemState& item) {
  const std::uint32_t answer = item.level & item.mask;
  if ((answer & (EPOLLIN | EPOLLRDNORM)) != 0) return Role::in;
  if ((answer & (EPOLLOUT | EPOLLWRNORM)) != 0) return Role::out;
  if ((answer & EPOLLERR) != 0) return Role::err;
  if ((answer & (EPOLLHUP | EPOLLRDHUP)) != 0) return Role::hup;
  return answer != 0 ? Role::warn : Role::in;
}

void draw_square(Sketch& pen, Point center, bool lit, Role color) {
  constexpr float kSide = 10;
  pen.box({center.x - kSide / 2, center.y - kSide / 2, kSide, kSide}, lit ? color : Role::none,
          lit ? color : Role::text_faint, 1, 1.6F);
}

bool readable_but_disarmed(const ItemState& item) {
  return !item.armed && (item.level & EPOLLIN) != 0;
}

void draw_muted_lamp(Sketch& pen, Point center, bool readable) {
  constexpr float kOut = 5.6F;  // half the bar's width and height
  pen.disc(center, 5.2F, readable ? Role::in_fill : Role::none,
           readable ? Role::in : Role::text_faint, 1.6F);
  pen.line({center.x - kOut, center.y + kOut}, {center.x + kOut, center.y - kOut},
           readable ? Role::text : Role::text_faint, 1.6F);
}

void draw_ready_lamp(Sketch& pen, const ItemState& item, Point center) {
  if (!item.armed) return draw_muted_lamp(pen, center, readable_but_disarmed(item));
  const Role lit = ready_color(item);
  pen.disc(center, 5.2F, item.ready ? lit : Role::none, item.ready ? lit : Role::text_faint, 1.6F);
}

void draw_lamps(Sketch& pen, const ItemState& item, Point first) {
  draw_ready_lamp(pen, item, first);
  draw_square(pen, {first.x + 16, first.y}, item.queued,
              item.ready ? ready_color(item) : Role::text_dim);
}

void draw_node_tag(Sketch& pen, bool red, Point center, float half) {
  constexpr float kLettered = 5.5F;  // from this size on
  const Rect tag{center.x - half, center.y - half, 2 * half, 2 * half};
  pen.box(tag, red ? Role::node_red : Role::node_black, red ? Role::node_red : Role::node_ring,
          half * 0.4F, 1.4F);
  if (half < kLettered) return;
  const Type letter{Face::sans_bold, half * 1.5F, Role::on_node};
  pen.text({center.x, Sketch::middle(tag, letter)}, pen.t(red ? "tree.red" : "tree.black"), letter,
           tag.w, Align::center);
}

CardLook card_look(const ItemState& item) {
  CardLook look;
  if (item.queued && item.ready) {
    const Role lit = ready_color(item);
    look.fill = lit == Role::in ? Role::in_fill : lit == Role::out ? Role::out_fill : Role::raised;
    look.border = lit;
    look.width = 1.6F;
  } else if (item.queued) {
    look.border = Role::text_dim;
  }
  if (item.ghost) look.stroke = Stroke::dashed;
  return look;
}

}  // namespace epollscope::scene
