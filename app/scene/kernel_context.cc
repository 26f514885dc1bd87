// Which epoll instance is shown open.
#include <algorithm>

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

KernelContext context_of(const StageModel& model, const State& state, std::string_view selected) {
  KernelContext c{.model = model, .state = state, .others = {}, .instant = model.instant()};
  c.ep = in_play(model, state);
  for (const EventpollState& ep : state.eventpolls) {
    const int id = ep.fd.valid() ? ep.fd.value : ep.file.value;
    const bool chosen = selected == "epoll:" + std::to_string(id);
    if (c.ep == nullptr || chosen) c.ep = &ep;
    if (chosen) break;
    for (const ItemState& item : ep.items) {
      const std::string number = std::to_string(item.id.value);
      if (selected == "item:" + number || selected == "ready:" + number) c.ep = &ep;
    }
  }
  for (const EventpollState& ep : state.eventpolls) {
    if (&ep != c.ep) c.others.push_back(&ep);
  }
  return c;
}

}  // namespace epollscope::scene
