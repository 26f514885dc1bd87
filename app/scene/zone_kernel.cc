// The kernel: the instance with ready list, sleepers and interest list; below it the watched
// files. Plans all parts, takes the roomiest density that fits, then draws.
#include <algorithm>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

constexpr float kLeastWidth = 460;
constexpr float kTop = 40;     // the panel's heading
constexpr float kSide = 16;    // panel to instance
constexpr float kInside = 16;  // instance to its contents
constexpr float kHeader = 36;  // the instance's own heading
constexpr float kTreeCaption = 40;
constexpr float kGutter = 22;  // where wires bend
constexpr float kFilesCaption = 34;
constexpr float kOthers = 46;

struct Plan {
  Density density = Density::full;
  TreePlan tree;
  FilesPlan files;
  float width = 0;
  float instance = 0;  // heights
  float others = 0;
  float total = 0;
};

Plan plan_for(const KernelContext& c, float width, Density density) {
  Plan plan;
  plan.density = density;
  plan.width = width;
  plan.files = plan_files(c, width - 2 * kSide, density);
  if (c.ep == nullptr) {
    plan.instance = 120;
  } else {
    plan.tree = plan_tree(*c.ep, width - 2 * kSide - 2 * kInside, density);
    plan.instance = kHeader + ready_height(c, density) + kTreeCaption + plan.tree.height + 14;
  }
  plan.others = c.others.empty() ? 0 : kOthers;
  plan.total = kTop + plan.instance + kGutter + plan.others + plan.files.height + kFilesCaption + 6;
  return plan;
}

Plan choose_plan(const KernelContext& c, float width, float height) {
  for (const Density d : {Density::full, Density::compact, Density::tight}) {
    Plan plan = plan_for(c, width, d);
    if (plan.total <= height || d == Density::tight) {
      // What is left over goes into the instance, so that the files stay where they are.
      plan.instance += std::max(0.0F, height - plan.total);
      plan.total = std::max(plan.total, height);
      return plan;
    }
  }
  return {};
}

void draw_instance_header(Sketch& pen, const KernelContext& c, Rect box) {
  const EventpollState& ep = *c.ep;
  const float y = box.y + 25;
  float x = box.x + kInside;
  const float right = box.right() - kInside;
  x += pen.text({x, y}, pen.t("kernel.instance"), {Face::sans, 13, Role::text_dim}, 200) + 10;
  x += pen.text({x, y}, ep.name, {Face::mono_bold, 14, Role::text}, (right - x) * 0.4F) + 10;
  const std::string fd =
      ep.fd.valid() ? pen.t("item.fd", {std::to_string(ep.fd.value)}) : pen.t("kernel.closed");
  x += pen.text({x, y}, fd, type::kFd.at(12.5F), right - x) + 20;
  pen.text({right, y}, "struct eventpoll", {Face::mono, 12, Role::text_faint}, right - x,
           Align::right);
  const std::string id = std::to_string(ep.fd.valid() ? ep.fd.value : ep.file.value);
  pen.hit("epoll:" + id, {box.x + 2, box.y + 2, box.w - 4, kHeader - 6},
          pen.t("hit.instance",
                {ep.name, id, std::to_string(ep.items.size()), std::to_string(ep.ready.size())}),
          10);
}

void draw_no_instance(Sketch& pen, Rect box) {
  pen.box(box, Role::none, Role::panel_border, 12, 1.5F, Stroke::dashed);
  const float y = box.center().y;
  pen.text({box.center().x, y - 4}, pen.t("kernel.no_instance"), type::kHead.in(Role::text_dim),
           box.w - 40, Align::center);
  pen.text({box.center().x, y + 18}, pen.t("kernel.no_instance_hint"), type::kNote.at(13),
           box.w - 40, Align::center);
}

// Other instances as small live cards.
std::map<FileId, Rect> draw_others(Sketch& pen, const KernelContext& c, Rect where) {
  std::map<FileId, Rect> places;
  const auto n = static_cast<float>(c.others.size());
  const float w = std::clamp((where.w - (n - 1) * 10) / n, 150.0F, 300.0F);
  float x = where.x;
  for (std::size_t i = 0; i < c.others.size(); ++i) {
    const EventpollState& ep = *c.others[i];
    const bool more = i + 1 < c.others.size();
    if (more && x + 2 * w + 10 > where.right() + 1) {
      pen.text({x + 6, where.y + 21},
               pen.t("kernel.more_instances", {std::to_string(c.others.size() - i)}),
               type::kWord.in(Role::text_dim), where.right() - x - 6);
      break;
    }
    const Rect at{x, where.y, std::min(w, where.right() - x), 32};
    pen.box(at, Role::raised, Role::line, 9);
    const float taken = pen.text({at.x + 12, at.y + 21}, ep.name, type::kName.at(13), at.w * 0.4F);
    pen.text({at.right() - 10, at.y + 21},
             pen.t("kernel.live", {std::to_string(ep.items.size()), std::to_string(ep.ready.size()),
                                   std::to_string(ep.waiters.size())}),
             type::kNote, at.w - taken - 34, Align::right);
    const std::string id = std::to_string(ep.fd.valid() ? ep.fd.value : ep.file.value);
    pen.hit("epoll:" + id, at,
            pen.t("hit.instance",
                  {ep.name, id, std::to_string(ep.items.size()), std::to_string(ep.ready.size())}),
            9);
    places[ep.file] = at;
    x += w + 10;
  }
  return places;
}

void draw_files_caption(Sketch& pen, Rect line) {
  const float taken = pen.text({line.x, line.y}, pen.t("file.title"), type::kHead, line.w) + 12;
  pen.text({line.x + taken, line.y}, pen.t("file.note"), type::kNote, line.w - taken);
}

// The dotted border between user space and the kernel, and the way of events across it.
void draw_system_call_line(Sketch& pen, const KernelContext& c, Rect where, Point head) {
  pen.line({where.x - 10, where.y}, {where.x - 10, where.bottom()}, Role::line, 2, Stroke::dotted);
  if (c.ep == nullptr || head.y - 8 < where.y + kTop || head.y > where.bottom()) return;
  const bool flows = c.instant != nullptr && c.instant->what == MicroStep::What::reported;
  const float y = head.y - 8;
  pen.line({where.x - 18, y}, {head.x, y}, flows ? Role::in : Role::text_faint, flows ? 2.4F : 1.4F,
           flows ? Stroke::solid : Stroke::dashed);
}

Point draw_contents(Sketch& pen, const KernelContext& c, const Plan& plan, Point origin) {
  const float x = origin.x + kSide;
  const float w = plan.width - 2 * kSide;
  const Rect box{x, origin.y + kTop, w, plan.instance};
  const Rect others{x, box.bottom() + kGutter, w, plan.others};
  const Rect files{x + 2, others.bottom(), w - 4, plan.files.height};
  WireEnds ends;
  if (c.ep == nullptr) {
    draw_no_instance(pen, box);
    draw_files(pen, c, plan.files, files);
    draw_files_caption(pen, {files.x, files.bottom() + 24, files.w, 0});
    return {};
  }
  const float inner = x + kInside;
  const float inner_w = w - 2 * kInside;
  const Rect ready{inner, box.y + kHeader, inner_w, ready_height(c, plan.density)};
  const float divider = ready.bottom();
  const Rect tree{inner, divider + kTreeCaption, inner_w, plan.tree.height};
  pen.box(box, Role::panel, Role::line_faint, 12, 1.5F);
  draw_instance_header(pen, c, box);
  pen.line({inner - 4, divider}, {inner + inner_w + 4, divider}, Role::line_faint);
  draw_tree_caption(pen, {inner, divider + 24, inner_w, 0});
  ends.nodes = tree_places(*c.ep, plan.tree, tree);
  ends.instances = draw_others(pen, c, others);
  const bool calm = plan.tree.style <= NodeStyle::chip && plan.files.left_out == 0;
  draw_hook_wires(pen, c, plan.files, files, ends, box.bottom() + kGutter / 2, calm);
  draw_tree_edges(pen, *c.ep, ends.nodes);
  draw_tree_nodes(pen, *c.ep, plan.tree, ends.nodes, tree, c.instant);
  draw_files(pen, c, plan.files, files);
  ends.ready = draw_ready(pen, c, ready, plan.density);
  draw_instant(pen, c, ends);
  draw_files_caption(pen, {files.x, files.bottom() + 24, files.w, 0});
  return ends.ready.head;
}

std::string kernel_note(const Sketch& pen, const StageModel& model) {
  return model.release.empty() ? pen.t("kernel.model_only")
                               : pen.t("kernel.release", {model.release});
}

}  // namespace

KernelContext context_of(const StageModel& model, const State& state, std::string_view selected) {
  KernelContext c{.model = model, .state = state, .instant = model.instant()};
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

void draw_kernel(Sketch& pen, const StageModel& model, Rect where) {
  const State state = model.now();
  const KernelContext c = context_of(model, state, pen.input().selected);
  pen.box(where, Role::ground, Role::panel_border, 8);
  pen.box(where, Role::ground_dots, Role::none, 8);
  const Plan plan = choose_plan(c, std::max(kLeastWidth, where.w), where.h);
  const float far_x = std::max(0.0F, plan.width - where.w);
  const float far_y = std::max(0.0F, plan.total - where.h);
  const Point origin{where.x - std::clamp(pen.input().kernel_scroll_x, 0.0F, far_x),
                     where.y - std::clamp(pen.input().kernel_scroll_y, 0.0F, far_y)};
  const Rect inside{where.x + 1, where.y + kTop - 6, where.w - 2, where.h - kTop + 5};
  pen.clip(inside);
  const Point head = draw_contents(pen, c, plan, origin);
  pen.unclip();
  if (far_y > 0) {
    const float h = inside.h * inside.h / (inside.h + far_y);
    const float y = inside.y + (inside.h - h) * (where.y - origin.y) / far_y;
    pen.box({where.right() - 7, y, 4, h}, Role::line, Role::none, 2);
  }
  const float baseline = where.y + 27;
  const float taken =
      pen.text({where.x + 18, baseline}, pen.t("kernel.zone"), type::kZone, where.w - 36);
  pen.text({where.right() - 18, baseline}, kernel_note(pen, model), type::kNote,
           where.w - taken - 60, Align::right);
  draw_system_call_line(pen, c, where, head);
}

void draw_tree_alone(Sketch& pen, const StageModel& model, Rect where) {
  const State state = model.now();
  const KernelContext c = context_of(model, state, pen.input().selected);
  pen.box(where, Role::panel, Role::panel_border, 8);
  pen.clip(where);
  if (c.ep == nullptr) {
    draw_no_instance(pen, {where.x + 16, where.y + 16, where.w - 32, where.h - 32});
  } else {
    const Rect tree{where.x + 20, where.y + 52, where.w - 40, where.h - 66};
    draw_tree_caption(pen, {tree.x, where.y + 28, tree.w, 0});
    TreePlan plan = plan_tree(*c.ep, tree.w, Density::full);
    for (const Density d : {Density::compact, Density::tight}) {
      if (plan.height > tree.h) plan = plan_tree(*c.ep, tree.w, d);
    }
    const auto places = tree_places(*c.ep, plan, tree);
    draw_tree_edges(pen, *c.ep, places);
    draw_tree_nodes(pen, *c.ep, plan, places, tree, c.instant);
  }
  pen.unclip();
}

void draw_ready_alone(Sketch& pen, const StageModel& model, Rect where) {
  const State state = model.now();
  const KernelContext c = context_of(model, state, pen.input().selected);
  pen.box(where, Role::panel, Role::panel_border, 8);
  pen.clip(where);
  if (c.ep == nullptr) {
    draw_no_instance(pen, {where.x + 16, where.y + 16, where.w - 32, where.h - 32});
  } else {
    const Density d = where.h > 170 ? Density::full : Density::tight;
    draw_ready(pen, c, {where.x + 20, where.y + 14, where.w - 40, where.h - 28}, d);
  }
  pen.unclip();
}

}  // namespace epollscope::scene
