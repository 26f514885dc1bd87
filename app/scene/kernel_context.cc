// Which epoll instance is shown open, and where the things are that the step is about.
#include <algorithm>
#include <charconv>
#include <map>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

// The descriptor of the instance that a call is about; not valid: about none.
Fd epfd_of(const Request& request) {
  if (const auto* ctl = std::get_if<EpollCtl>(&request.op)) return ctl->epfd;
  if (const auto* wait = std::get_if<EpollWait>(&request.op)) return wait->epfd;
  return {};
}

// The instance that a step is about: its call names it, or an item of it joined the ready list.
const EventpollState* subject_of(const StepRecord& step, const State& state) {
  const auto& all = state.eventpolls;
  if (const Fd fd = epfd_of(step.request); fd.valid()) {
    const auto found = std::ranges::find(all, fd, &EventpollState::fd);
    return found == all.end() ? nullptr : &*found;
  }
  const auto queued = std::ranges::find(step.micro, MicroStep::What::queued, &MicroStep::what);
  if (queued == step.micro.end()) return nullptr;
  const auto found = std::ranges::find(all, queued->eventpoll, &EventpollState::file);
  return found == all.end() ? nullptr : &*found;
}

// The instance that the newest step about any was about, where there are several.
const EventpollState* in_play(const StageModel& model, const State& state) {
  if (state.eventpolls.size() < 2) return nullptr;
  for (int n = model.step; n > 0; --n) {
    const StepRecord& step = model.steps[static_cast<std::size_t>(n - 1)];
    if (const EventpollState* ep = subject_of(step, state)) return ep;
  }
  return nullptr;
}

}  // namespace

EpitemId item_after(std::string_view id, std::string_view kind) {
  EpitemId item;
  if (id.starts_with(kind)) {
    std::from_chars(id.data() + kind.size(), id.data() + id.size(), item.value);
  }
  return item;
}

KernelContext context_of(const StageModel& model, const State& state, std::string_view selected) {
  KernelContext c{.model = model,
                  .state = state,
                  .others = {},
                  .instant = model.instant(),
                  .selected = selected};
  c.ep = in_play(model, state);
  EpitemId item;
  for (const std::string_view kind : {"item:", "ready:", "subtree:"}) {
    if (!item.valid()) item = item_after(selected, kind);
  }
  for (const EventpollState& ep : state.eventpolls) {
    const int id = ep.fd.valid() ? ep.fd.value : ep.file.value;
    const bool chosen = selected == "epoll:" + std::to_string(id);
    if (c.ep == nullptr || chosen) c.ep = &ep;
    if (chosen) break;
    if (item.valid() && find_item(ep, item) != nullptr) c.ep = &ep;
  }
  for (const EventpollState& ep : state.eventpolls) {
    if (&ep != c.ep) c.others.push_back(&ep);
  }
  return c;
}

std::vector<Rect> rects_of_step(const KernelContext& c, const Scene& contents) {
  const StepRecord* step = c.model.current();
  if (step == nullptr) return {};
  std::vector<std::string> ids;
  const auto note = [&](std::string_view kind, int number) {
    std::string id = std::string(kind) + std::to_string(number);
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
  };
  const auto happened = c.model.happened();
  for (auto m = happened.rbegin(); m != happened.rend(); ++m) {
    if (m->item.valid()) {
      note("ready:", m->item.value);
      note("item:", m->item.value);
    }
    if (!m->file.valid()) continue;
    note("hook:", m->file.value);
    const FileState* file = find_file(c.state, m->file);
    if (file != nullptr) note("object:", file->object.value);
  }
  for (const auto& [name, fd] : step->bound) ids.push_back("fd:" + descriptor_text(fd));
  std::map<std::string_view, Rect> places;
  for (const Hit& hit : contents.hits) places[hit.id] = hit.rect;
  std::vector<Rect> rects;
  for (const std::string& id : ids) {
    if (const auto at = places.find(id); at != places.end()) rects.push_back(at->second);
  }
  return rects;
}

}  // namespace epollscope::scene
