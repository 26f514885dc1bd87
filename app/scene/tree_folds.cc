// A subtree too large to be drawn, as one box.
#include "app/scene/kernel_parts.h"

namespace epollscope::scene {

void draw_fold(Sketch& pen, const EventpollState& ep, const TreeSpot& spot, Rect at,
               bool in_focus) {
  constexpr Type kCount{Face::mono_bold, 12, Role::text};
  constexpr Type kOf{Face::mono, 10.5F, Role::text};
  constexpr float kInset = 9;  // of a lamp's middle
  const int count = spot.last - spot.first;
  const ItemState& root = ep.items[static_cast<std::size_t>(spot.item)];
  const bool lit = spot.ready > 0;
  // Two sheets: there is more behind it.
  pen.box({at.x + 3, at.y + 3, at.w, at.h}, Role::panel, Role::line_faint, 8);
  pen.box(at, lit ? Role::in_fill : Role::raised, lit ? Role::in : Role::line, 8,
          lit ? 1.6F : 1.2F);
  if (in_focus) {
    pen.box({at.x - 3, at.y - 3, at.w + 6, at.h + 6}, Role::none, Role::selection, 11, 2);
  }
  pen.text({at.center().x, at.y + 14}, std::to_string(count), kCount, at.w - 4, Align::center);
  float y = at.y + 27.5F;
  const auto row = [&](int number, auto lamp) {
    lamp(Point{at.x + kInset, y - 3.7F});
    pen.text({at.x + kInset + 7, y}, std::to_string(number),
             number > 0 ? kOf : kOf.in(Role::text_faint), at.w - kInset - 8);
    y += 13;
  };
  row(spot.ready, [&](Point middle) {
    pen.disc(middle, 3.8F, lit ? Role::in : Role::none, lit ? Role::in : Role::text_faint, 1.2F);
  });
  row(spot.queued, [&](Point middle) {
    const bool on = spot.queued > 0;
    pen.box({middle.x - 3.4F, middle.y - 3.4F, 6.8F, 6.8F}, on ? Role::in : Role::none,
            on ? Role::in : Role::text_faint, 1, 1.2F);
  });
  pen.hit("subtree:" + std::to_string(root.id.value), at,
          pen.t("hit.subtree",
                {std::to_string(count), std::to_string(spot.first + 1), std::to_string(spot.last),
                 std::to_string(spot.ready), std::to_string(spot.queued)}),
          8);
}

}  // namespace epollscope::scene
