// Pulses: what runs along the wires while something happens.
#include <sys/epoll.h>

#include <cmath>
#include <numbers>

#include "app/scene/look.h"
#include "app/scene/tracks.h"

namespace epollscope::scene {
namespace {

constexpr float kHead = 4.5F, kGlow = 12, kTail = 0.28F;  // dp, dp, of the way
constexpr float kTailWidth = 2.6F;

Point at(const Wire& w, float k) {
  const float u = 1 - k;
  const auto mix = [&](float a, float b, float c, float d) {
    return a * u * u * u + 3 * b * u * u * k + 3 * c * u * k * k + d * k * k * k;
  };
  return {mix(w.a.x, w.c1.x, w.c2.x, w.b.x), mix(w.a.y, w.c1.y, w.c2.y, w.b.y)};
}

Wire turned(const Wire& w) {
  Wire wire = w;
  std::swap(wire.a, wire.b);
  std::swap(wire.c1, wire.c2);
  return wire;
}

// The piece of a wire from one share of it to another.
Wire piece(const Wire& w, float from, float to) {
  const auto tangent = [&](float k) {
    const float step = 0.01F;
    const Point a = at(w, std::max(0.0F, k - step));
    const Point b = at(w, std::min(1.0F, k + step));
    const float d = std::min(1.0F, k + step) - std::max(0.0F, k - step);
    return Point{(b.x - a.x) / d, (b.y - a.y) / d};
  };
  const float third = (to - from) / 3;
  const Point a = at(w, from);
  const Point b = at(w, to);
  const Point ta = tangent(from);
  const Point tb = tangent(to);
  Wire wire = w;
  wire.a = a;
  wire.c1 = {a.x + ta.x * third, a.y + ta.y * third};
  wire.c2 = {b.x - tb.x * third, b.y - tb.y * third};
  wire.b = b;
  return wire;
}

Wire from_to(Point a, Point b) {
  const float bend = (b.y - a.y) / 2;
  return Wire{a, {a.x, a.y + bend}, {b.x, b.y - bend}, b};
}

class Pulses {
 public:
  Pulses(Scene& out, const Scene& before, const Scene& after, const Journey& journey)
      : out_(out), before_(before), after_(after), journey_(journey) {}

  void draw(const Track& track, float share);

 private:
  // Where a thing is now, or was.
  [[nodiscard]] const Part* part(const std::string& key) const {
    const Part* found = find_part(after_, key);
    return found == nullptr ? find_part(before_, key) : found;
  }
  [[nodiscard]] std::optional<Wire> hook_of(const std::string& item) const;
  void run(const Wire& way, float share, Role role, Stroke stroke = Stroke::solid);
  void stop(const Wire& way, float share);
  void shine(const std::string& key, float share, Role role);
  void callback(const MicroStep& m, float share);
  void to_card(const std::string& item, float share);
  void check(const MicroStep& m, float share);

  Scene& out_;
  const Scene& before_;
  const Scene& after_;
  const Journey& journey_;
};

std::optional<Wire> Pulses::hook_of(const std::string& item) const {
  for (const Scene* scene : {&after_, &before_}) {
    const Part* found = find_part(*scene, "hook:" + item);
    if (found == nullptr || found->end == found->first) continue;
    if (const auto* wire = std::get_if<Wire>(&scene->shapes[found->first])) return *wire;
  }
  return std::nullopt;
}

void Pulses::run(const Wire& way, float share, Role role, Stroke stroke) {
  if (share <= 0 || share >= 1) return;
  const float head = eased(share);
  Wire tail = piece(way, std::max(0.0F, head - kTail), head);
  tail.color = role;
  tail.width = kTailWidth;
  tail.stroke = stroke;
  tail.glow = stroke == Stroke::solid ? kGlow / 2 : 0;
  out_.shapes.emplace_back(tail);
  Disc dot{at(way, head), kHead, role};
  dot.glow = stroke == Stroke::dashed ? 0 : kGlow;
  out_.shapes.emplace_back(dot);
}

// Where a pulse ends that the item does not listen to.
void Pulses::stop(const Wire& way, float share) {
  if (share <= 0) return;
  const Point end = way.b;
  out_.shapes.emplace_back(
      Line{{end.x - 9, end.y + 3}, {end.x + 9, end.y + 3}, Role::text_dim, 3, Stroke::solid});
  out_.shapes.emplace_back(Text{{end.x + 14, end.y + 12},
                                tr(journey_.lang, "item.short.filtered"),
                                Face::sans_bold,
                                12.5F,
                                Role::text,
                                Align::left});
}

// An outline that comes up and goes.
void Pulses::shine(const std::string& key, float share, Role role) {
  const Part* found = part(key);
  if (found == nullptr || share <= 0 || share >= 1) return;
  const Rect& r = found->rect;
  Box box{{r.x - 2, r.y - 2, r.w + 4, r.h + 4}, 9, Role::none, role, 2};
  box.glow = kGlow;
  out_.shapes.emplace_back(GroupBegin{{}, std::sin(share * std::numbers::pi_v<float>)});
  out_.shapes.emplace_back(box);
  out_.shapes.emplace_back(GroupEnd{});
}

void Pulses::to_card(const std::string& item, float share) {
  const Part* node = part("node:" + item);
  const Part* card = find_part(after_, "card:" + item);
  if (node == nullptr || card == nullptr) return;
  run(from_to({node->rect.center().x, node->rect.y}, {card->rect.center().x, card->rect.bottom()}),
      share, Role::wakeup);
}

// From the file's wait queue to the epitem, and on to its card if it is put on the list.
void Pulses::callback(const MicroStep& m, float share) {
  using enum MicroStep::What;
  const std::string item = std::to_string(m.item.value);
  const auto way = hook_of(item);
  if (m.what == filtered) {
    constexpr float kReaches = 0.75F;
    if (!way) return;
    run(*way, share / kReaches, Role::text_dim, Stroke::dashed);
    return stop(*way, share - kReaches);
  }
  const bool joins = m.what == queued || m.what == kept;
  const float reaches = joins ? kHookShare : 1;
  if (way) run(*way, share / reaches, Role::wakeup);
  if (share > reaches * 0.8F) {
    shine("node:" + item, (share - reaches * 0.8F) / (1 - reaches * 0.8F), Role::wakeup);
  }
  if (joins) to_card(item, (share - reaches) / (1 - reaches));
}

void Pulses::check(const MicroStep& m, float share) {
  const std::string item = std::to_string(m.item.value);
  const auto hook = hook_of(item);
  if (!hook) return;
  const Role role = m.mask == 0 ? Role::text_dim : Role::in;
  const Wire down = turned(*hook);
  if (share < 0.45F) {
    run(down, share / 0.45F, Role::text, Stroke::dotted);
    return;
  }
  const float back = (share - 0.45F) / 0.55F;
  shine("poll:" + std::to_string(m.file.value), std::min(0.99F, back * 1.6F), role);
  run(*hook, back, role, Stroke::dotted);
  if (back >= 1) return;
  const Point head = at(*hook, eased(back));
  const std::string answer = m.mask == 0 ? tr(journey_.lang, "ready.nothing") : mask_text(m.mask);
  out_.shapes.emplace_back(
      Text{{head.x + 10, head.y + 4}, answer, Face::mono_bold, 12.5F, role, Align::left});
}

void Pulses::draw(const Track& track, float share) {
  using enum MicroStep::What;
  const MicroStep& m = *track.step;
  if (share <= 0 || share >= 1) return;
  switch (m.what) {
    case wakeup:
      shine("wq:" + std::to_string(m.file.value), share, Role::wakeup);
      break;
    case queued:
    case kept:
    case filtered:
    case deferred:
      if (runs_along_hook(m)) {
        callback(m, share);
      } else {
        to_card(std::to_string(m.item.value), share);
      }
      break;
    case checked:
      check(m, share);
      break;
    case disarmed:
    case erased:
      shine("node:" + std::to_string(m.item.value), share, Role::badge);
      break;
    case woke:
      shine("sleepers", share, Role::wakeup);
      break;
    case hooked:
      shine("wq:" + std::to_string(m.file.value), share, Role::text_dim);
      break;
    default:
      break;
  }
}

}  // namespace

bool runs_along_hook(const MicroStep& m) { return m.function == "ep_poll_callback"; }

void draw_pulses(Scene& out, const Scene& before, const Scene& after, std::span<const Track> tracks,
                 const Journey& journey, float t) {
  Pulses pulses(out, before, after, journey);
  for (const Track& track : tracks) pulses.draw(track, track.span.share(t));
}

}  // namespace epollscope::scene
