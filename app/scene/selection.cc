#include "app/scene/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

int number_after(std::string_view id, std::string_view kind) {
  int number = -1;
  if (id.starts_with(kind)) {
    std::from_chars(id.data() + kind.size(), id.data() + id.size(), number);
  }
  return number;
}

// Lists of names in words; of many the first few.
std::string listed(const Sketch& pen, const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 12;
  if (names.empty()) return pen.t("field.none");
  std::string text;
  for (std::size_t i = 0; i < std::min(kMost, names.size()); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kMost) {
    text += " " + pen.t("ready.folded", {std::to_string(names.size() - kMost)});
  }
  return text;
}

class Teller {
 public:
  Teller(const Sketch& pen, const StageModel& model, const State& state)
      : pen_(pen), model_(model), state_(state), seen_(sight()) {}

  Selection tell() {
    const std::string& id = pen_.input().selected;
    for (const std::string_view kind : {"item:", "ready:"}) {
      if (const int n = number_after(id, kind); n >= 0) return item(EpitemId{n});
    }
    if (const int n = number_after(id, "subtree:"); n >= 0) return subtree_of(EpitemId{n});
    if (const int n = number_after(id, "epoll:"); n >= 0) return instance(n);
    for (const std::string_view kind : {"file:", "hook:"}) {
      if (const int n = number_after(id, kind); n >= 0) return file(find_file(state_, FileId{n}));
    }
    if (id.starts_with("fd:")) return file(file_of(descriptor_in(id.substr(3))));
    if (const int n = number_after(id, "object:"); n >= 0) return object(ObjectId{n});
    if (id.starts_with("waiter:")) return thread(std::string_view(id).substr(7));
    return {};
  }

 private:
  // ---- who has looked

  struct Sight {
    bool kernel = false;     // there is one, and the cursor stands between two steps
    bool xray_tree = false;  // of the step at the cursor
    bool xray_ready = false, xray_waiters = false;
  };
  [[nodiscard]] Sight sight() const {
    Sight s;
    s.kernel = !model_.release.empty() && !model_.micro;
    const StepRecord* record = model_.current();
    if (!s.kernel || record == nullptr) return s;
    s.xray_tree = record->xray.tree;
    s.xray_ready = record->xray.ready;
    s.xray_waiters = record->xray.waiters;
    return s;
  }
  [[nodiscard]] Origin by_kernel() const {
    return {seen_.kernel ? Source::kernel : Source::model, 0};
  }
  [[nodiscard]] Origin by_xray(bool shown) const {
    return {seen_.kernel && shown ? Source::xray : Source::model, 0};
  }
  // The newest step, up to the cursor's, after which the kernel was asked and nothing that it
  // answered can have changed: `looked` finds it.
  template <class Looked>
  [[nodiscard]] Origin last_look(const Looked& looked) const {
    constexpr int kFarthest = 5000;
    if (!seen_.kernel) return {};
    for (int n = model_.step; n >= 1 && n > model_.step - kFarthest; --n) {
      if (!looked(model_.steps[static_cast<std::size_t>(n) - 1])) continue;
      return {Source::kernel, n == model_.step ? 0 : n};
    }
    return {};
  }
  // The level polls after each step are of all descriptors that it touched.
  [[nodiscard]] Origin of_level(const std::vector<Fd>& fds) const {
    return last_look([&](const StepRecord& r) {
      return std::ranges::any_of(r.levels, [&](const Level& level) {
        return std::ranges::find(fds, level.fd) != fds.end();
      });
    });
  }
  // Whether this step has the interest list read and compared.
  [[nodiscard]] Origin of_list(const EventpollState& ep) const {
    if (seen_.xray_tree) return by_xray(true);
    const StepRecord* record = model_.current();
    const bool read =
        record != nullptr && std::ranges::find(record->lists, ep.fd) != record->lists.end();
    return read ? by_kernel() : Origin{};
  }

  // ---- the things

  [[nodiscard]] std::string yes(bool is) const { return pen_.t(is ? "field.yes" : "field.no"); }

  [[nodiscard]] const FileState* file_of(Fd fd) const {
    for (const FileState& f : state_.files) {
      if (std::ranges::find(f.fds, fd) != f.fds.end()) return &f;
    }
    return nullptr;
  }

  Selection item(EpitemId id) const {
    const EventpollState* ep = eventpoll_of(state_, id);
    if (ep == nullptr) return {};
    const ItemState& it = *find_item(*ep, id);
    const FileState* f = find_file(state_, it.file);
    const Origin list = of_list(*ep);
    const Origin level = f == nullptr ? Origin{} : of_level(f->fds);
    const auto on = std::ranges::find(ep->ready, id);
    const bool ranked = std::ranges::find(ep->unranked, id) == ep->unranked.end();
    Selection s{.title = pen_.t("selection.item", {it.name}), .fields = {}};
    s.fields = {
        {"field.fd", descriptor_text(it.fd), by_kernel()},
        {"field.interest", mask_text(it.mask), list},
        {"field.data", it.data_name, list},
        {"field.armed", yes(it.armed), list},
        {"field.answers", it.level == 0 ? pen_.t("ready.nothing") : mask_text(it.level), level},
        {"field.ready", yes(it.ready), level},
        {"field.queued",
         on == ep->ready.end() ? yes(it.queued)
                               : pen_.t("field.place", {std::to_string(on - ep->ready.begin() + 1),
                                                        std::to_string(ep->ready.size())}),
         by_xray(seen_.xray_ready)},
        {"field.color", pen_.t(it.red ? "field.red" : "field.black"), by_xray(seen_.xray_tree)},
        {"field.rank",
         ranked ? pen_.t("field.place", {std::to_string(&it - ep->items.data() + 1),
                                         std::to_string(ep->items.size())})
                : pen_.t("field.unknown"),
         model_.learns_order && ranked ? by_kernel() : by_xray(seen_.xray_tree)},
        {"field.file", f == nullptr ? pen_.t("file.epoll") : f->label, by_kernel()}};
    return s;
  }

  Selection subtree_of(EpitemId root) const {
    const EventpollState* ep = eventpoll_of(state_, root);
    if (ep == nullptr) return {};
    const TreePart part = subtree(*ep, root);
    int ready = 0;
    int queued = 0;
    for (int i = part.first; i < part.last; ++i) {
      ready += ep->items[static_cast<std::size_t>(i)].ready ? 1 : 0;
      queued += ep->items[static_cast<std::size_t>(i)].queued ? 1 : 0;
    }
    const Origin shape = by_xray(seen_.xray_tree);
    Selection s{.title = pen_.t("selection.subtree", {find_item(*ep, root)->name}), .fields = {}};
    s.fields = {{"field.items", std::to_string(part.last - part.first), shape},
                {"field.rank", fmt::format("#{}–#{}", part.first + 1, part.last), shape},
                {"field.ready", std::to_string(ready), {}},
                {"field.queued", std::to_string(queued), by_xray(seen_.xray_ready)}};
    return s;
  }

  Selection instance(int id) const {
    const auto ep = std::ranges::find_if(state_.eventpolls, [&](const EventpollState& e) {
      return (e.fd.valid() ? e.fd.value : e.file.value) == id;
    });
    if (ep == state_.eventpolls.end()) return {};
    std::vector<std::string> ready;
    for (const EpitemId item : ep->ready) {
      const ItemState* it = ready.size() < 13 ? find_item(*ep, item) : nullptr;
      ready.push_back(it == nullptr ? std::string() : it->name);
    }
    std::vector<std::string> waiters;
    for (const WaiterState& w : ep->waiters) waiters.push_back(print(w.actor));
    Selection s{.title = pen_.t("selection.instance", {ep->name}), .fields = {}};
    s.fields = {
        {"field.fd", ep->fd.valid() ? std::to_string(ep->fd.value) : pen_.t("kernel.closed"),
         by_kernel()},
        {"field.items", std::to_string(ep->items.size()), of_list(*ep)},
        {"field.ready_list", listed(pen_, ready), by_xray(seen_.xray_ready)},
        {"field.sleepers", listed(pen_, waiters), seen_.xray_waiters ? by_xray(true) : by_kernel()},
        {"field.scanning", yes(ep->scanning), {}}};
    return s;
  }

  Selection file(const FileState* f) const {
    if (f == nullptr) return {};
    std::vector<std::string> fds;
    for (std::size_t i = 0; i < f->fds.size(); ++i) fds.push_back(descriptor_text(*f, i));
    const auto names_of = [&](const std::vector<EpitemId>& ids) {
      std::vector<std::string> hooks;
      for (const EpitemId id : ids) {
        const ItemState* it = hooks.size() < 13 ? find_item(state_, id) : nullptr;
        hooks.push_back(it == nullptr ? std::string() : it->name);
      }
      return listed(pen_, hooks);
    };
    std::vector<std::string> asleep;
    for (const auto* actors : {&f->readers, &f->writers}) {
      for (const ActorId a : *actors) asleep.push_back(print(a));
    }
    Selection s{.title = pen_.t("selection.file", {f->label}), .fields = {}};
    s.fields = {{"field.fds", listed(pen_, fds), by_kernel()},
                {"field.answers", f->level == 0 ? pen_.t("ready.nothing") : mask_text(f->level),
                 of_level(f->fds)},
                {"field.hooks", names_of(f->hooks), {}},
                {"field.sleepers", listed(pen_, asleep), by_kernel()},
                {"field.nonblocking", yes(f->nonblocking), {}}};
    if (!f->write_hooks.empty()) {
      s.fields.insert(s.fields.begin() + 3, {"field.write_hooks", names_of(f->write_hooks), {}});
    }
    return s;
  }

  Selection object(ObjectId id) const {
    const ObjectState* o = find_object(state_, id);
    if (o == nullptr) return {};
    Selection s{.title = pen_.t("selection.object", {o->label}), .fields = {}};
    s.fields.push_back({"field.kind", pen_.t(kind_key(o->kind)), by_kernel()});
    for (std::size_t i = 0; i < o->fill.size(); ++i) {
      // A pipe's bytes are read at its first end; a socket's by itself.
      const FileState* reader = i < o->files.size() ? find_file(state_, o->files[i]) : nullptr;
      const Origin level = reader == nullptr ? Origin{} : of_level(reader->fds);
      const std::string holds = std::to_string(o->fill[i]);
      if (o->kind == ObjectKind::signalfd) {
        const std::string names = signals_text(*o);
        s.fields.push_back(
            {"field.pending", names.empty() ? pen_.t("file.no_signals") : names, {}});
      } else if (o->kind == ObjectKind::pidfd) {
        s.fields.push_back({"field.process", count_text(pen_, o->kind, o->fill[i]), {}});
      } else if (is_counter(o->kind)) {
        s.fields.push_back({"field.counter", holds, level});
      } else {
        const std::uint64_t most = i < o->capacity.size() ? o->capacity[i] : 0;
        const std::string bytes = bytes_text(o->fill[i]);
        s.fields.push_back({"field.unread",
                            most == 0 ? bytes : pen_.t("file.bytes_of", {bytes, bytes_text(most)}),
                            level});
      }
    }
    if (o->places > 0) {
      s.fields.push_back(
          {"field.messages",
           pen_.t("file.messages_of", {std::to_string(o->messages), std::to_string(o->places)}),
           {}});
    }
    if (o->unsent > 0) s.fields.push_back({"field.unsent", bytes_text(o->unsent), {}});
    if (o->kind == ObjectKind::pty) s.fields.push_back({"field.typed", bytes_text(o->typed), {}});
    std::vector<std::string> files;
    for (const FileId f : o->files) {
      const FileState* known = find_file(state_, f);
      files.push_back(known == nullptr ? pen_.t("file.closed") : known->label);
    }
    s.fields.push_back({"field.files", listed(pen_, files), by_kernel()});
    return s;
  }

  Selection thread(std::string_view name) const {
    const auto t = std::ranges::find_if(
        state_.threads, [&](const ThreadState& each) { return print(each.actor) == name; });
    if (t == state_.threads.end()) return {};
    Selection s{.title = pen_.t("selection.thread", {std::string(name)}), .fields = {}};
    if (t->state == TaskState::zombie) {
      s.fields.push_back({"field.zombie", yes(true), by_kernel()});
      return s;
    }
    const bool asleep = t->state != TaskState::idle;
    s.fields.push_back({"field.asleep", yes(asleep), by_kernel()});
    if (!asleep) return s;
    s.fields.push_back({"field.call", t->call, by_kernel()});
    s.fields.push_back({"field.on", t->on, by_kernel()});
    s.fields.push_back({"field.timeout", timeout_text(pen_, t->timeout_ns), by_kernel()});
    return s;
  }

  const Sketch& pen_;
  const StageModel& model_;
  const State& state_;
  Sight seen_;
};

}  // namespace

Selection selection_of(const Sketch& pen, const StageModel& model) {
  if (pen.input().selected.empty()) return {};
  const auto moment = model.now();
  return Teller(pen, model, *moment).tell();
}

std::vector<Said> said_of(const Sketch& pen, const Selection& selection) {
  std::vector<Said> lines;
  for (const Field& field : selection.fields) {
    const std::string name = pen.t(field.key);
    std::string source;
    switch (field.origin.source) {
      case Source::kernel:
        source = field.origin.step > 0
                     ? pen.t("source.kernel_at", {std::to_string(field.origin.step)})
                     : pen.t("source.kernel");
        break;
      case Source::xray:
        source = pen.t("source.xray");
        break;
      case Source::model:
        source = pen.t("source.model");
        break;
    }
    lines.push_back({pen.t("field.line", {name, field.value}), std::move(source), Role::text});
  }
  return lines;
}

}  // namespace epollscope::scene
