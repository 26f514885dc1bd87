// The kernel for a hall: the open instance with its ready list and the items in play, and under
// each item its file.
#include <algorithm>
#include <cmath>

#include "app/scene/lecture.h"
#include "app/scene/tracks.h"

namespace epollscope::scene {
namespace {

constexpr float kKernelPad = 14, kSide = 14;
constexpr float kHeading = 38, kCaption = 36, kRail = 48, kBefore = 42, kItems = 34, kCard = 122;
constexpr float kHook = 32, kObject = 42, kDescriptors = 46, kBelow = 10;
constexpr float kCardGap = 14, kLeastCard = 252, kMostCard = 420;

// ---- one item

std::string_view short_case(const InPlay& play) {
  if (play.now == nullptr) return "lecture.removed";
  return brief_case_key(*play.now);
}

// The two lamps before and after, and the word for what they say together.
void draw_change(Sketch& pen, const InPlay& play, Rect at, float baseline) {
  const Type word = hall::word().in(play.touched ? Role::text : Role::text_dim);
  const float middle = baseline - cap_height(word.face, word.size) / 2;
  float x = at.x + kKernelPad + 7;
  const bool changed =
      play.touched && (play.was == nullptr || play.now == nullptr ||
                       play.was->ready != play.now->ready || play.was->queued != play.now->queued);
  if (changed) {
    if (play.was != nullptr) {
      draw_hall_lamps(pen, *play.was, {x, middle}, true);
      x += kHallLamps;
    } else {
      x += pen.text({x - 9, baseline}, pen.t("lecture.added"), word.in(Role::text_dim), 90) + 4;
    }
    const float end = x + 14;
    pen.line({x, middle}, {end, middle}, word.color, 2.4F);
    pen.add(Polygon{{{end + 8, middle}, {end - 2, middle - 6}, {end - 2, middle + 6}}, word.color});
    x = end + 21;
  }
  if (play.now != nullptr) {
    draw_hall_lamps(pen, *play.now, {x, middle}, !play.touched);
    x += kHallLamps;
  }
  const float room = at.right() - 6 - x;
  if (play.now != nullptr && pen.whole({x, baseline}, pen.t(case_key(*play.now)), word, room) > 0) {
    return;
  }
  pen.text({x, baseline}, pen.t(short_case(play)), word, room);
}

void draw_flags_line(Sketch& pen, const InPlay& play, Rect at, float baseline) {
  const ItemState& item = play.item();
  const Type name = hall::name();
  float x = at.x + kKernelPad;
  const float right = at.right() - 10;
  if (item.armed) {
    x += draw_hall_words(pen, interest_words(item), {x, baseline}, right - x, !play.touched) + 12;
  }
  const float middle = baseline - cap_height(name.face, name.size) / 2;
  for (const BadgeWord& mode : badges_of(pen, item.mask, item.armed, true)) {
    if (x + hall_badge_width(mode.text) > right) {
      pen.text({x, baseline}, "…", name.in(Role::text_dim), right - x);
      return;
    }
    x += draw_hall_badge(pen, mode.text, {x, middle}, !play.touched || mode.spent) + 8;
  }
}

CardLook look_of(const InPlay& play) {
  const CardLook look = card_look(play.item());
  if (play.now == nullptr) {
    return {.fill = Role::none, .border = Role::text_dim, .stroke = Stroke::dashed};
  }
  if (!play.touched) return {.fill = Role::panel, .stroke = look.stroke};
  const bool plain = look.border == Role::panel_border;
  return {look.fill, plain ? Role::text_dim : look.border, 2.4F, look.stroke};
}

void draw_card(Sketch& pen, const Lecture& lecture, const InPlay& play, Rect at) {
  const ItemState& item = play.item();
  CardLook look = look_of(play);
  const MicroStep* m = lecture.kernel.instant;
  if (m != nullptr && m->item == play.id) {
    look.border = m->what == MicroStep::What::filtered ? Role::text_dim : Role::wakeup;
  }
  pen.box(at, look.fill, look.border, 11, look.width, look.stroke);
  const Role ink = play.touched ? Role::text : Role::text_dim;
  const Type fd = hall::code().in(Role::text_dim);
  const std::string number = item.ghost ? pen.t("kernel.closed") : fd_words(pen, item.fd);
  const float taken =
      pen.text({at.right() - kKernelPad, at.y + 33}, number, fd, at.w * 0.45F, Align::right);
  const float x = at.x + kKernelPad;
  pen.text({x, at.y + 33}, item.name, hall::name().in(ink),
           at.right() - kKernelPad - taken - 12 - x);
  draw_flags_line(pen, play, at, at.y + 69);
  draw_change(pen, play, at, at.y + 104);
  pen.hit("item:" + std::to_string(play.id.value), at, item_label(pen, item), 11);
}

// ---- wires

void draw_wire(Sketch& pen, const Lecture& lecture, const InPlay& play, Point low, Point high) {
  using enum MicroStep::What;
  const MicroStep* m = lecture.kernel.instant;
  if (play.now == nullptr) return;
  Role color = play.touched ? Role::line : Role::line_faint;
  float width = 2;
  Stroke stroke = Stroke::solid;
  std::string answer;
  if (m != nullptr && m->item == play.id && m->what == checked) {
    color = m->mask == 0 ? Role::text_dim : Role::in;
    stroke = Stroke::dotted;
    width = 3;
    answer = m->mask == 0 ? pen.t("ready.nothing") : mask_text(m->mask);
  } else if (m != nullptr && m->item == play.id && m->what == filtered) {
    color = Role::text_dim;
    stroke = Stroke::dashed;
    width = 3;
    answer = pen.t("item.short.filtered");
  } else if (m != nullptr && ((m->item == play.id && runs_along_hook(*m)) ||
                              (m->what == wakeup && m->file == play.item().file))) {
    color = Role::wakeup;
    width = 4;
  }
  pen.begin("hook:" + std::to_string(play.id.value), {low.x, high.y, 1, low.y - high.y});
  pen.add(Wire{low,
               {low.x, (low.y + high.y) / 2},
               {high.x, (low.y + high.y) / 2},
               high,
               color,
               width,
               stroke});
  pen.end();
  if (answer.empty()) return;
  const Type set = hall::name().in(color);
  const Rect gap{high.x + 10, high.y, 240, low.y - high.y};
  pen.text({gap.x, Sketch::middle(gap, set)}, answer, set, gap.w);
}

// ---- captions

void draw_heading(Sketch& pen, const Lecture& lecture, Rect where) {
  const EventpollState& ep = *lecture.kernel.ep;
  const float y = Sketch::middle(where, hall::name());
  const Type dim = hall::word().in(Role::text_dim);
  float x = where.x + pen.text({where.x, y}, pen.t("kernel.instance"), dim, where.w / 2) + 12;
  x += pen.text({x, y}, ep.name, hall::name(), where.w / 3) + 12;
  x += pen.text(
      {x, y},
      ep.fd.valid() ? pen.t("item.fd", {std::to_string(ep.fd.value)}) : pen.t("kernel.closed"),
      hall::code().in(Role::text_dim), where.right() - x);
  if (!lecture.kernel.others.empty()) {
    pen.whole({where.right(), y},
              pen.t("kernel.more_instances", {std::to_string(lecture.kernel.others.size())}), dim,
              where.right() - x - 20, Align::right);
  }
  const std::string id = std::to_string(ep.fd.valid() ? ep.fd.value : ep.file.value);
  pen.hit("epoll:" + id, where,
          pen.t("hit.instance",
                {ep.name, id, std::to_string(ep.items.size()), std::to_string(ep.ready.size())}));
}

void draw_items_caption(Sketch& pen, const Lecture& lecture, std::size_t shown, Rect line) {
  const float y = line.y + 24;
  float x = line.x + pen.text({line.x, y}, pen.t("tree.title"), hall::head(), line.w) + 14;
  const std::size_t all = lecture.kernel.ep->items.size();
  const Type dim = hall::word().in(Role::text_dim);
  if (all > shown) {
    x += pen.text({x, y}, pen.t("ready.folded", {std::to_string(all - shown)}), dim,
                  line.right() - x) +
         20;
  }
  const std::string ready = pen.t("legend.ready");
  const std::string queued = pen.t("legend.queued");
  const float legend = Sketch::width_of(ready, dim) + Sketch::width_of(queued, dim) + 2 * 24 + 22;
  if (line.right() - legend < x) return;
  const float middle = y - cap_height(dim.face, dim.size) / 2;
  x = line.right() - legend;
  pen.disc({x + 8, middle}, 8, Role::text_dim);
  x += 24 + pen.text({x + 24, y}, ready, dim, legend) + 22;
  pen.box({x, middle - 8, 16, 16}, Role::text_dim, Role::text_dim, 1);
  pen.text({x + 24, y}, queued, dim, legend);
}

// ---- the items in play in their columns

struct Columns {
  Rect cards, tree;
  float width = 0;
  std::size_t count = 1;
  [[nodiscard]] Rect at(std::size_t i) const {
    return {cards.x + static_cast<float>(i) * (width + kCardGap), cards.y, width, cards.h};
  }
};

Columns columns_in(Rect where, std::size_t items) {
  Columns c;
  const float tree = std::clamp(where.w * 0.15F, 84.0F, 170.0F);
  c.tree = {where.right() - tree, where.y, tree, where.h};
  c.cards = {where.x, where.y, where.w - tree - kCardGap, where.h};
  const auto fit = static_cast<std::size_t>((c.cards.w + kCardGap) / (kLeastCard + kCardGap));
  c.count = std::max<std::size_t>(1, std::min(fit, items));
  const auto n = static_cast<float>(c.count);
  c.width = std::min(kMostCard, (c.cards.w - (n - 1) * kCardGap) / n);
  return c;
}

void draw_nothing(Sketch& pen, Rect where) {
  pen.box(where, Role::none, Role::panel_border, 12, 1.5F, Stroke::dashed);
  const float y = where.center().y;
  pen.text({where.center().x, y - 6}, pen.t("kernel.no_instance"), hall::head().in(Role::text_dim),
           where.w - 40, Align::center);
  pen.text({where.center().x, y + 26}, pen.t("kernel.no_instance_hint"),
           hall::word().in(Role::text_dim), where.w - 40, Align::center);
}

// The rail of the ready list, who sleeps, and the list as it was. `line`: their width and top.
Point draw_upper(Sketch& pen, const Lecture& lecture, Rect line, bool before) {
  const float asleep = std::clamp(line.w * 0.26F, 178.0F, 300.0F);
  const float caption = line.y + 25;
  pen.text({line.x, caption}, pen.t("ready.title"), hall::head(), line.w - asleep);
  const Rect sleepers{line.right() - asleep, line.y + kCaption, asleep, kRail};
  if (pen.whole({sleepers.x, caption}, pen.t("ready.sleeping"), hall::head(), asleep) == 0) {
    pen.text({sleepers.x, caption}, pen.t("ready.asleep"), hall::head(), asleep);
  }
  const Rect rail{line.x, line.y + kCaption, line.w - asleep - 20, kRail};
  draw_hall_ready(pen, lecture, rail, sleepers);
  if (before) draw_hall_before(pen, lecture, {line.x, rail.bottom() + 4, line.w, kBefore - 6});
  return {rail.x, rail.center().y};
}

// The items in play with the tree beside them and, from `floor` on, their files below them.
void draw_lower(Sketch& pen, const Lecture& lecture, Rect line, float floor, HallDensity density) {
  const Rect items{line.x, line.y + kItems, line.w, kCard};
  const std::size_t gone = lecture.ep != nullptr ? lecture.ep->items.size() : 0;
  const std::size_t most = lecture.kernel.ep->items.size() + gone;
  const std::vector<InPlay> play = items_in_play(lecture, columns_in(items, most).count);
  const auto shown = std::ranges::count_if(play, [](const InPlay& p) { return p.now != nullptr; });
  draw_items_caption(pen, lecture, static_cast<std::size_t>(shown), line);
  if (play.empty()) {
    pen.text({items.x, items.y + 30}, pen.t("tree.empty"), hall::word().in(Role::text_dim),
             items.w);
    return;
  }
  const Columns columns = columns_in(items, play.size());
  draw_hall_tree(pen, lecture, play, columns.tree);
  const float low = density == HallDensity::all ? kDescriptors - 8 : 0;
  for (std::size_t i = 0; i < play.size(); ++i) {
    const Rect card = columns.at(i);
    if (density < HallDensity::no_files) {
      const Rect object{card.x, floor + kHook, card.w, kObject};
      draw_wire(pen, lecture, play[i], {card.center().x, object.y},
                {card.center().x, card.bottom()});
      const std::string file = std::to_string(play[i].item().file.value);
      if (i == 0 || play[i - 1].item().file != play[i].item().file) {
        pen.place("wq:" + file, object);
        pen.place("poll:" + file, object);
      }
      draw_hall_file(pen, lecture, play[i], object, {card.x, object.bottom() + 6, card.w, low});
    }
    pen.begin("node:" + std::to_string(play[i].id.value), card);
    draw_card(pen, lecture, play[i], card);
    pen.end();
  }
}

}  // namespace

float hall_kernel_height(HallDensity density) {
  using enum HallDensity;
  float h = kHeading + kCaption + kRail + 12 + kItems + kCard + kKernelPad + kBelow;
  if (density < no_before) h += kBefore;
  if (density < no_files) h += kHook + kObject;
  if (density < no_descriptors) h += kDescriptors;
  return h;
}

std::optional<Point> draw_hall_kernel(Sketch& pen, const Lecture& lecture, Rect where,
                                      HallDensity density) {
  pen.box(where, Role::none, Role::panel_border, 10);
  pen.box(where, Role::ground_dots, Role::none, 10);
  const Rect inside{where.x + kSide, where.y, where.w - 2 * kSide, where.h};
  if (lecture.kernel.ep == nullptr) {
    draw_nothing(pen, {inside.x, where.y + kSide, inside.w, where.h - 2 * kSide});
    return std::nullopt;
  }
  draw_heading(pen, lecture, {inside.x, where.y, inside.w, kHeading});
  // What is left over goes into the instance, and some of it above the files.
  const float spare = std::max(0.0F, where.h - hall_kernel_height(density));
  const bool before = density < HallDensity::no_before;
  const float upper = kCaption + kRail + (before ? kBefore : 0) + 8 + spare * 0.3F;
  const Rect box{inside.x, where.y + kHeading, inside.w,
                 upper + 4 + kItems + kCard + kKernelPad + spare * 0.3F};
  pen.box(box, Role::panel, Role::line_faint, 12, 2);
  const Rect line{box.x + kKernelPad, box.y, box.w - 2 * kKernelPad, upper};
  const Point head = draw_upper(pen, lecture, line, before);
  const float divider = line.bottom();
  pen.line({line.x - 4, divider}, {line.right() + 4, divider}, Role::line_faint, 1.5F);
  draw_lower(pen, lecture, {line.x, divider + 4, line.w, kItems}, box.bottom() + spare * 0.2F,
             density);
  return head;
}

}  // namespace epollscope::scene
