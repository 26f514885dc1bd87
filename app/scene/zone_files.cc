// The watched files in three layers, from below: descriptors, open files, the object with its
// buffer; on top the wait queue with epoll's hooks.
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

Rect moved(Rect r, Rect where) { return {r.x + where.x, r.y + where.y, r.w, r.h}; }

std::string_view end_key(FileEnd end) {
  switch (end) {
    case FileEnd::read:
      return "file.read_end";
    case FileEnd::write:
      return "file.write_end";
    case FileEnd::master:
      return "file.master";
    case FileEnd::slave:
      return "file.slave";
    case FileEnd::whole:
      break;
  }
  return "file.open_file";
}

// The first of them, and how many more there are.
std::string names_of(const Sketch& pen, const KernelContext& c, const std::vector<EpitemId>& ids) {
  constexpr std::size_t kMost = 40;
  std::string names;
  for (const EpitemId id : std::span(ids).first(std::min(kMost, ids.size()))) {
    const ItemState* item = find_item(c.state, id);
    if (item == nullptr) continue;
    if (!names.empty()) names += ", ";
    names += item->name;
  }
  if (ids.size() > kMost) {
    names += " " + pen.t("file.left_out", {std::to_string(ids.size() - kMost)});
  }
  return names;
}

// ---- buffers

std::uint64_t unread_bytes(const ObjectState& object, std::size_t i) {
  return is_counter(object.kind) || i >= object.fill.size() ? 0 : object.fill[i];
}

bool holds_some(const ObjectState& object, std::size_t i) {
  return (i < object.fill.size() && object.fill[i] > 0) || object.messages > 0;
}

// Beside the fill, where there is any, which the words do not cover.
float room_for_words(const ObjectState& object, std::size_t i, Rect bar) {
  return bar.w - (holds_some(object, i) ? 24 : 12);
}

double share_of(const ObjectState& object, std::size_t i) {
  if (object.places > 0) return static_cast<double>(object.messages) / object.places;
  if (i >= object.capacity.size() || object.capacity[i] == 0) return 0;
  return static_cast<double>(object.fill[i]) / static_cast<double>(object.capacity[i]);
}

void draw_bar(Sketch& pen, const ObjectState& object, std::size_t i, Rect bar,
              const std::string& words, const Type& set) {
  const std::string key = std::to_string(object.id.value) + "." + std::to_string(i);
  const float radius = bar.h / 2;
  pen.box(bar, Role::sunken, Role::line_faint, radius);
  const bool some = holds_some(object, i);
  const float inner = bar.w - 4;
  const float height = bar.h - 4;
  const float text = Sketch::width_of(words, set);
  Rect room{bar.x + 6, bar.y, bar.w - 12, bar.h};
  if (some && is_counter(object.kind)) {
    // A number has no measure to fill: the box as a whole says that there is something.
    pen.box(bar, Role::in_fill, Role::in, radius, 1.4F);
  } else if (some && inner > height) {
    const double share = std::min(1.0, share_of(object, i));
    // As long as its share; never too thin to be seen, and no outline where it is short.
    constexpr float kThinnest = 6;
    const float w = std::max(kThinnest, inner * static_cast<float>(share));
    const bool thin = w < height;
    const float end = bar.x + 2 + w;
    // No outline may run through the words: they move aside, or lie on the filled part.
    const float rest = bar.right() - 7 - end - 4;
    if (end > room.center().x - text / 2 - 3 && rest >= text) room = {end + 4, bar.y, rest, bar.h};
    const float left = room.center().x - text / 2 - 3;
    const bool through = end > left && end < left + text + 6;
    pen.begin("fill:" + key, bar);
    if (thin) {
      pen.box({bar.x + 5, bar.y + 5, w, bar.h - 10}, Role::in, Role::none, w / 2);
    } else {
      pen.box({bar.x + 2, bar.y + 2, w, height}, Role::in_fill, through ? Role::none : Role::in,
              height / 2, 1.4F);
    }
    pen.end();
    if (through) {
      pen.line({end, bar.y + 1}, {end, bar.y + 4}, Role::in, 2);
      pen.line({end, bar.bottom() - 4}, {end, bar.bottom() - 1}, Role::in, 2);
    }
  }
  pen.begin("level:" + key, bar);
  pen.text({room.center().x, Sketch::middle(bar, set)}, words, set, room.w, Align::center);
  pen.end();
}

// A buffer each way: under each socket what it can read, all in one size.
void draw_queues(Sketch& pen, const ObjectPlace& place, Rect bar, Type set) {
  constexpr float kGap = 8, kSmallest = 11;
  const ObjectState& object = *place.object;
  const auto n = static_cast<float>(std::max<std::size_t>(1, object.fill.size()));
  const float w = (bar.w - (n - 1) * kGap) / n;
  std::vector<std::string> brief, named;
  for (std::size_t i = 0; i < object.fill.size(); ++i) {
    brief.push_back(level_words(pen, object, i).back());
    const FileState* reader = i < place.files.size() ? place.files[i].file : nullptr;
    named.push_back(reader == nullptr ? brief.back()
                                      : fmt::format("{} ← {}", name_of(*reader), brief.back()));
  }
  Type close = set;
  const auto fits = [&](std::size_t i) {
    const float mark = object.fill[i] > 0 ? 16 : 0;
    return Sketch::width_of(named[i], close) <= w - 14 - mark;
  };
  for (std::size_t i = 0; i < named.size(); ++i) {
    while (close.size > kSmallest && !fits(i)) close.size -= 0.25F;
  }
  for (std::size_t i = 0; i < named.size(); ++i) {
    const Rect part{bar.x + static_cast<float>(i) * (w + kGap), bar.y, w, bar.h};
    draw_bar(pen, object, i, part, fits(i) ? named[i] : brief[i], close);
  }
}

// The name of the other end of a connection; empty where there is none.
std::string peer_name(const State& state, const ObjectState& object) {
  const ObjectState* peer = object.peer ? find_object(state, *object.peer) : nullptr;
  const FileState* file =
      peer == nullptr || peer->files.empty() ? nullptr : find_file(state, peer->files.front());
  return file == nullptr ? std::string{} : name_of(*file);
}

void draw_object(Sketch& pen, const KernelContext& c, const ObjectPlace& place, Rect where,
                 FileStyle style) {
  const ObjectState& object = *place.object;
  const Rect at = moved(place.body, where);
  const bool small = style == FileStyle::compact;
  pen.box(at, Role::panel, Role::panel_border, small ? 8 : 10);
  const Type label = type::kWord.in(Role::text_dim).at(small ? 11 : 12);
  const float pad = small ? 8 : 12;
  const std::string peer = peer_name(c.state, object);
  std::string title = pen.t(kind_key(object.kind));
  if (!peer.empty()) title += " → " + peer;
  const float head = at.y + (small ? 14.0F : 17.0F);
  const std::string unsent =
      object.unsent == 0 ? std::string() : pen.t("file.unsent", {about_bytes(object.unsent)});
  constexpr float kSmallest = 9.5F;
  Type waits = label.in(Role::text);
  while (waits.size > kSmallest && Sketch::width_of(unsent, waits) > at.w - 2 * pad) {
    waits.size -= 0.25F;
  }
  const float taken = unsent.empty() ? 0
                                     : pen.text({at.right() - pad, head}, unsent, waits,
                                                at.w - 2 * pad, Align::right);
  pen.text({at.x + pad, head}, title, label, at.w - 2 * pad - (taken > 0 ? taken + 8 : 0));
  const Type set = Type{Face::mono_bold, small ? 10.5F : 12, Role::text};
  const Rect bar{at.x + pad, at.y + (small ? 19.0F : 24.0F), at.w - 2 * pad, small ? 18.0F : 24.0F};
  const std::vector<std::string> levels = level_words(pen, object, 0);
  if (is_pair(object.kind)) {
    draw_queues(pen, place, bar, set.at(11));
  } else if (!levels.empty()) {
    draw_bar(pen, object, 0, bar, fitting(levels, set, room_for_words(object, 0, bar)), set);
  }
  std::string says = pen.t(kind_key(object.kind));
  for (const FilePlace& file : place.files) {
    if (file.file != nullptr) says += " " + name_of(*file.file);
  }
  for (std::size_t i = 0; i < std::max<std::size_t>(1, object.fill.size()); ++i) {
    if (const auto words = level_words(pen, object, i); !words.empty()) says += ", " + words[0];
  }
  if (!unsent.empty()) says += ", " + pen.t("file.unsent", {bytes_text(object.unsent)});
  if (!peer.empty()) says += ", " + pen.t("file.to_peer", {peer});
  pen.hit("object:" + std::to_string(object.id.value), at, says, 10);
}

// What the first that sleeps there wants.
std::string_view asleep_key(const State& state, const FileState& file) {
  const ActorId first = file.readers.empty() ? file.writers.front() : file.readers.front();
  const auto thread = std::ranges::find(state.threads, first, &ThreadState::actor);
  if (thread == state.threads.end()) return "file.asleep";
  if (!thread->waits_at.empty() || thread->call.starts_with("accept")) return "file.asleep";
  return file.readers.empty() ? "file.asleep_room" : "file.asleep_bytes";
}

// ---- one open file: hook above, body and descriptors below its object

void draw_hook(Sketch& pen, const KernelContext& c, const FileState& file, Rect at) {
  const bool any = !file.hooks.empty();
  pen.place("wq:" + std::to_string(file.id.value), at);
  const Type set{Face::sans, at.h < 20 ? 10.5F : 11.5F, any ? Role::text_dim : Role::text_faint};
  pen.box(at, any ? Role::raised : Role::none, any ? Role::line : Role::panel_border, 6, 1.2F,
          any ? Stroke::solid : Stroke::dashed);
  const std::string names = names_of(pen, c, file.hooks);
  // The ends of a terminal have two queues, with the same hooks in the same order.
  const bool twice = !file.write_hooks.empty();
  std::string words =
      any ? pen.t(twice ? "file.two_hooks" : "file.hook", {names}) : pen.t("file.no_hooks");
  if (any && Sketch::width_of(words, set) > at.w - 10) words = (twice ? "2 → " : "→ ") + names;
  pen.text({at.center().x, Sketch::middle(at, set)}, words, set, at.w - 10, Align::center);
  std::string sleepers;
  for (const ActorId a : file.readers) sleepers += " " + print(a);
  for (const ActorId a : file.writers) sleepers += " " + print(a);
  std::string label = any ? pen.t(twice ? "hit.two_hooks" : "hit.hooks", {name_of(file), names})
                          : pen.t("hit.no_hooks", {name_of(file)});
  if (!sleepers.empty()) label += pen.t("hit.asleep_on_file", {sleepers});
  pen.hit("hook:" + std::to_string(file.id.value), at, label);
}

struct Pill {
  std::string number, name;
  Fd fd;  // the first of those that it stands for
};

// Children of fork mean the file by the number that their parent does: one pill for all of them.
std::vector<Pill> pills_of(const FileState& file) {
  std::vector<Pill> pills;
  for (std::size_t i = 0; i < file.fds.size(); ++i) {
    const Fd fd = file.fds[i];
    const auto like = std::ranges::find_if(pills, [fd](const Pill& p) {
      return fd.process != 0 && p.fd.process != 0 && p.fd.value == fd.value;
    });
    if (like != pills.end()) {
      like->number = fmt::format("P{} {}", fd.process, like->number);
      continue;
    }
    const bool own = fd.process == 0 || file.fds.front().process != 0;
    pills.push_back({.number = descriptor_text(fd),
                     .name = own && i < file.names.size() ? file.names[i] : std::string(),
                     .fd = fd});
  }
  return pills;
}

void draw_pills(Sketch& pen, const FileState& file, Rect at, float top) {
  const std::vector<Pill> pills = pills_of(file);
  const std::size_t n = pills.size();
  if (n == 0) {
    pen.text({at.center().x, Sketch::middle(at, type::kNote.at(11))}, pen.t("file.no_fd"),
             type::kNote.at(11), at.w, Align::center);
    return;
  }
  const std::size_t shown = std::min<std::size_t>(n, at.w / static_cast<float>(n) < 34 ? 2 : n);
  const float gap = 4;
  const auto k = static_cast<float>(shown);
  const float w = std::min(80.0F, (at.w - (k - 1) * gap) / k);
  const float left = at.center().x - (w * k + gap * (k - 1)) / 2;
  const bool watched = !file.hooks.empty();
  for (std::size_t i = 0; i < shown; ++i) {
    const Rect pill{left + static_cast<float>(i) * (w + gap), at.y, w, at.h};
    pen.line({pill.center().x, top}, {pill.center().x, pill.y}, Role::line, 1.4F);
    pen.box(pill, Role::raised, Role::line_faint, pill.h / 2, 1.1F);
    const Type set{watched ? Face::mono_bold : Face::mono, w < 44 ? 10.5F : 12.5F,
                   watched ? Role::text : Role::text_dim};
    const auto& [number, name, fd] = pills[i];
    const bool fold = i + 1 == shown && shown < n;
    const std::string words = fold ? fmt::format("+{}", n - i)
                              : name.empty()
                                  ? number
                                  : fmt::format("{}{}{}", number, w < 44 ? " " : "  ", name);
    pen.text({pill.center().x, Sketch::middle(pill, set)}, words, set, pill.w - 10, Align::center);
    pen.hit("fd:" + descriptor_text(fd), pill, pen.t("hit.fd", {number, name, name_of(file)}),
            pill.h / 2);
  }
}

void draw_open_file(Sketch& pen, const KernelContext& c, const FilePlace& place, const Rect& object,
                    Rect where) {
  const Rect body = moved(place.body, where);
  const Rect hook = moved(place.hook, where);
  const Type set{Face::sans, body.h < 20 ? 10.5F : 11.5F, Role::text_dim};
  if (place.file == nullptr) {
    pen.box(body, Role::none, Role::panel_border, 5, 1.1F, Stroke::dashed);
    pen.text({body.center().x, Sketch::middle(body, set)}, pen.t("file.closed"),
             set.in(Role::text_faint), body.w - 8, Align::center);
    return;
  }
  const FileState& file = *place.file;
  if (!file.hooks.empty()) {
    pen.line({hook.center().x, hook.bottom()}, {hook.center().x, object.y}, Role::line, 1.4F);
  }
  pen.line({body.center().x, object.bottom()}, {body.center().x, body.y}, Role::line_faint, 1.4F);
  pen.place("poll:" + std::to_string(file.id.value), object);
  draw_hook(pen, c, file, hook);
  pen.box(body, Role::raised, Role::line_faint, 5, 1.1F);
  std::string words = pen.t(end_key(place.end));
  const std::size_t asleep = file.readers.size() + file.writers.size();
  if (asleep > 0) {
    words = print(file.readers.empty() ? file.writers.front() : file.readers.front());
    if (asleep > 1) words += " +" + std::to_string(asleep - 1);
    const std::string why = pen.t(asleep_key(c.state, file), {words});
    words = Sketch::width_of(why, set) <= body.w - 8 ? why : pen.t("file.asleep", {words});
  }
  pen.text({body.center().x, Sketch::middle(body, set)}, words,
           asleep > 0 ? set.in(Role::wakeup) : set, body.w - 8, Align::center);
  std::string label =
      pen.t("hit.file", {pen.t(end_key(place.end)), name_of(file), mask_text(file.level)});
  if (file.nonblocking) label += ", O_NONBLOCK";
  pen.hit("file:" + std::to_string(file.id.value), body, label, 5);
  draw_pills(pen, file, moved(place.pills, where), body.bottom());
}

// ---- an object as one chip

void draw_mini(Sketch& pen, const ObjectPlace& place, Rect where) {
  const Rect at = moved(place.body, where);
  const ObjectState& object = *place.object;
  pen.box(at, Role::panel, Role::panel_border, 8);
  std::string names;
  std::string brief;  // the watched end alone
  bool watched = false;
  for (const FilePlace& file : place.files) {
    if (file.file == nullptr) continue;
    for (const std::string_view what : {"wq:", "poll:"}) {
      pen.place(std::string(what) + std::to_string(file.file->id.value), at);
    }
    if (!names.empty()) names += " ";
    names += name_of(*file.file);
    if (brief.empty() || (!watched && !file.file->hooks.empty())) brief = name_of(*file.file);
    watched = watched || !file.file->hooks.empty();
  }
  const Type set{watched ? Face::mono_bold : Face::mono, 11.5F,
                 watched ? Role::text : Role::text_dim};
  const bool all = Sketch::width_of(names, set) <= at.w - 16;
  pen.text({at.x + 8, at.y + 16}, all ? names : brief, set, at.w - 16);
  const Rect bar{at.x + 7, at.y + 23, at.w - 14, 16};
  std::size_t fullest = 0;
  for (std::size_t i = 1; i < object.fill.size(); ++i) {
    if (object.fill[i] > object.fill[fullest]) fullest = i;
  }
  if (const auto levels = level_words(pen, object, fullest); !levels.empty()) {
    const Type small{Face::mono_bold, 10, Role::text};
    const bool bytes = unread_bytes(object, fullest) > 0;
    draw_bar(pen, object, fullest, bar,
             bytes ? levels.back() : fitting(levels, small, room_for_words(object, fullest, bar)),
             small);
  }
  pen.hit("object:" + std::to_string(object.id.value), at,
          pen.t(kind_key(object.kind)) + " " + names, 8);
}

// What each row is, to the left of the first object.
void draw_labels(Sketch& pen, const FilesPlan& plan, Rect where) {
  const ObjectPlace& first = plan.objects.front();
  if (first.files.empty()) return;
  const FilePlace& file = first.files.front();
  const Type set = type::kNote.at(11);
  const auto label = [&](std::string_view key, Rect row) {
    const Rect at = moved(row, where);
    pen.whole({where.x + first.body.x - 9, Sketch::middle(at, set)}, pen.t(key), set,
              plan.labels - 10, Align::right);
  };
  label("file.row_hook", file.hook);
  label("file.row_object", first.body);
  label("file.row_file", file.body);
  label("file.row_fd", file.pills);
}

}  // namespace

void draw_files(Sketch& pen, const KernelContext& context, const FilesPlan& plan, Rect where) {
  if (plan.objects.empty()) {
    pen.box({where.x, where.y, where.w, 44}, Role::none, Role::panel_border, 9, 1, Stroke::dashed);
    pen.text({where.center().x, where.y + 26.5F}, pen.t("file.none"), type::kNote.at(13),
             where.w - 24, Align::center);
    return;
  }
  if (plan.labels > 0) draw_labels(pen, plan, where);
  for (const ObjectPlace& object : plan.objects) {
    if (plan.style == FileStyle::mini || plan.style == FileStyle::counts) {
      draw_mini(pen, object, where);
      continue;
    }
    draw_object(pen, context, object, where, plan.style);
    for (const FilePlace& file : object.files) {
      draw_open_file(pen, context, file, moved(object.body, where), where);
    }
  }
}

}  // namespace epollscope::scene
