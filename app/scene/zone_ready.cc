// The ready list as the queue it is, what left it, and who sleeps in epoll_wait.
#include <sys/epoll.h>

#include <algorithm>
#include <set>

#include "app/scene/kernel_parts.h"
#include "app/scene/quiz.h"

namespace epollscope::scene {

std::string_view left_key(MicroStep::What what) {
  switch (what) {
    case MicroStep::What::left:
      return "ready.left.edge";
    case MicroStep::What::disarmed:
      return "ready.left.oneshot";
    case MicroStep::What::dropped:
      return "ready.left.dropped";
    case MicroStep::What::unlinked:
      return "ready.left.removed";
    default:
      return {};
  }
}

namespace {

constexpr float kHeadRoom = 66;  // between the rail's end and the first card
constexpr float kTailRoom = 52;
constexpr float kCardGap = 12;
constexpr float kCaption = 26;

float card_height(Density d) { return d == Density::full ? 58 : d == Density::compact ? 44 : 28; }
constexpr float kNoteHeight = 36;

// ---- cards

std::uint32_t answer_of(const ItemState& item) { return item.armed ? item.level & item.mask : 0; }

std::string if_taken(const Sketch& pen, const ItemState& item) {
  const std::uint32_t answer = answer_of(item);
  return pen.t("ready.if_taken", {answer == 0 ? pen.t("ready.nothing") : mask_text(answer)});
}

// The same as the card has it: what it would report as a chip, and loud where that is nothing.
constexpr float kTaken = 11;
float if_taken_width(const Sketch& pen, const ItemState& item) {
  const std::uint32_t answer = answer_of(item);
  const Type loud{Face::sans_bold, kTaken, Role::warn};
  return Sketch::width_of(pen.t("ready.if_taken", {""}), type::kNote.at(kTaken)) + 4 +
         (answer == 0 ? Sketch::width_of(pen.t("ready.nothing"), loud)
                      : events_width(answer, kTaken - 0.5F));
}

void draw_if_taken(Sketch& pen, const ItemState& item, Point at, float room) {
  const float taken = pen.text(at, pen.t("ready.if_taken", {""}), type::kNote.at(kTaken), room) + 4;
  const std::uint32_t answer = answer_of(item);
  const Point next{at.x + taken, at.y};
  if (answer == 0) {
    pen.text(next, pen.t("ready.nothing"), {Face::sans_bold, kTaken, Role::warn}, room - taken);
  } else {
    draw_events(pen, answer, next, room - taken, kTaken - 0.5F, EventLook::candidate);
  }
}

float card_width(const Sketch& pen, const ItemState& item, Density density) {
  const float name = std::min(90.0F, Sketch::width_of(item.name, type::kName));
  if (density == Density::tight) return name + 44;
  const std::string fd = fd_words(pen, item.fd);
  float w = name + 8 + Sketch::width_of(fd, type::kFd) + 46;
  w = std::max(w, flags_width(pen, item, 11) + 28);
  if (density == Density::full) {
    w = std::max(w, if_taken_width(pen, item) + 28);
  }
  return std::clamp(w, 96.0F, 210.0F);
}

void draw_card(Sketch& pen, const ItemState& item, Rect at, Density density) {
  const CardLook look = card_look(item);
  pen.box(at, look.fill, look.border, 9, look.width, look.stroke);
  const float x = at.x + 14;
  const Point square{at.right() - 17, density == Density::tight ? at.center().y : at.y + 15};
  draw_square(pen, square, true, item.ready ? ready_color(item) : Role::text_dim);
  if (density == Density::tight) {
    const Type name = type::kName.at(13);
    pen.text({at.x + 10, Sketch::middle(at, name)}, item.name, name, square.x - 10 - at.x - 10);
  } else {
    const float taken = pen.text({x, at.y + 19}, item.name, type::kName, 90);
    pen.text({x + taken + 8, at.y + 19}, fd_words(pen, item.fd), type::kFd,
             square.x - 10 - (x + taken + 8));
    draw_flags_from(pen, item, x, at.y + 35.5F, at.right() - 10, 11);
    if (density == Density::full) {
      draw_if_taken(pen, item, {x, at.y + 51}, at.right() - 8 - x);
    }
  }
  pen.hit("ready:" + std::to_string(item.id.value), at,
          pen.t("hit.ready", {item.name}) + " " + if_taken(pen, item), 9);
}

// Cards in their order, or the first ones, a fold and the last.
struct Rail {
  Density density = Density::full;
  std::vector<const ItemState*> before, after;
  int folded = 0;
};

float widths(const Sketch& pen, const std::vector<const ItemState*>& items, Density d) {
  float w = 0;
  for (const ItemState* item : items) w += card_width(pen, *item, d) + kCardGap;
  return w;
}

Rail plan_rail(const Sketch& pen, const std::vector<const ItemState*>& items, float width,
               Density least) {
  Rail rail;
  // Many cards are narrow ones at best: measure no more than could ever fit.
  const bool few = static_cast<float>(items.size()) * (44 + kCardGap) < width;
  for (int d = static_cast<int>(least); few && d <= static_cast<int>(Density::tight); ++d) {
    rail.density = static_cast<Density>(d);
    if (widths(pen, items, rail.density) > width) continue;
    rail.before = items;
    return rail;
  }
  rail.density = Density::tight;
  constexpr float kFold = 86;
  const float last = items.empty() ? 0 : card_width(pen, *items.back(), rail.density) + kCardGap;
  float used = kFold + last;
  std::size_t n = 0;
  for (; n + 1 < items.size(); ++n) {
    const float w = card_width(pen, *items[n], rail.density) + kCardGap;
    if (used + w > width) break;
    used += w;
    rail.before.push_back(items[n]);
  }
  rail.folded = static_cast<int>(items.size() - n) - 1;
  if (used <= width) rail.after.push_back(items.back());
  return rail;
}

float draw_cards(Sketch& pen, const std::vector<const ItemState*>& items, float x, float middle,
                 Density density, ReadyPlaces& places) {
  const float h = card_height(density);
  for (const ItemState* item : items) {
    const Rect at{x, middle - h / 2, card_width(pen, *item, density), h};
    pen.begin("card:" + std::to_string(item->id.value), at);
    draw_card(pen, *item, at, density);
    pen.end();
    places.cards[item->id] = at;
    x += at.w + kCardGap;
  }
  return x;
}

void draw_rail(Sketch& pen, const KernelContext& c, Rect where, Density density,
               ReadyPlaces& places) {
  std::vector<const ItemState*> items;
  for (const EpitemId id : c.ep->ready) {
    if (const ItemState* item = find_item(*c.ep, id)) items.push_back(item);
  }
  const float room = where.w - kHeadRoom - kTailRoom;
  const Rail rail = plan_rail(pen, items, room, density);
  const float middle = where.y + where.h / 2;
  const float x0 = where.x + kHeadRoom;
  float end = x0 + widths(pen, rail.before, rail.density) + widths(pen, rail.after, rail.density) +
              (rail.folded > 0 ? 86 : 0);
  end = std::clamp(end + 12, where.x + std::min(314.0F, room), where.x + kHeadRoom + room);
  pen.line({where.x, middle}, {end, middle}, Role::line, 3);
  const Type end_word{Face::mono, 12, Role::text_faint};
  pen.text({end + 10, middle + 4}, pen.t("ready.tail"), end_word, kTailRoom - 12);
  // Where the list is taken from, and where to: below where the rail is close to the heading.
  const float beside = density == Density::tight ? middle + 15 : middle - 8;
  pen.whole({where.x, beside}, pen.t("ready.to_events"), type::kNote.at(11), kHeadRoom - 4);
  if (density != Density::tight) {
    pen.text({where.x, middle + 18}, pen.t("ready.head"), end_word, kHeadRoom - 6);
  }
  places.head = {where.x, middle};
  pen.place("head", {where.x, middle - 1, 2, 2});
  pen.place("tail", {end, middle - 1, 2, 2});
  float x = draw_cards(pen, rail.before, x0, middle, rail.density, places);
  if (rail.folded > 0) {
    const Rect fold{x, middle - 13, 74, 26};
    pen.box(fold, Role::panel, Role::panel_border, 9, 1, Stroke::dashed);
    const Type set = type::kWord.in(Role::text_dim);
    std::string words = pen.t("ready.folded", {std::to_string(rail.folded)});
    if (Sketch::width_of(words, set) > fold.w - 6) words = "+" + std::to_string(rail.folded);
    pen.text({fold.center().x, middle + 4}, words, set, fold.w - 6, Align::center);
    x += 86;
  }
  x = draw_cards(pen, rail.after, x, middle, rail.density, places);
  if (items.empty() && !c.ep->scanning) {
    const Rect note{x0, middle - 12, std::min(end - x0 - 14, 200.0F), 24};
    pen.box(note, Role::panel, Role::panel_border, 9, 1, Stroke::dashed);
    pen.text({note.center().x, middle + 4}, pen.t("ready.empty"), type::kNote, note.w - 12,
             Align::center);
  }
}

// ---- what left the list

struct Left {
  std::string words, more;
};

bool joins_list(MicroStep::What what) {
  return what == MicroStep::What::queued || what == MicroStep::What::requeued;
}

std::string still_there(const Sketch& pen, const KernelContext& c, const ItemState& item) {
  const FileState* file = find_file(c.state, item.file);
  if (file == nullptr) return {};
  const std::uint32_t answer = item.level & item.mask;
  if (item.ready && (answer & (EPOLLIN | EPOLLOUT)) == EPOLLOUT) return pen.t("ready.writable_now");
  const Unread unread = unread_of(c.state, *file);
  if (unread.amount == 0 || !item.ready) return {};
  if (unread.kind == ObjectKind::signalfd) {
    return pen.t("ready.signals_now", {std::to_string(unread.amount)});
  }
  if (unread.kind == ObjectKind::pidfd) return count_text(pen, unread.kind, unread.amount);
  if (unread.kind == ObjectKind::inotify) {
    return pen.t("ready.events_now", {std::to_string(unread.amount)});
  }
  if (unread.kind == ObjectKind::listener) {
    return pen.t("file.waiting", {std::to_string(unread.amount)});
  }
  return unread.counter ? pen.t("ready.counter_now", {std::to_string(unread.amount)})
                        : pen.t("ready.unread_now", {bytes_text(unread.amount)});
}

// Items that are off the list and why, the last to leave first: those that left in the step at
// the cursor, and those that could be reported all the same.
std::vector<Left> what_left(const Sketch& pen, const KernelContext& c) {
  constexpr int kLookBack = 60;
  std::vector<Left> all;
  std::set<EpitemId> seen(c.ep->ready.begin(), c.ep->ready.end());
  seen.insert(c.ep->scan_batch.begin(), c.ep->scan_batch.end());
  for (int n = c.model.step; n >= 1 && n > c.model.step - kLookBack; --n) {
    const auto& record = c.model.steps[static_cast<std::size_t>(n) - 1];
    const auto micro = n == c.model.step ? c.model.happened() : std::span(record.micro);
    for (std::size_t i = micro.size(); i-- > 0;) {
      const MicroStep& m = micro[i];
      const std::string_view key = left_key(m.what);
      if (m.eventpoll != c.ep->file || (key.empty() && !joins_list(m.what))) continue;
      if (!m.item.valid() || !seen.insert(m.item).second || key.empty()) continue;
      const ItemState* item = find_item(*c.ep, m.item);
      if (n != c.model.step && (item == nullptr || !item->ready)) continue;
      all.push_back({pen.t(key, {m.subject, std::to_string(n)}),
                     item == nullptr ? std::string() : still_there(pen, c, *item)});
      if (all.size() >= 8) return all;
    }
  }
  return all;
}

void draw_left(Sketch& pen, const KernelContext& c, Rect where) {
  const Type set = type::kWord.in(Role::text_dim);
  float x = where.x;
  for (const Left& left : what_left(pen, c)) {
    const float w =
        std::max(Sketch::width_of(left.words, set), Sketch::width_of(left.more, set)) + 24;
    const float room = where.right() - x;
    if (w > room && (x > where.x || room < 80)) break;
    const Rect at{x, where.y, std::min(w, room), where.h};
    pen.box(at, Role::none, Role::text_faint, 8, 1.2F, Stroke::dashed);
    const bool two = !left.more.empty();
    const float first = two ? at.y + 15 : Sketch::middle(at, set);
    pen.text({at.x + 12, first}, left.words, set, at.w - 20);
    pen.text({at.x + 12, at.y + 30}, left.more, set, at.w - 20);
    x += at.w + 10;
  }
}

// ---- a scan under way

// `part`: what a name is called as a part of the picture.
float draw_names(Sketch& pen, const KernelContext& c, std::string_view title,
                 const std::vector<EpitemId>& ids, Rect where, const std::string& part) {
  const Type set = type::kWord.in(Role::text_dim);
  float x = where.x + pen.text({where.x, where.y + 15}, title, set, where.w);
  float chip = where.x;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const ItemState* item = find_item(*c.ep, ids[i]);
    if (item == nullptr) continue;
    const Type name = type::kName.at(12);
    const float w = std::min(90.0F, Sketch::width_of(item->name, name)) + 16;
    const bool more = i + 1 < ids.size();
    if (chip + w + (more ? 40 : 0) > where.right()) {
      pen.text({chip + 4, where.y + 34}, "+" + std::to_string(ids.size() - i), set,
               where.right() - chip);
      chip = where.right();
      break;
    }
    pen.begin(part + std::to_string(item->id.value), {chip, where.y + 20, w, 20});
    pen.box({chip, where.y + 20, w, 20}, Role::raised, Role::selection, 6);
    pen.text({chip + w / 2, where.y + 34}, item->name, name, w - 8, Align::center);
    pen.end();
    chip += w + 6;
  }
  if (ids.empty()) chip += pen.text({chip, where.y + 34}, pen.t("ready.empty"), type::kNote, 120);
  return std::max(x, chip) + 24;
}

// The item that the scan has taken off its list and not put anywhere yet.
std::vector<EpitemId> in_hand(const KernelContext& c) {
  using enum MicroStep::What;
  const MicroStep* m = c.instant;
  if (m == nullptr || (m->what != checked && m->what != reported)) return {};
  const ItemState* item = find_item(*c.ep, m->item);
  const bool listed = item == nullptr || item->queued ||
                      std::ranges::find(c.ep->scan_batch, m->item) != c.ep->scan_batch.end();
  return listed ? std::vector<EpitemId>{} : std::vector{m->item};
}

void draw_scan(Sketch& pen, const KernelContext& c, Rect where) {
  const float half = where.w / 2 - 12;
  float x = draw_names(pen, c, pen.t("ready.batch"), c.ep->scan_batch,
                       {where.x, where.y, half, where.h}, "scan:");
  x = std::max(x, where.x + 150);
  if (const auto item = in_hand(c); !item.empty()) {
    x = draw_names(pen, c, pen.t("ready.in_hand"), item, {x, where.y, where.right() - x, where.h},
                   "scan:");
  }
  draw_names(pen, c, pen.t("ready.ovflist"), c.ep->ovflist,
             {x, where.y, where.right() - x, where.h}, "ovflist:");
}

}  // namespace

float ready_height(const KernelContext& context, Density density) {
  float h = kCaption + card_height(density) + 10;
  if (density != Density::tight || context.ep->scanning) h += kNoteHeight + 8;
  return h;
}

float roomy_rail_width(const Sketch& pen, const KernelContext& c) {
  float w = kHeadRoom + kTailRoom + 12;
  for (const EpitemId id : c.ep->ready) {
    if (const ItemState* item = find_item(*c.ep, id)) {
      w += card_width(pen, *item, Density::full) + kCardGap;
    }
  }
  return w;
}

ReadyPlaces draw_ready(Sketch& pen, const KernelContext& c, Rect where, Density density) {
  ReadyPlaces places;
  const float sleepers_w = std::clamp(where.w * 0.24F, 120.0F, 240.0F);
  const float h = card_height(density);
  places.sleepers = {where.right() - sleepers_w, where.y + kCaption, sleepers_w, h};
  const Rect rail{where.x, where.y + kCaption, where.w - sleepers_w - 24, h};
  const float caption = where.y + 14;
  const float taken = pen.text({where.x, caption}, pen.t("ready.title"), type::kHead, rail.w) + 10;
  pen.whole({where.x + taken, caption}, pen.t("ready.note"), type::kNote, rail.w - taken);
  if (pen.whole({places.sleepers.x, caption}, pen.t("ready.sleeping"), type::kHead, sleepers_w) ==
      0) {
    pen.text({places.sleepers.x, caption}, pen.t("ready.asleep"), type::kHead, sleepers_w);
  }
  draw_rail(pen, c, rail, density, places);
  pen.place("sleepers", places.sleepers);
  draw_sleepers(pen, c, places.sleepers);
  Rect below{where.x + kHeadRoom, rail.bottom() + 8, where.w - kHeadRoom, kNoteHeight};
  if (density != Density::tight && !c.ep->waiters.empty()) {
    draw_wakers(pen, c, {places.sleepers.x, below.y, sleepers_w, below.h});
    below.w = rail.w - kHeadRoom;
  }
  if (c.ep->scanning) {
    draw_scan(pen, c, below);
  } else if (density != Density::tight && !question_open(c.model, pen)) {
    draw_left(pen, c, below);
  }
  return places;
}

}  // namespace epollscope::scene
