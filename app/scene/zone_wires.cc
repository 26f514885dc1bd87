// Wires: at rest the hook that belongs to each item; at an instant inside a step the path of
// what happens there.
#include <algorithm>

#include "app/scene/kernel_parts.h"
#include "app/scene/tracks.h"

namespace epollscope::scene {
namespace {

// From a hook up to its node: straight out of both, bending where nothing is written. Nodes are
// drawn later and lie above it.
void draw_hook_wire(Sketch& pen, Point hook, Rect node, float floor_y, Role color, float width,
                    Stroke stroke) {
  const Point end{node.center().x, node.bottom()};
  const float gutter = std::min(floor_y, hook.y - 4);
  const float reach = std::max(14.0F, (hook.y - end.y) * 0.45F);
  const float low = std::max(hook.y - reach, std::min(gutter, hook.y - 14));
  pen.add(Wire{hook,
               {hook.x, low},
               {end.x, std::max(end.y + reach, end.y + 14)},
               end,
               color,
               width,
               stroke});
}

// The barb that says which end is hooked in.
void draw_barb(Sketch& pen, Point hook, Role color, float width) {
  pen.add(Wire{{hook.x, hook.y - 1},
               {hook.x - 1, hook.y - 1},
               {hook.x - 7, hook.y - 1},
               {hook.x - 7, hook.y - 7},
               color,
               width,
               Stroke::solid});
}

bool in_callback(const MicroStep& m) {
  using enum MicroStep::What;
  if (!runs_along_hook(m)) return false;
  return m.what == queued || m.what == kept || m.what == deferred || m.what == woke;
}

struct Lit {
  Role color = Role::line;
  float width = 1.3F;
  Stroke stroke = Stroke::solid;
};

Lit light(const KernelContext& c, const ItemState& item) {
  const MicroStep* m = c.instant;
  if (m == nullptr) return {};
  const bool mine = m->item == item.id;
  if (mine && m->what == MicroStep::What::filtered) return {Role::text_dim, 2, Stroke::dashed};
  if (mine && in_callback(*m)) return {Role::wakeup, 2.4F, Stroke::solid};
  if (m->what == MicroStep::What::wakeup && m->file == item.file) {
    return {Role::wakeup, 2.4F, Stroke::solid};
  }
  if (mine && m->what == MicroStep::What::checked) {
    return {m->mask == 0 ? Role::text_dim : Role::in, 2, Stroke::dotted};
  }
  return {};
}

}  // namespace

void draw_hook_wires(Sketch& pen, const KernelContext& c, const FilesPlan& files, Rect files_at,
                     const WireEnds& ends, float floor_y, bool all) {
  if (c.ep == nullptr) return;
  for (const ItemState& item : c.ep->items) {
    const auto node = ends.nodes.find(item.id);
    if (node == ends.nodes.end()) continue;
    const Lit lit = light(c, item);
    const bool chosen = pen.selected("item:" + std::to_string(item.id.value));
    if (!all && !chosen && lit.color == Role::line) continue;
    const Role color = chosen && lit.color == Role::line ? Role::selection : lit.color;
    const bool checks = lit.stroke == Stroke::dotted;
    const std::string id = std::to_string(item.id.value);
    auto hook =
        checks ? check_point(files, item.file, files_at) : hook_point(files, item.file, files_at);
    if (const auto inner = ends.instances.find(item.file); !hook && inner != ends.instances.end()) {
      hook = Point{inner->second.center().x, inner->second.y};
    }
    pen.begin("hook:" + id, node->second);
    if (hook) {
      draw_hook_wire(pen, *hook, node->second, floor_y, color, lit.width, lit.stroke);
    }
    pen.end();
    if (!hook || checks) continue;  // a check goes past the hook
    pen.begin("barb:" + id, {hook->x - 8, hook->y - 8, 8, 8});
    draw_barb(pen, *hook, color, lit.width);
    pen.end();
  }
}

void draw_instant(Sketch& pen, const KernelContext& c, const WireEnds& ends) {
  const MicroStep* m = c.instant;
  if (m == nullptr) return;
  const auto node = ends.nodes.find(m->item);
  const auto card = ends.ready.cards.find(m->item);
  const bool queues = m->what == MicroStep::What::queued || m->what == MicroStep::What::kept;
  if (queues && node != ends.nodes.end() && card != ends.ready.cards.end()) {
    const Point a{node->second.center().x, node->second.y};
    const Point b{card->second.center().x, card->second.bottom()};
    const float bend = (a.y - b.y) / 2;
    pen.add(Wire{a, {a.x, a.y - bend}, {b.x, b.y + bend}, b, Role::wakeup, 2.4F, Stroke::solid});
  }
  if (m->what == MicroStep::What::woke && m->eventpoll == c.ep->file) {
    const Rect& s = ends.ready.sleepers;
    pen.box({s.x - 3, s.y - 3, s.w + 6, s.h + 6}, Role::none, Role::wakeup, 11, 2.4F);
  }
  if (node == ends.nodes.end()) return;
  const Rect& n = node->second;
  const Rect around{n.x - 3, n.y - 3, n.w + 6, n.h + 6};
  if (m->what == MicroStep::What::filtered) {  // it ends before the item
    pen.box(around, Role::none, Role::text_dim, 12, 2, Stroke::dashed);
    pen.line({n.center().x - 9, around.bottom() + 3}, {n.center().x + 9, around.bottom() + 3},
             Role::text_dim, 3);
    return;
  }
  const bool check = m->what == MicroStep::What::checked;
  pen.box(around, Role::none, check ? Role::in : Role::wakeup, 12, 2,
          check ? Stroke::dotted : Stroke::solid);
}

}  // namespace epollscope::scene
