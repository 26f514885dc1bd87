// What is in play, and the small things of the lecture's kernel: lamps, badges, the tree in dots,
// the file under an item.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "app/scene/lecture.h"

namespace epollscope::scene {
namespace {

std::shared_ptr<const State> state_before(const StageModel& model) {
  if (model.step < 1) return model.moment(0, std::nullopt);
  if (!model.micro || *model.micro < 2) return model.moment(model.step - 1, std::nullopt);
  return model.moment(model.step, *model.micro - 1);
}

const EventpollState* same_instance(const State& state, const EventpollState* ep) {
  if (ep == nullptr) return nullptr;
  const auto found = std::ranges::find(state.eventpolls, ep->file, &EventpollState::file);
  return found == state.eventpolls.end() ? nullptr : &*found;
}

// Newest first: the items that something happened to, and whether it was in this step.
class Search {
 public:
  Search(const Lecture& lecture, std::size_t fit) : l_(lecture), fit_(fit) {}

  std::vector<InPlay> find() {
    constexpr int kLookBack = 200;
    for (int n = l_.model.step; n >= 1 && n > l_.model.step - kLookBack && !full(); --n) {
      const auto& record = l_.model.steps[static_cast<std::size_t>(n) - 1];
      const bool here = n == l_.model.step;
      const auto micro = here ? l_.model.happened() : std::span(record.micro);
      for (std::size_t i = micro.size(); i-- > 0 && !full();) take(micro[i], here);
    }
    for (std::size_t i = 0; i < l_.kernel.ep->items.size() && !full(); ++i) {
      add(l_.kernel.ep->items[i].id, false);
    }
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool full() const { return found_.size() >= fit_; }
  void take(const MicroStep& m, bool here) {
    if (m.item.valid()) add(m.item, here);
    // What moves data names the file alone.
    if (!m.file.valid() || m.item.valid()) return;
    for (const ItemState& item : l_.kernel.ep->items) {
      if (item.file == m.file) add(item.id, here);
    }
  }
  void add(EpitemId id, bool here) {
    if (full() || std::ranges::find(found_, id, &InPlay::id) != found_.end()) return;
    InPlay play{.id = id, .touched = here};
    play.now = find_item(*l_.kernel.ep, id);
    if (l_.ep != nullptr) play.was = find_item(*l_.ep, id);
    if (play.now != nullptr || (play.was != nullptr && here)) found_.push_back(play);
  }

  const Lecture& l_;
  std::size_t fit_;
  std::vector<InPlay> found_;
};

ObjectId object_of(const State& state, const InPlay& play) {
  const FileState* file = find_file(state, play.item().file);
  return file == nullptr ? ObjectId{} : file->object;
}

std::size_t rank_of(const EventpollState& ep, EpitemId id) {
  const auto at = std::ranges::find(ep.items, id, &ItemState::id);
  return static_cast<std::size_t>(at - ep.items.begin());
}

// No circle, which is a lamp; and told by shape as well, as colours alone tell nothing.
void draw_node(Sketch& pen, Point c, float half, bool red) {
  if (red) {
    const float reach = half * 1.3F;
    pen.add(
        Polygon{{{c.x, c.y - reach}, {c.x + reach, c.y}, {c.x, c.y + reach}, {c.x - reach, c.y}},
                Role::node_red});
    return;
  }
  pen.box({c.x - half, c.y - half, 2 * half, 2 * half}, Role::node_black, Role::node_ring, 2, 1.6F);
}

std::string fill_text(const Sketch& pen, const Unread& unread) {
  if (unread.kind == ObjectKind::pidfd) return count_text(pen, unread.kind, unread.amount);
  if (unread.counter) return std::to_string(unread.amount);
  return unread.amount == 0 ? pen.t(empty_key(unread.kind)) : bytes_text(unread.amount);
}

// What could be read before and after, or of how much; of a file that is gone, what it had.
std::string buffer_text(const Sketch& pen, const Lecture& lecture, const FileState& file,
                        bool brief) {
  const bool gone = find_file(lecture.now, file.id) == nullptr;
  const Unread now = unread_of(gone ? lecture.was : lecture.now, file);
  const FileState* earlier = find_file(lecture.was, file.id);
  const Unread was = earlier == nullptr ? now : unread_of(lecture.was, *earlier);
  if (was.amount != now.amount) return fill_text(pen, was) + " → " + fill_text(pen, now);
  const ObjectState* object = find_object(lecture.now, file.object);
  if (object != nullptr && object->unsent > 0) {
    const std::string unsent = pen.t("file.unsent", {about_bytes(object->unsent)});
    return brief ? unsent : fill_text(pen, now) + " · " + unsent;
  }
  if (brief || now.counter || now.amount == 0 || now.capacity == 0) return fill_text(pen, now);
  return pen.t("file.bytes_of", {bytes_text(now.amount), bytes_text(now.capacity)});
}

struct Descriptor {
  std::string text;
  bool own = false;  // of the watched file itself
};

std::vector<Descriptor> descriptors_of(const State& state, const FileState& file) {
  std::vector<Descriptor> all;
  const ObjectState* object = find_object(state, file.object);
  if (object == nullptr) return all;
  for (const FileId id : object->files) {
    const FileState* each = find_file(state, id);
    if (each == nullptr) continue;
    for (std::size_t i = 0; i < each->fds.size(); ++i) {
      all.push_back({descriptor_text(*each, i), each->id == file.id});
    }
  }
  std::ranges::stable_sort(all, std::ranges::greater{}, &Descriptor::own);
  return all;
}

void draw_descriptors(Sketch& pen, const State& state, const FileState& file, Rect where) {
  float x = where.x;
  const std::vector<Descriptor> all = descriptors_of(state, file);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Type set = hall::name().in(all[i].own ? Role::text : Role::text_dim);
    const float w = Sketch::width_of(all[i].text, set) + 28;
    const Type dim = hall::word().in(Role::text_dim);
    const bool last = i + 1 == all.size();
    if (x + w + (last ? 0 : 44) > where.right()) {
      const std::string more = "+" + std::to_string(all.size() - i);
      pen.text({x + 4, Sketch::middle(where, dim)}, more, dim, where.right() - x - 4);
      return;
    }
    const Rect pill{x, where.y, w, where.h};
    pen.box(pill, Role::panel, all[i].own ? Role::line : Role::panel_border, where.h / 2, 1.6F);
    pen.text({pill.center().x, Sketch::middle(pill, set)}, all[i].text, set, w - 8, Align::center);
    x += w + 8;
  }
}

}  // namespace

Lecture::Lecture(const StageModel& m, std::string_view selected)
    : model(m),
      kept_now(m.now()),
      kept_was(state_before(m)),
      now(*kept_now),
      was(*kept_was),
      kernel(context_of(m, now, selected)),
      ep(same_instance(was, kernel.ep)) {}

std::vector<InPlay> items_in_play(const Lecture& lecture, std::size_t fit) {
  std::vector<InPlay> found = Search(lecture, fit).find();
  const EventpollState& ep = *lecture.kernel.ep;
  std::map<ObjectId, std::size_t> first;  // rank of an object's first item
  for (const InPlay& play : found) {
    const auto [at, fresh] = first.try_emplace(object_of(lecture.now, play), rank_of(ep, play.id));
    if (!fresh) at->second = std::min(at->second, rank_of(ep, play.id));
  }
  std::ranges::sort(found, {}, [&](const InPlay& play) {
    return std::pair(first[object_of(lecture.now, play)], rank_of(ep, play.id));
  });
  return found;
}

float hall_words_width(const std::vector<FlagWord>& words) {
  const Type name = hall::name();
  float width = 0;
  for (const FlagWord& word : words) {
    width += Sketch::width_of(word.text, name) + (width > 0 ? Sketch::width_of(" ", name) : 0);
  }
  return width;
}

float draw_hall_words(Sketch& pen, const std::vector<FlagWord>& words, Point at, float width,
                      bool dimmed) {
  const Type name = hall::name();
  float x = at.x;
  for (const FlagWord& word : words) {
    if (x > at.x) x += Sketch::width_of(" ", name);
    x += pen.text({x, at.y}, word.text, name.in(dimmed ? Role::text_dim : word.color),
                  at.x + width - x);
  }
  return x - at.x;
}

float hall_badge_width(std::string_view word) { return Sketch::width_of(word, hall::name()) + 22; }

float draw_hall_badge(Sketch& pen, std::string_view word, Point at, bool dimmed) {
  constexpr float kHeight = 31;
  const Rect where{at.x, at.y - kHeight / 2, hall_badge_width(word), kHeight};
  pen.box(where, dimmed ? Role::none : Role::badge, dimmed ? Role::text_dim : Role::badge,
          kHeight / 2, 1.6F);
  const Type set = hall::name().in(dimmed ? Role::text_dim : Role::on_badge);
  pen.text({where.center().x, Sketch::middle(where, set)}, word, set, where.w, Align::center);
  return where.w;
}

void draw_hall_lamps(Sketch& pen, const ItemState& item, Point first, bool dimmed) {
  constexpr float kRadius = 8, kApart = 23;
  const Role lit = dimmed ? Role::text_dim : ready_color(item);
  pen.disc(first, kRadius, item.ready ? lit : Role::none, item.ready ? lit : Role::text_dim, 2.4F);
  const Role square = item.ready ? lit : Role::text_dim;
  pen.box({first.x + kApart - kRadius, first.y - kRadius, 2 * kRadius, 2 * kRadius},
          item.queued ? square : Role::none, square, 1, 2.4F);
}

void draw_hall_tree(Sketch& pen, const Lecture& lecture, const std::vector<InPlay>& play,
                    Rect where) {
  constexpr std::size_t kMost = 120;  // more are a blot
  constexpr float kSmall = 4.5F, kBig = 8;
  const EventpollState& ep = *lecture.kernel.ep;
  if (ep.items.size() < 2 || ep.items.size() > kMost) return;
  const auto spots = spots_of(ep.items, whole_tree(ep));
  TreeLayout layout = lay_out_tree(spots, {.step = 10, .node = 2 * kBig, .fold = 0, .gap = 6});
  if (layout.span > where.w - 2 * kBig) stretch(layout, (where.w - 2 * kBig) / layout.span);
  const float pitch =
      std::min(30.0F, (where.h - 2 * kBig) / static_cast<float>(std::max(1, layout.rows - 1)));
  const float left = where.x + (where.w - layout.span) / 2;
  const float top = where.center().y - pitch * static_cast<float>(layout.rows - 1) / 2;
  const auto at = [&](std::size_t i) {
    return Point{left + layout.x[i], top + static_cast<float>(spots[i].depth) * pitch};
  };
  for (std::size_t i = 0; i < ep.items.size(); ++i) {
    const std::int32_t parent = ep.items[i].parent;
    if (parent >= 0) pen.line(at(static_cast<std::size_t>(parent)), at(i), Role::line, 1.6F);
  }
  for (std::size_t i = 0; i < ep.items.size(); ++i) {
    const ItemState& item = ep.items[i];
    const auto shown = std::ranges::find(play, item.id, &InPlay::id);
    const bool big = shown != play.end() && (shown->touched || ep.items.size() < 12);
    draw_node(pen, at(i), big ? kBig : kSmall, item.red);
  }
}

void draw_hall_file(Sketch& pen, const Lecture& lecture, const InPlay& play, Rect at,
                    Rect descriptors) {
  const State& state = play.now == nullptr ? lecture.was : lecture.now;
  const FileState* file = find_file(state, play.item().file);
  const Role ink = play.touched ? Role::text : Role::text_dim;
  if (file == nullptr) {
    pen.box(at, Role::panel, Role::panel_border, 10);
    pen.text({at.x + 14, Sketch::middle(at, hall::word())}, pen.t("file.epoll"),
             hall::word().in(Role::text_dim), at.w - 28);
    return;
  }
  const Unread unread = unread_of(state, *file);
  const bool some = unread.amount > 0;
  const Role border = !play.touched ? Role::panel_border : some ? Role::in : Role::line;
  pen.box(at, some && play.touched ? Role::in_fill : Role::panel, border, 10,
          play.touched ? 2.0F : 1.2F);
  const ObjectState* object = find_object(state, file->object);
  const Type value = hall::name().in(ink);
  const float right = at.right() - 14;
  std::string words = buffer_text(pen, lecture, *file, false);
  if (Sketch::width_of(words, value) > at.w * 0.6F) words = buffer_text(pen, lecture, *file, true);
  const float taken =
      pen.text({right, Sketch::middle(at, value)}, words, value, at.w - 28, Align::right);
  const std::string kind = pen.t(object == nullptr ? "file.other" : kind_key(object->kind));
  const Type word = hall::word().in(Role::text_dim);
  pen.whole({at.x + 14, Sketch::middle(at, word)}, kind, word, right - taken - 16 - at.x - 14);
  pen.hit("file:" + std::to_string(file->id.value), at, kind + ": " + words, 10);
  if (descriptors.h > 0) draw_descriptors(pen, state, *file, descriptors);
}

}  // namespace epollscope::scene
