// The ready list for a hall: the queue as it is, as it was, what left it and why; and who sleeps.
#include <algorithm>

#include "app/scene/lecture.h"

namespace epollscope::scene {
namespace {

constexpr float kReadyGap = 12, kReadyPad = 12, kEnd = 56;

bool touched(const Lecture& lecture, EpitemId id) {
  return std::ranges::find(lecture.model.happened(), id, &MicroStep::item) !=
         lecture.model.happened().end();
}

// ---- cards

float card_width(const ItemState& item, bool flags) {
  float w = std::min(150.0F, Sketch::width_of(item.name, hall::name())) + 3 * kReadyPad + 18;
  if (flags) w += hall_words_width(interest_words(item)) + kReadyPad;
  return w;
}

void draw_card(Sketch& pen, const Lecture& lecture, const ItemState& item, Rect at, bool flags) {
  const bool mine = touched(lecture, item.id);
  const MicroStep* m = lecture.kernel.instant;
  CardLook look = card_look(item);
  if (!mine) look = {.fill = Role::raised, .border = Role::line, .stroke = look.stroke};
  const bool acts = m != nullptr && m->what != MicroStep::What::filtered;
  if (acts && m->item == item.id) look.border = Role::wakeup;
  pen.box(at, look.fill, look.border, 10, mine ? 2.4F : 1.4F, look.stroke);
  const Role ink = mine ? Role::text : Role::text_dim;
  const Type name = hall::name().in(ink);
  const float y = Sketch::middle(at, name);
  const float square = at.right() - kReadyPad - 17;
  const Role lit = !mine || !item.ready ? Role::text_dim : ready_color(item);
  pen.box({square, at.center().y - 8.5F, 17, 17}, lit, lit, 1);
  const float taken = pen.text({at.x + kReadyPad, y}, item.name, name,
                               std::min(150.0F, square - at.x - kReadyPad - 6));
  if (flags) {
    draw_hall_words(pen, interest_words(item), {at.x + kReadyPad + taken + kReadyPad, y},
                    square - kReadyPad - at.x - 2 * kReadyPad - taken + 4, !mine);
  }
  pen.hit("ready:" + std::to_string(item.id.value), at, pen.t("hit.ready", {item.name}), 10);
}

std::vector<const ItemState*> listed(const EventpollState& ep) {
  std::vector<const ItemState*> items;
  for (const EpitemId id : ep.ready) {
    if (const ItemState* item = find_item(ep, id)) items.push_back(item);
  }
  return items;
}

// ---- the list as it was

std::vector<std::string> names_on(const EventpollState* ep) {
  std::vector<std::string> names;
  if (ep == nullptr) return names;
  for (const ItemState* item : listed(*ep)) names.push_back(item->name);
  return names;
}

float draw_names(Sketch& pen, const std::vector<std::string>& names, float x, Rect where) {
  const Type name = hall::name().in(Role::text_dim);
  const Type word = hall::word().in(Role::text_dim);
  if (names.empty()) {
    return x + pen.text({x, Sketch::middle(where, name)}, pen.t("ready.empty"), word,
                        where.right() - x);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const float w = std::min(150.0F, Sketch::width_of(names[i], name)) + 2 * kReadyPad;
    const bool last = i + 1 == names.size();
    if (x + w + (last ? 0 : 50) > where.right()) {
      const std::string more = "+" + std::to_string(names.size() - i);
      return x + pen.text({x, Sketch::middle(where, name)}, more, word, where.right() - x) + 8;
    }
    const Rect chip{x, where.y, w, where.h};
    pen.box(chip, Role::none, Role::text_dim, 8, 1.4F, Stroke::dashed);
    pen.text({chip.center().x, Sketch::middle(chip, name)}, names[i], name, w - kReadyPad,
             Align::center);
    x += w + 8;
  }
  return x;
}

// Why something left the list in this step, the last one first.
std::string left_words(const Sketch& pen, const Lecture& lecture) {
  const auto micro = lecture.model.happened();
  for (std::size_t i = micro.size(); i-- > 0;) {
    const std::string_view key = left_key(micro[i].what);
    if (key.empty() || micro[i].eventpoll != lecture.kernel.ep->file) continue;
    return pen.t(key, {micro[i].subject, std::to_string(lecture.model.step)});
  }
  return {};
}

}  // namespace

void draw_hall_ready(Sketch& pen, const Lecture& lecture, Rect rail, Rect sleepers) {
  const EventpollState& ep = *lecture.kernel.ep;
  const std::vector<const ItemState*> items = listed(ep);
  const float middle = rail.center().y;
  const Type word = hall::word().in(Role::text_dim);
  const float x0 = rail.x + 28;
  const float room = rail.right() - kEnd - x0;
  float all = 0;
  for (const ItemState* item : items) all += card_width(*item, true) + kReadyGap;
  const bool flags = all <= room;
  float end = x0;
  std::size_t shown = 0;
  for (; shown < items.size(); ++shown) {
    const float w = card_width(*items[shown], flags) + kReadyGap;
    const bool last = shown + 1 == items.size();
    if (end + w + (last ? 0 : 70) > x0 + room) break;
    end += w;
  }
  if (shown < items.size()) end += 70;
  if (items.empty()) end += Sketch::width_of(pen.t("ready.empty"), word) + 44;
  pen.line({rail.x, middle}, {end, middle}, Role::line, 4);
  pen.text({end + 8, middle + cap_height(word.face, word.size) / 2}, pen.t("ready.tail"), word,
           kEnd);
  float x = x0;
  for (std::size_t i = 0; i < shown; ++i) {
    const Rect card{x, rail.y, card_width(*items[i], flags), rail.h};
    pen.begin("card:" + std::to_string(items[i]->id.value), card);
    draw_card(pen, lecture, *items[i], card, flags);
    pen.end();
    x = card.right() + kReadyGap;
  }
  const auto note = [&](const std::string& words, float w) {
    const Rect at{x, middle - 18, w, 36};
    pen.box(at, Role::panel, Role::panel_border, 9, 1.4F, Stroke::dashed);
    pen.text({at.center().x, Sketch::middle(at, word)}, words, word, w - 6, Align::center);
  };
  if (shown < items.size()) note("+" + std::to_string(items.size() - shown), 60);
  if (items.empty()) note(pen.t("ready.empty"), end - x0 - 10);

  pen.place("sleepers", sleepers);
  pen.box(sleepers, Role::panel, ep.waiters.empty() ? Role::panel_border : Role::wakeup, 10,
          ep.waiters.empty() ? 1.2F : 2.0F);
  if (ep.waiters.empty()) {
    pen.text({sleepers.center().x, Sketch::middle(sleepers, word)}, pen.t("ready.nobody"), word,
             sleepers.w - 16, Align::center);
    return;
  }
  const WaiterState& first = ep.waiters.front();
  const Type name = hall::name();
  const float y = Sketch::middle(sleepers, name);
  const float taken =
      pen.text({sleepers.x + kReadyPad, y}, print(first.actor), name, sleepers.w / 2) + 10;
  const std::string more = ep.waiters.size() > 1 ? "+" + std::to_string(ep.waiters.size() - 1) : "";
  const float count =
      pen.text({sleepers.right() - kReadyPad, y}, more, name.in(Role::text_dim), 80, Align::right);
  pen.whole({sleepers.x + kReadyPad + taken, y}, timeout_text(pen, first.timeout_ns), word,
            sleepers.w - 2 * kReadyPad - taken - count - 8);
  pen.hit("waiter:" + print(first.actor), sleepers,
          pen.t("hit.waiter", {print(first.actor), timeout_text(pen, first.timeout_ns)}), 10);
}

void draw_hall_before(Sketch& pen, const Lecture& lecture, Rect where) {
  const std::vector<std::string> was = names_on(lecture.ep);
  const Type word = hall::word().in(Role::text_dim);
  float x = where.x;
  const float y = Sketch::middle(where, hall::name());
  if (was != names_on(lecture.kernel.ep)) {
    x += pen.text({x, y}, pen.t("lecture.before"), word, where.w) + 12;
    x = draw_names(pen, was, x, {where.x, where.y, where.w * 0.6F, where.h}) + 16;
  }
  if (!question_open(lecture.model, pen)) {
    pen.whole({x, y}, left_words(pen, lecture), word, where.right() - x);
  }
}

}  // namespace epollscope::scene
