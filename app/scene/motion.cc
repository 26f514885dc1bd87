#include "app/scene/motion.h"

#include <cmath>
#include <map>
#include <numbers>

#include "app/scene/tracks.h"
#include "core/call/call.h"

namespace epollscope::scene {
namespace {

constexpr double kLook = 0.18, kShortest = 0.24, kLongest = 0.39, kForEach = 0.09;  // seconds
constexpr float kLeastTrack = 0.34F;  // of the time: shorter is not seen
constexpr float kSink = 26;           // how far a card falls off the rail
constexpr float kArc = 46;            // how high a card rises on its way to the tail

bool has_track(MicroStep::What what) {
  using enum MicroStep::What;
  switch (what) {
    case created:
    case modified:
    case scan_started:
    case scan_done:
    case failed:
    case closed:
    case unhooked:
      return false;
    default:
      return true;
  }
}

// When a part takes the form that it has afterwards, and how it gets there.
struct Way {
  Span span;
  enum class Kind : std::uint8_t { slide, arc, sink, fly } kind = Kind::slide;
  std::string from;  // fly: the part whose place it comes from
};

class Tween {
 public:
  Tween(const Scene& before, const Scene& after, const Journey& journey, float t)
      : before_(before), after_(after), journey_(journey), t_(t), tracks_(tracks_of(journey)) {
    for (const Part& part : before.parts) old_.emplace(part.key, &part);
    for (const Part& part : after.parts) new_.emplace(part.key, &part);
    for (const Track& track : tracks_) plan(track);
  }

  Scene picture();

 private:
  void plan(const Track& track);
  [[nodiscard]] Way way_of(const std::string& key) const;
  // Where a part that flies sets out, if that is to be seen in either picture.
  [[nodiscard]] const Part* source_of(const Way& way) const;
  [[nodiscard]] float progress(const Way& way) const { return eased(way.span.share(t_)); }
  void add(const Scene& from, const Part& part, Point shift, float alpha);
  void draw_known(const Part& part, const Part& old);
  void draw_new(const Part& part);
  void draw_gone(const Part& part);
  void draw_flying(const Part& part, const Part& source, float p);

  const Scene& before_;
  const Scene& after_;
  const Journey& journey_;
  float t_;
  std::vector<Track> tracks_;
  std::map<std::string, const Part*> old_, new_;
  std::map<std::string, Way> ways_;
  std::vector<std::pair<const Part*, const Part*>> flying_;  // part, where from
  Scene out_;
};

// A card sets out when the pulse along the hook has reached its node.
Span after_hook(const MicroStep& step, Span span) {
  if (!runs_along_hook(step)) return span;
  return {span.from + (span.to - span.from) * kHookShare, span.to};
}

// An item that a scan has taken has its name in the scan's row instead of a card on the rail.
std::string other_place(const std::string& key) {
  for (const auto& [one, two] : {std::pair("card:", "scan:"), std::pair("scan:", "card:")}) {
    if (key.starts_with(one)) return two + key.substr(std::string_view(one).size());
  }
  return {};
}

Way Tween::way_of(const std::string& key) const {
  if (const auto found = ways_.find(key); found != ways_.end()) return found->second;
  const std::string other = other_place(key);
  if (old_.contains(key) || !old_.contains(other)) return {};
  return {{}, Way::Kind::fly, other};
}

const Part* Tween::source_of(const Way& way) const {
  for (const std::string& key : {way.from, other_place(way.from)}) {
    if (const auto old = old_.find(key); old != old_.end()) return old->second;
  }
  const auto now = new_.find(way.from);
  return now == new_.end() ? nullptr : now->second;
}

void Tween::plan(const Track& track) {
  using enum MicroStep::What;
  const std::string item = std::to_string(track.step->item.value);
  const Span span = track.span;
  // A card that comes, goes or moves does so when its own micro-step happens.
  switch (track.step->what) {
    case queued:
      ways_["card:" + item] = {after_hook(*track.step, span), Way::Kind::fly, "node:" + item};
      break;
    case requeued:
      ways_["card:" + item] = {span, Way::Kind::arc, "scan:" + item};
      break;
    case left:
    case disarmed:
    case dropped:
    case unlinked:
      ways_["card:" + item] = {span, Way::Kind::sink, {}};
      break;
    case reported:
      ways_["slot:" + std::to_string(track.slot)] = {span, Way::Kind::fly, "card:" + item};
      break;
    case slept:
    case woke:
    case timed_out:
    case interrupted:
      ways_["waiter:" + print(track.step->actor)] = {span, Way::Kind::fly, "call"};
      break;
    default:
      break;
  }
  // A node shows its new lamps when the last thing that happens to it has happened.
  if (track.step->item.valid()) ways_["node:" + item].span = span;
}

Point apart(const Rect& from, const Rect& to) {
  return {from.center().x - to.center().x, from.center().y - to.center().y};
}

void Tween::add(const Scene& from, const Part& part, Point shift, float alpha) {
  const bool moved = shift.x != 0 || shift.y != 0 || alpha < 1;
  if (moved) out_.shapes.emplace_back(GroupBegin{shift, alpha});
  out_.shapes.insert(out_.shapes.end(),
                     from.shapes.begin() + static_cast<std::ptrdiff_t>(part.first),
                     from.shapes.begin() + static_cast<std::ptrdiff_t>(part.end));
  if (moved) out_.shapes.emplace_back(GroupEnd{});
}

Point mix(Point a, Point b, float k) { return {a.x + (b.x - a.x) * k, a.y + (b.y - a.y) * k}; }

// One wire or box that became another of its kind.
std::optional<Shape> morphed(const Shape& from, const Shape& to, float k) {
  if (const auto *a = std::get_if<Wire>(&from), *b = std::get_if<Wire>(&to); a && b) {
    Wire wire = *b;
    wire.a = mix(a->a, b->a, k);
    wire.c1 = mix(a->c1, b->c1, k);
    wire.c2 = mix(a->c2, b->c2, k);
    wire.b = mix(a->b, b->b, k);
    return wire;
  }
  if (const auto *a = std::get_if<Box>(&from), *b = std::get_if<Box>(&to); a && b) {
    Box box = *b;
    const Point low = mix({a->rect.x, a->rect.y}, {b->rect.x, b->rect.y}, k);
    const Point size = mix({a->rect.w, a->rect.h}, {b->rect.w, b->rect.h}, k);
    box.rect = {low.x, low.y, size.x, size.y};
    return box;
  }
  return std::nullopt;
}

void Tween::draw_known(const Part& part, const Part& old) {
  const Way way = way_of(part.key);
  const float p = progress(way);
  if (part.end - part.first == 1 && old.end - old.first == 1) {
    if (auto shape = morphed(before_.shapes[old.first], after_.shapes[part.first], p)) {
      out_.shapes.push_back(std::move(*shape));
      return;
    }
  }
  const Point away = apart(old.rect, part.rect);
  if (way.kind == Way::Kind::fly) {
    // It is filled anew: what was there stays until the new one has arrived.
    const Part* source = source_of(way);
    if (p < 1) add(before_, old, {away.x * (1 - p), away.y * (1 - p)}, 1 - p);
    if (p > 0 && source != nullptr) flying_.emplace_back(&part, source);
    if (p > 0 && source == nullptr) add(after_, part, {}, p);
    return;
  }
  Point shift{away.x * (1 - p), away.y * (1 - p)};
  if (way.kind == Way::Kind::arc) shift.y -= kArc * std::sin(p * std::numbers::pi_v<float>);
  const bool own = ways_.contains(part.key);
  const bool same_size = old.rect.w == part.rect.w && old.rect.h == part.rect.h;
  if (own && p < 1 && same_size) {
    add(before_, old, {shift.x - away.x, shift.y - away.y}, 1);
  } else {
    add(after_, part, shift, 1);
  }
}

// The first `k` of a wire.
Wire begun(const Wire& w, float k) {
  Wire wire = w;
  const Point p = mix(w.a, w.c1, k);
  const Point q = mix(w.c1, w.c2, k);
  const Point r = mix(w.c2, w.b, k);
  wire.c1 = p;
  wire.c2 = mix(p, q, k);
  wire.b = mix(wire.c2, mix(q, r, k), k);
  return wire;
}

void Tween::draw_new(const Part& part) {
  const Way way = way_of(part.key);
  const float p = progress(way);
  if (p <= 0) return;
  if (part.end - part.first == 1) {
    if (const auto* wire = std::get_if<Wire>(&after_.shapes[part.first])) {
      out_.shapes.emplace_back(begun(*wire, p));
      return;
    }
  }
  if (const Part* source = source_of(way); source != nullptr) {
    flying_.emplace_back(&part, source);
    return;
  }
  add(after_, part, {}, p);
}

void Tween::draw_gone(const Part& part) {
  const Way way = way_of(part.key);
  const float p = progress(way);
  if (p >= 1 || part.end == part.first) return;
  Point shift;
  if (way.kind == Way::Kind::sink) shift.y = kSink * p;
  if (way.kind == Way::Kind::fly) {
    if (const auto to = new_.find(way.from); to != new_.end()) {
      const Point away = apart(to->second->rect, part.rect);
      shift = {away.x * p, away.y * p};
    }
  }
  const bool clips = part.clip.w > 0 && way.kind != Way::Kind::fly;
  if (clips) out_.shapes.emplace_back(ClipBegin{part.clip});
  add(before_, part, shift, 1 - p);
  if (clips) out_.shapes.emplace_back(ClipEnd{});
}

// Above everything: it may cross from one zone to another.
void Tween::draw_flying(const Part& part, const Part& source, float p) {
  const Point away = apart(source.rect, part.rect);
  add(after_, part, {away.x * (1 - p), away.y * (1 - p)}, std::min(1.0F, 0.5F + p));
}

Scene Tween::picture() {
  out_.width = after_.width;
  out_.height = after_.height;
  out_.hits = after_.hits;
  std::size_t at = 0;
  const auto plain_until = [&](std::size_t end) {
    for (; at < end; ++at) out_.shapes.push_back(after_.shapes[at]);
  };
  for (const Part& part : after_.parts) {
    if (part.first < at) continue;
    plain_until(part.first);
    if (part.end > part.first) {
      const auto old = old_.find(part.key);
      if (old != old_.end() && old->second->end > old->second->first) {
        draw_known(part, *old->second);
      } else {
        draw_new(part);
      }
    }
    at = part.end;
  }
  plain_until(after_.shapes.size());
  for (const Part& part : before_.parts) {
    const auto now = new_.find(part.key);
    if (now == new_.end() || now->second->end == now->second->first) draw_gone(part);
  }
  for (const auto& [part, source] : flying_) {
    draw_flying(*part, *source, progress(way_of(part->key)));
  }
  draw_pulses(out_, before_, after_, tracks_, journey_, t_);
  return std::move(out_);
}

// Nothing travels: the picture is the new one, and what is new in it comes up.
Scene faded(const Scene& before, const Scene& after, float t) {
  Scene out;
  out.width = after.width;
  out.height = after.height;
  out.hits = after.hits;
  std::size_t at = 0;
  for (const Part& part : after.parts) {
    if (part.first < at || find_part(before, part.key) != nullptr) continue;
    for (; at < part.first; ++at) out.shapes.push_back(after.shapes[at]);
    out.shapes.emplace_back(GroupBegin{{}, eased(t)});
    for (; at < part.end; ++at) out.shapes.push_back(after.shapes[at]);
    out.shapes.emplace_back(GroupEnd{});
  }
  for (; at < after.shapes.size(); ++at) out.shapes.push_back(after.shapes[at]);
  return out;
}

}  // namespace

std::vector<Track> tracks_of(const Journey& journey) {
  // Every thread has an array of its own; the one shown is that of the last report.
  std::optional<ActorId> shown;
  for (const MicroStep& step : journey.micro) {
    if (step.what == MicroStep::What::reported) shown = step.actor;
  }
  std::vector<Track> tracks;
  int slot = 0;
  for (const MicroStep& step : journey.micro) {
    const bool fills = step.what == MicroStep::What::reported && step.actor == shown;
    if (has_track(step.what)) tracks.push_back({&step, {}, fills ? slot++ : -1});
  }
  const auto n = static_cast<float>(tracks.size());
  const float length = std::max(kLeastTrack, 1 / std::max(1.0F, n));
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const float from = n < 2 ? 0 : (1 - length) * static_cast<float>(i) / (n - 1);
    tracks[i].span = {from, from + length};
  }
  return tracks;
}

const Part* find_part(const Scene& scene, std::string_view key) {
  const auto found = std::ranges::find(scene.parts, key, &Part::key);
  return found == scene.parts.end() ? nullptr : &*found;
}

double seconds_of(const Journey& journey) {
  if (journey.motion == Motion::off) return 0;
  const auto tracks = static_cast<double>(tracks_of(journey).size());
  if (tracks == 0 || journey.motion == Motion::reduced) return kLook;
  return std::min(kLongest, kShortest + kForEach * (tracks - 1));
}

Scene between(const Scene& before, const Scene& after, const Journey& journey, float t) {
  if (t >= 1 || journey.motion == Motion::off) return after;
  if (journey.motion == Motion::reduced) return faded(before, after, t);
  return Tween(before, after, journey, t).picture();
}

}  // namespace epollscope::scene
