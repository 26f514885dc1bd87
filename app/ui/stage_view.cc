#include "app/ui/stage_view.h"

#include <imgui.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <tuple>

namespace epollscope::ui {
namespace {

constexpr float kScrollDp = 48;
constexpr float kWheelZoom = 1.15F;  // a notch
constexpr float kDragDp = 4;         // less is a click

std::optional<int> number_after(std::string_view id, std::string_view prefix) {
  if (!id.starts_with(prefix)) return std::nullopt;
  int number = 0;
  const auto [end, error] =
      std::from_chars(id.data() + prefix.size(), id.data() + id.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

const scene::Hit* under(const scene::Scene& scene, scene::Point p) {
  for (auto it = scene.hits.rbegin(); it != scene.hits.rend(); ++it) {
    if (it->rect.contains(p)) return &*it;
  }
  return nullptr;
}

void click(Ui& ui, ViewState& view, const scene::Hit* hit) {
  if (hit == nullptr) {
    view.selected.clear();
  } else if (const auto row = number_after(hit->id, "statement:")) {
    ui.emit(ActionId::go_to_statement, {.number = *row});
  } else if (const auto step = number_after(hit->id, "step:")) {
    ui.emit(ActionId::go_to_step, {.number = *step});
  } else if (hit->id.starts_with("quiz:")) {
    const auto choice = number_after(hit->id, hit->id.substr(0, hit->id.rfind(':') + 1));
    if (choice) ui.emit(ActionId::answer, {.number = *choice});
  } else if (hit->id == "lecture:leave") {
    ui.emit(ActionId::lecture);
  } else if (hit->id == "lecture:step") {
    ui.emit(ActionId::step);
  } else if (hit->id == "lecture:back") {
    ui.emit(ActionId::back);
  } else if (hit->id == "else") {
    ui.emit(ActionId::builder);
  } else {
    view.selected = view.selected == hit->id ? std::string() : hit->id;
  }
}

void scroll(ViewState& view, const Stage& stage, scene::Point p, float wheel_x, float wheel_y) {
  if (stage.zones.kernel.contains(p)) {
    if (ImGui::GetIO().KeyCtrl) {
      view.camera = scene::zoomed(stage.kernel, std::pow(kWheelZoom, wheel_y), p);
      view.camera.follow = false;
    } else {
      view.camera = scene::panned(stage.kernel, wheel_x * kScrollDp, wheel_y * kScrollDp);
    }
    return;
  }
  if (!stage.zones.user.contains(p) || wheel_y == 0) return;
  if (view.program_scroll < 0) {
    view.program_scroll = 0;
    for (const scene::Hit& hit : stage.scene->hits) {
      const auto row = number_after(hit.id, "statement:");
      if (row) {
        view.program_scroll = *row;
        break;
      }
    }
  }
  view.program_scroll = std::max(0, view.program_scroll - static_cast<int>(wheel_y * 3));
}

// Drags the kernel's contents by their ground, or by anything with the middle button. True while
// the mouse holds them.
bool pan(Ui& ui, ViewState& view, const Stage& stage, scene::Point p) {
  if (!view.panning) return false;
  const ImGuiIO& io = ImGui::GetIO();
  const bool held = io.MouseDown[ImGuiMouseButton_Left] || io.MouseDown[ImGuiMouseButton_Middle];
  const auto dragged = [&](int button) {
    return io.MouseDragMaxDistanceSqr[button] >= ui.px(kDragDp) * ui.px(kDragDp);
  };
  if (held) {
    if (dragged(ImGuiMouseButton_Left) || dragged(ImGuiMouseButton_Middle)) {
      view.hovered.clear();
      view.camera =
          scene::panned(stage.kernel, io.MouseDelta.x / ui.px(1), io.MouseDelta.y / ui.px(1));
    }
    return true;
  }
  view.panning = false;
  const bool clicked =
      ImGui::IsMouseReleased(ImGuiMouseButton_Left) && !dragged(ImGuiMouseButton_Left);
  if (clicked) click(ui, view, under(*stage.scene, p));
  return true;
}

// What the mouse does to the picture.
void point_at(Ui& ui, ViewState& view, const Stage& stage, bool reachable) {
  const ImGuiIO& io = ImGui::GetIO();
  if (!reachable || io.WantCaptureMouse) {
    view.hovered.clear();
    view.panning = false;
    return;
  }
  const scene::Point p{io.MousePos.x / ui.px(1), io.MousePos.y / ui.px(1)};
  if (pan(ui, view, stage, p)) return;
  const scene::Hit* hit = under(*stage.scene, p);
  view.hovered = hit == nullptr ? std::string() : hit->id;
  if (hit != nullptr && !hit->label.empty()) ui.tooltip(hit->label);
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) {
    // Ground is let go of before it is known whether it was clicked or dragged.
    view.panning = hit == nullptr && stage.kernel.inside.contains(p);
    if (!view.panning) click(ui, view, hit);
  }
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Middle)) {
    view.panning = stage.kernel.inside.contains(p);
  }
  if (ImGui::IsMouseClicked(ImGuiMouseButton_Right) && hit != nullptr) {
    view.menu = hit->id;
    view.menu_x = io.MousePos.x;
    view.menu_y = io.MousePos.y;
  }
  if (io.MouseWheel != 0 || io.MouseWheelH != 0)
    scroll(view, stage, p, io.MouseWheelH, io.MouseWheel);
}

}  // namespace

const Stage& StageKeeper::stage_of(const Desk& desk, std::map<ActorId, std::int64_t> elapsed_ns,
                                   float width, float height, bool lesson, bool timeline) {
  const ViewState& view = desk.view;
  Shown now{.input = {.session = &desk.session(),
                      .step = view.step,
                      .micro = view.micro,
                      .selected = view.selected,
                      .hovered = view.hovered,
                      .width = width,
                      .height = height,
                      .lang = view.lang,
                      .program_scroll = view.program_scroll,
                      .camera = view.camera,
                      .elapsed_ns = std::move(elapsed_ns),
                      .answers = view.answers},
            .version = desk.session().version(),
            .lecture = view.lecture.has_value(),
            .lesson = lesson,
            .timeline = timeline};
  if (shown_ != now) {
    stage_ = build(now);
    shown_ = std::move(now);
  }
  return stage_;
}

Stage StageKeeper::build(const Shown& what) {
  const scene::StageInput& input = what.input;
  if (what.lecture) {
    return {.scene = std::make_shared<scene::Scene>(scene::build(input, scene::View::lecture)),
            .zones = {},
            .kernel = {}};
  }
  const float width = input.width, height = input.height;
  const bool asks = what.lesson && scene::question_at(input).has_value();
  Stage stage{.scene = {}, .zones = scene::zones_of(width, height, asks), .kernel = {}};
  scene::Scene scene{.width = width, .height = height, .shapes = {}, .hits = {}};
  scene.shapes.emplace_back(
      scene::Box{.rect = {0, 0, width, height}, .radius = 0, .fill = Role::ground});
  stage.kernel = scene::build_kernel(input, stage.zones.kernel, scene);
  scene::build_user_space(input, stage.zones.user, scene);
  if (what.lesson) scene::build_lesson(input, stage.zones.lesson, scene);
  if (what.timeline && !stage.zones.no_timeline)
    scene::build_timeline(input, stage.zones.timeline, scene);
  stage.scene = std::make_shared<scene::Scene>(std::move(scene));
  return stage;
}

void show_stage(Ui& ui, Editing edit, const Stage& stage,
                const std::shared_ptr<const scene::Scene>& scene, bool reachable) {
  ViewState& view = edit.view;
  view.kernel = stage.kernel;
  ui.painter().draw_whole(*ImGui::GetBackgroundDrawList(), scene, view.theme);
  const auto looks = [&view] {
    return std::tuple(view.selected, view.hovered, view.menu, view.program_scroll, view.camera,
                      view.panning);
  };
  const auto before = looks();
  for (const scene::Hit& hit : scene->hits) {
    const scene::Rect px{ui.px(hit.rect.x), ui.px(hit.rect.y), ui.px(hit.rect.w),
                         ui.px(hit.rect.h)};
    ui.hit(hit.id, px, hit.label);
    if (reachable && ui.reach(hit.id, px, hit.label)) click(ui, view, &hit);
  }
  point_at(ui, view, stage, reachable);
  if (looks() != before) ui.draw_again();
}

}  // namespace epollscope::ui
