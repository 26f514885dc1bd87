// The kernel: the instance with ready list, sleepers and interest list; below it the watched
// files. Plans all parts, takes the roomiest density that fits, then draws.
#include <algorithm>
#include <array>

#include "app/scene/kernel_parts.h"

namespace epollscope::scene {
namespace {

constexpr float kLeastWidth = 460;
constexpr float kTop = 40;     // the panel's heading
constexpr float kSide = 16;    // panel to instance
constexpr float kInside = 16;  // instance to its contents
constexpr float kHeader = 36;  // the instance's own heading
constexpr float kTreeCaption = 36;
constexpr float kTreeNote = 19;  // its second line, where there is room
constexpr float kGutter = 20;    // where wires bend
constexpr float kFilesCaption = 30;

struct Densities {
  Density ready, tree, files;
  bool note = false;  // what the tree is ordered by, on a line of its own
};
// From roomy to tight: the files give way last, as their three layers are the lesson.
constexpr std::array kDensities = {
    Densities{Density::full, Density::full, Density::full, true},
    Densities{Density::full, Density::compact, Density::full, true},
    Densities{Density::compact, Density::compact, Density::full, true},
    Densities{Density::compact, Density::compact, Density::full, false},
    Densities{Density::compact, Density::compact, Density::compact},
    Densities{Density::tight, Density::compact, Density::compact},
    Densities{Density::tight, Density::tight, Density::compact},
    Densities{Density::tight, Density::tight, Density::tight},
};

struct Plan {
  Densities density = kDensities.front();
  TreePlan tree;
  FilesPlan files;
  float width = 0;
  float instance = 0;  // heights
  float others = 0;
  float total = 0;
};

float needed_instance(const KernelContext& c, const Plan& plan) {
  return kHeader + ready_height(c, plan.density.ready) + kTreeCaption +
         (plan.density.note ? kTreeNote : 0) + plan.tree.height + 14;
}

Plan plan_for(const KernelContext& c, const std::vector<const ObjectState*>& objects, float width,
              float height, const Densities& density) {
  Plan plan;
  plan.density = density;
  plan.width = width;
  if (c.ep == nullptr) {
    plan.instance = 120;
  } else {
    plan.tree = plan_tree(c, width - 2 * kSide - 2 * kInside, density.tree);
    plan.instance = needed_instance(c, plan);
  }
  plan.others = others_height(c, width - 2 * kSide);
  const float rest = kTop + plan.instance + kGutter + plan.others + kFilesCaption + 6;
  plan.files = plan_files(c, objects, width - 2 * kSide - 4, height - rest, density.files);
  plan.total = rest + plan.files.height;
  return plan;
}

Plan choose_plan(const KernelContext& c, float width, float height) {
  const auto objects = files_in_order(c);
  Plan plan;
  bool found = false;
  for (const Densities& d : kDensities) {
    Plan next = plan_for(c, objects, width, height, d);
    const bool fits = next.total <= height;
    // Where files are folded, a second row of them is worth a closer drawing of the rest.
    const bool one_row = next.files.left_out > 0 && next.files.height < 80;
    const bool better = next.files.objects.size() > plan.files.objects.size();
    if (!found || (fits && better)) plan = std::move(next);
    found = found || fits;
    if (fits && !one_row) break;
  }
  // What is left over goes into the instance, so that the files stay where they are.
  plan.instance += std::max(0.0F, height - plan.total);
  plan.total = std::max(plan.total, height);
  return plan;
}

void draw_instance_header(Sketch& pen, const KernelContext& c, Rect box) {
  const EventpollState& ep = *c.ep;
  const float y = box.y + 25;
  float x = box.x + kInside;
  const float right = box.right() - kInside;
  x += pen.text({x, y}, pen.t("kernel.instance"), {Face::sans, 13, Role::text_dim}, 200) + 10;
  x += pen.text({x, y}, ep.name, {Face::mono_bold, 14, Role::text}, (right - x) * 0.4F) + 10;
  const std::string fd =
      ep.fds.empty() ? pen.t("kernel.closed") : pen.t("item.fd", {descriptors_text(ep.fds)});
  x += pen.text({x, y}, fd, type::kFd.at(12.5F), right - x) + 20;
  pen.text({right, y}, "struct eventpoll", {Face::mono, 12, Role::text_faint}, right - x,
           Align::right);
  const std::string id = std::to_string(ep.fd.valid() ? ep.fd.value : ep.file.value);
  pen.hit("epoll:" + id, {box.x + 2, box.y + 2, box.w - 4, kHeader - 6},
          pen.t("hit.instance",
                {ep.name, id, std::to_string(ep.items.size()), std::to_string(ep.ready.size())}),
          10);
}

void draw_files_caption(Sketch& pen, const FilesPlan& plan, Rect line) {
  float x = line.x + pen.text({line.x, line.y}, pen.t("file.title"), type::kHead, line.w) + 12;
  if (plan.left_out > 0) {
    const std::string more = pen.t("file.left_out", {std::to_string(plan.left_out)});
    x += pen.text({x, line.y}, more, type::kWord.in(Role::text_dim), line.right() - x) + 12;
  }
  const bool layers = plan.style == FileStyle::full || plan.style == FileStyle::compact;
  pen.whole({x, line.y}, pen.t(layers ? "file.note" : "file.note_mini"), type::kNote,
            line.right() - x);
}

// The dotted border between user space and the kernel, and the way of events across it.
void draw_system_call_line(Sketch& pen, const KernelContext& c, Rect where, Point head) {
  pen.line({where.x - 10, where.y}, {where.x - 10, where.bottom()}, Role::line, 2, Stroke::dotted);
  const bool shows = head.y >= where.y + kTop && head.y <= where.bottom() && head.x >= where.x;
  if (c.ep == nullptr || !shows) return;
  const bool flows = c.instant != nullptr && c.instant->what == MicroStep::What::reported;
  const float y = head.y;
  pen.line({where.x - 18, y}, {head.x, y}, flows ? Role::in : Role::text_faint, flows ? 2.4F : 1.4F,
           flows ? Stroke::solid : Stroke::dashed);
  pen.add(Polygon{{{where.x - 19, y}, {where.x - 12, y - 4.5F}, {where.x - 12, y + 4.5F}},
                  flows ? Role::in : Role::text_faint});
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
    draw_files_caption(pen, plan.files, {files.x, files.bottom() + 24, files.w, 0});
    return {};
  }
  const float inner = x + kInside;
  const float inner_w = w - 2 * kInside;
  const Rect ready{inner, box.y + kHeader, inner_w, ready_height(c, plan.density.ready)};
  const float divider = ready.bottom();
  // What is left over at the bottom gives the caption a second line.
  const float slack = plan.instance - needed_instance(c, plan);
  const float second = plan.density.note || slack >= kTreeNote ? kTreeNote : 0;
  const Rect tree{inner, divider + kTreeCaption + second, inner_w, plan.tree.height};
  pen.box(box, Role::panel, Role::line_faint, 12, 1.5F);
  draw_instance_header(pen, c, box);
  pen.line({inner - 4, divider}, {inner + inner_w + 4, divider}, Role::line_faint);
  draw_tree_caption(pen, *c.ep, plan.tree, {inner, divider + 24, inner_w, second});
  ends.nodes = tree_places(*c.ep, plan.tree, tree);
  ends.instances = place_others(c, others);
  // Wires of many items say nothing; those of the items written out below the tree do.
  const bool dots = plan.tree.style == NodeStyle::dot || plan.tree.folded;
  const bool calm = dots ? plan.tree.focus.size() <= 8 : plan.files.left_out == 0;
  WireEnds lower = ends;
  if (dots) lower.nodes = focus_places(plan.tree, tree);
  draw_hook_wires(pen, c, plan.files, files, lower, box.bottom() + kGutter / 2, calm);
  draw_others(pen, c, ends.instances, box);
  draw_tree(pen, *c.ep, plan.tree, tree, c.instant);
  draw_files(pen, c, plan.files, files);
  ends.ready = draw_ready(pen, c, ready, plan.density.ready);
  draw_instant(pen, c, ends);
  draw_files_caption(pen, plan.files, {files.x, files.bottom() + 24, files.w, 0});
  return ends.ready.head;
}

// How much of the contents lies beside what shows of them.
void draw_scroll_bars(Sketch& pen, const KernelView& view) {
  constexpr float kThick = 4, kEdge = 2;
  const Rect& r = view.inside;
  const float w = r.w / view.camera.zoom;
  const float h = r.h / view.camera.zoom;
  if (view.height > h + 1) {
    pen.box({r.right() - kThick - kEdge, r.y + r.h * view.camera.y / view.height, kThick,
             r.h * h / view.height},
            Role::line, Role::none, kThick / 2);
  }
  if (view.width > w + 1) {
    pen.box({r.x + r.w * view.camera.x / view.width, r.bottom() - kThick - kEdge,
             r.w * w / view.width, kThick},
            Role::line, Role::none, kThick / 2);
  }
}

std::string kernel_note(const Sketch& pen, const StageModel& model) {
  // What a distribution appends to the number says nothing to a reader.
  return model.release.empty()
             ? pen.t("kernel.model_only")
             : pen.t("kernel.release", {model.release.substr(0, model.release.find('-'))});
}

}  // namespace

void draw_no_instance(Sketch& pen, Rect box) {
  pen.box(box, Role::none, Role::panel_border, 12, 1.5F, Stroke::dashed);
  const float y = box.center().y;
  pen.text({box.center().x, y - 4}, pen.t("kernel.no_instance"), type::kHead.in(Role::text_dim),
           box.w - 40, Align::center);
  pen.text({box.center().x, y + 18}, pen.t("kernel.no_instance_hint"), type::kNote.at(13),
           box.w - 40, Align::center);
}

KernelView draw_kernel(Sketch& pen, const StageModel& model, Rect where) {
  const auto moment = model.now();
  const State& state = *moment;
  const KernelContext c = context_of(model, state, pen.input().selected);
  pen.box(where, Role::none, Role::panel_border, 8);
  const Rect inside{where.x + 1, where.y + kTop - 6, where.w - 2, where.h - kTop + 5};
  const Plan plan = choose_plan(c, std::max(kLeastWidth, where.w), where.h);
  // The contents are drawn as if there were nothing else, and looked at afterwards.
  Scene contents;
  Sketch apart(contents, pen.input());
  const Point head = draw_contents(apart, c, plan, {-1, 6 - kTop});
  const KernelView view =
      settle(pen.input().camera, inside, plan.width - 2, plan.total - kTop + 5,
             pen.input().camera.follow ? rects_of_step(c, contents) : std::vector<Rect>());
  const Rect at = to_picture(view, {0, 0, 1, 1});
  enlarge(contents, view.camera.zoom, {at.x, at.y});
  const Rect instance{kSide - 1, 6, plan.width - 2 * kSide, plan.instance};
  pen.dots(where, c.ep == nullptr ? Rect{} : meet(inside, to_picture(view, instance)));
  pen.clip(inside);
  pen.paste(std::move(contents));
  pen.unclip();
  draw_scroll_bars(pen, view);
  const float baseline = where.y + 27;
  const float taken =
      pen.text({where.x + 18, baseline}, pen.t("kernel.zone"), type::kZone, where.w - 36);
  const int guessed = model.guessed_from();
  pen.text(
      {where.right() - 18, baseline},
      guessed > 0 ? pen.t("kernel.guessed", {std::to_string(guessed)}) : kernel_note(pen, model),
      type::kNote.in(guessed > 0 ? Role::warn : type::kNote.color), where.w - taken - 60,
      Align::right);
  const Rect head_at = to_picture(view, {head.x, head.y, 0, 0});
  draw_system_call_line(pen, c, where, {head_at.x, head_at.y});
  return view;
}

float roomy_kernel_height(const KernelContext& c, float width) {
  return plan_for(c, files_in_order(c), width, 0, kDensities.front()).total;
}

}  // namespace epollscope::scene
