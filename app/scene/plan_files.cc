// Where the watched files go: columns of hook, object, open file and descriptors, one object
// beside the other, or in rows of smaller ones where there are many.
#include <algorithm>
#include <array>
#include <set>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

struct Size {
  FileStyle style;
  float least, most;  // width of an open file's column
  float hook, object, file, pill, gap;
  int rows;  // as many rows of objects at most
};
constexpr std::array kSizes = {
    Size{FileStyle::full, 78, 99, 22, 58, 22, 22, 9, 1},
    Size{FileStyle::compact, 52, 99, 19, 42, 19, 20, 6, 1},
    Size{FileStyle::compact, 52, 76, 19, 42, 19, 20, 6, 2},
    Size{FileStyle::mini, 88, 120, 0, 46, 0, 0, 6, 3},
};
constexpr float kBetweenObjects = 16;  // objects
constexpr float kBetweenColumns = 8;   // columns of one object
constexpr float kRowGap = 10;
constexpr int kMostRows = 6;  // of folded ones
constexpr float kLabels = 76;
constexpr float kRoomy = 78;  // columns as wide as this leave room for labels

bool allowed(const Size& size, Density density) {
  if (density == Density::compact) return size.style != FileStyle::full;
  if (density == Density::tight) return size.style == FileStyle::mini;
  return size.style != FileStyle::compact || size.rows == 1;
}

float block_height(const Size& s) {
  return s.style == FileStyle::mini ? s.object
                                    : s.hook + s.gap + s.object + s.gap + s.file + s.gap + s.pill;
}

std::size_t columns_of(const ObjectState& object, FileStyle style) {
  return style == FileStyle::mini ? 1 : std::max<std::size_t>(1, object.files.size());
}

float width_of(const ObjectState& object, const Size& size, float column) {
  const auto n = static_cast<float>(columns_of(object, size.style));
  if (size.style == FileStyle::mini) return column;
  // An object with one open file gets as much room as one with two, if there is plenty.
  return n < 2 ? std::min(column * 1.5F, column + 60) + (column >= size.most ? column * 0.5F : 0)
               : n * column + (n - 1) * kBetweenColumns;
}

FileEnd end_of(const ObjectState& object, std::size_t i) {
  if (object.kind == ObjectKind::pty) return i == 0 ? FileEnd::master : FileEnd::slave;
  if (object.kind != ObjectKind::pipe) return FileEnd::whole;
  return i == 0 ? FileEnd::read : FileEnd::write;
}

ObjectPlace place_object(const KernelContext& c, const ObjectState& object, const Size& s, Point at,
                         float w) {
  ObjectPlace place;
  place.object = &object;
  const float y_object = at.y + (s.hook > 0 ? s.hook + s.gap : 0);
  const float y_file = y_object + s.object + s.gap;
  place.body = {at.x, y_object, w, s.object};
  const std::size_t columns = std::max<std::size_t>(1, object.files.size());
  const auto n = static_cast<float>(columns);
  const float column = (w - (n - 1) * kBetweenColumns) / n;
  for (std::size_t i = 0; i < object.files.size(); ++i) {
    FilePlace file;
    file.file = find_file(c.state, object.files[i]);
    file.end = file.file == nullptr ? end_of(object, i) : file.file->end;
    const float x = at.x + static_cast<float>(i) * (column + kBetweenColumns);
    file.hook = {x, at.y, column, s.hook};
    file.body = {x, y_file, column, s.file};
    file.pills = {x, y_file + s.file + s.gap, column, s.pill};
    place.files.push_back(file);
  }
  return place;
}

// What the step touched comes first, then what holds something.
std::vector<const ObjectState*> most_important(const KernelContext& c,
                                               const std::vector<const ObjectState*>& objects,
                                               std::size_t fit) {
  std::set<FileId> touched;
  for (const MicroStep& m : c.model.happened()) {
    if (m.file.valid()) touched.insert(m.file);
    const ItemState* item = m.item.valid() ? find_item(c.state, m.item) : nullptr;
    if (item != nullptr) touched.insert(item->file);
  }
  if (c.ep != nullptr) {
    for (const EpitemId id : items_in_focus(c)) touched.insert(find_item(*c.ep, id)->file);
  }
  const auto rank = [&](const ObjectState* object) {
    const auto in_step = [&](FileId id) { return touched.contains(id); };
    if (std::ranges::any_of(object->files, in_step)) return 0;
    const auto holds = [](std::uint64_t n) { return n > 0; };
    return std::ranges::any_of(object->fill, holds) ? 1 : 2;
  };
  std::vector<std::pair<int, std::size_t>> order;
  for (std::size_t i = 0; i < objects.size(); ++i) order.emplace_back(rank(objects[i]), i);
  const std::size_t kept_count = std::min(fit, order.size());
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(kept_count));
  order.resize(kept_count);
  // Those of the step stand in front, where wires reach them; the others in their order.
  for (auto& [importance, i] : order) importance = std::min(importance, 1);
  std::ranges::sort(order);
  std::vector<const ObjectState*> kept;
  for (const auto& [importance, i] : order) kept.push_back(objects[i]);
  return kept;
}

// The widest column with which everything fits into the rows; 0: none.
float column_for(const std::vector<const ObjectState*>& objects, const Size& s, float width) {
  const auto rows_needed = [&](float column) {
    int rows = 1;
    float x = 0;
    for (const ObjectState* object : objects) {
      const float w = width_of(*object, s, column);
      if (w > width) return s.rows + 1;
      if (x > 0 && x + w > width) {
        if (++rows > s.rows) return rows;
        x = 0;
      }
      x += w + (s.style == FileStyle::mini ? kBetweenColumns : kBetweenObjects);
    }
    return rows;
  };
  for (float column = s.most; column >= s.least; column -= 3) {
    if (rows_needed(column) <= s.rows) return column;
  }
  return 0;
}

void shift_all(FilesPlan& plan, float shift) {
  for (ObjectPlace& object : plan.objects) {
    object.body.x += shift;
    for (FilePlace& file : object.files) {
      for (Rect* rect : {&file.hook, &file.body, &file.pills}) rect->x += shift;
    }
  }
}

// Under the middle of the tree, so that wires are short.
void center(FilesPlan& plan, float width) {
  float right = 0;
  for (const ObjectPlace& object : plan.objects) right = std::max(right, object.body.right());
  shift_all(plan, std::max(0.0F, (width - right) / 2));
}

FilesPlan place_all(const KernelContext& c, const std::vector<const ObjectState*>& objects,
                    const Size& s, float column, float width) {
  FilesPlan plan;
  plan.style = s.style;
  Point at{0, 0};
  int row = 0;
  const float pitch = block_height(s) + kRowGap;
  for (const ObjectState* object : objects) {
    const float w = width_of(*object, s, column);
    if (at.x > 0 && at.x + w > width) {
      ++row;
      at = {0, at.y + pitch};
    }
    if (row >= s.rows) break;
    plan.objects.push_back(place_object(c, *object, s, at, w));
    plan.objects.back().row = row;
    at.x += w + (s.style == FileStyle::mini ? kBetweenColumns : kBetweenObjects);
  }
  plan.left_out = static_cast<int>(objects.size() - plan.objects.size());
  plan.height = at.y + block_height(s);
  center(plan, width);
  return plan;
}

// With the names of the rows, where columns stay wide.
std::optional<FilesPlan> place_labelled(const KernelContext& c,
                                        const std::vector<const ObjectState*>& objects,
                                        const Size& s, float width) {
  if (s.style == FileStyle::mini || s.rows > 1) return std::nullopt;
  const float column = column_for(objects, s, width - kLabels);
  if (column < kRoomy) return std::nullopt;
  FilesPlan plan = place_all(c, objects, s, column, width - kLabels);
  shift_all(plan, kLabels);
  plan.labels = kLabels;
  return plan;
}

struct Found {
  const ObjectPlace* object;
  const FilePlace* file;
};
std::optional<Found> find_place(const FilesPlan& plan, FileId file) {
  for (const ObjectPlace& object : plan.objects) {
    for (const FilePlace& place : object.files) {
      if (place.file != nullptr && place.file->id == file) return Found{&object, &place};
    }
  }
  return std::nullopt;
}

bool folded(const FilesPlan& plan) {
  return plan.style == FileStyle::mini || plan.style == FileStyle::counts;
}

}  // namespace

std::vector<const ObjectState*> files_in_order(const KernelContext& c) {
  const std::vector<ObjectState>& all = c.state.objects;
  const std::size_t items = c.ep == nullptr ? 0 : c.ep->items.size();
  std::vector<const ObjectState*> watched(items, nullptr);  // by the rank of its first item
  std::vector<bool> is_watched(all.size(), false);
  for (std::size_t i = 0; i < items; ++i) {
    const FileState* file = find_file(c.state, c.ep->items[i].file);
    const ObjectState* object = file == nullptr ? nullptr : find_object(c.state, file->object);
    if (object == nullptr) continue;
    const auto at = static_cast<std::size_t>(object - all.data());
    if (object->kind != ObjectKind::epoll && !is_watched[at]) watched[i] = object;
    is_watched[at] = true;
  }
  std::erase(watched, nullptr);
  std::vector<const ObjectState*> objects = std::move(watched);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].kind != ObjectKind::epoll && !is_watched[i]) objects.push_back(&all[i]);
  }
  return objects;
}

FilesPlan plan_files(const KernelContext& context, const std::vector<const ObjectState*>& objects,
                     float width, float room, Density density) {
  if (objects.empty()) return {.style = FileStyle::full, .objects = {}, .height = 44};
  for (const Size& size : kSizes) {
    if (!allowed(size, density)) continue;
    if (const auto labelled = place_labelled(context, objects, size, width)) return *labelled;
    const float column = column_for(objects, size, width);
    if (column > 0) return place_all(context, objects, size, column, width);
  }
  // Too many: those that matter now, in their order, and a caption that counts the rest.
  Size size = kSizes.back();
  const float pitch = block_height(size) + kRowGap;
  size.rows = std::clamp(static_cast<int>((room + kRowGap) / pitch), 1, kMostRows);
  const auto in_row =
      static_cast<std::size_t>((width + kBetweenColumns) / (size.least + kBetweenColumns));
  const auto fit = std::max<std::size_t>(1, in_row) * static_cast<std::size_t>(size.rows);
  FilesPlan plan =
      place_all(context, most_important(context, objects, fit), size, size.least, width);
  plan.style = FileStyle::counts;
  plan.left_out = static_cast<int>(objects.size() - plan.objects.size());
  return plan;
}

std::optional<Point> hook_point(const FilesPlan& plan, FileId file, Rect where) {
  const auto found = find_place(plan, file);
  if (!found) return std::nullopt;
  const Rect top = folded(plan) ? found->object->body : found->file->hook;
  return Point{where.x + top.center().x, where.y + top.y};
}

std::optional<Point> check_point(const FilesPlan& plan, FileId file, Rect where) {
  if (folded(plan)) return hook_point(plan, file, where);
  const auto found = find_place(plan, file);
  if (!found) return std::nullopt;
  const Rect& hook = found->file->hook;
  return Point{where.x + hook.right() + kBetweenColumns / 2, where.y + found->object->body.y};
}

}  // namespace epollscope::scene
