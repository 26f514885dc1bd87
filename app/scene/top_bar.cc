// The bar of the window as still pictures show it: the same buttons, that cannot be pressed.
#include <algorithm>

#include "app/scene/zones.h"
#include "core/session/foretold.h"

namespace epollscope::scene {
namespace {

constexpr Type kButton{Face::sans_bold, 13, Role::text};

enum class Sign : std::uint8_t { none, first, back, step };

void draw_sign(Sketch& pen, Sign sign, Point left, Role color) {
  const auto triangle = [&](Point a, Point b, Point c) { pen.add(Polygon{{a, b, c}, color}); };
  const float x = left.x;
  const float y = left.y;
  if (sign == Sign::first) {
    pen.line({x, y - 6}, {x, y + 6}, color, 2);
    triangle({x + 13, y - 6.5F}, {x + 3, y}, {x + 13, y + 6.5F});
  } else if (sign == Sign::back) {
    triangle({x + 11, y - 7}, {x, y}, {x + 11, y + 7});
  } else if (sign == Sign::step) {
    triangle({x, y - 7}, {x + 12, y}, {x, y + 7});
  }
}

enum class Use : std::uint8_t { primary, plain, none };

float draw_button(Sketch& pen, float x, float middle, Sign sign, std::string_view words, Use use) {
  const bool primary = use == Use::primary;
  const float icon = sign == Sign::none ? 0 : 13;
  const float text = Sketch::width_of(words, kButton);
  const float gap = icon > 0 && text > 0 ? 7 : 0;
  const float w = 30 + icon + gap + text;
  const Role fill = primary ? Role::selection : Role::ground;
  const Role color = primary            ? Role::on_selection
                     : use == Use::none ? Role::text_faint
                                        : Role::text;
  pen.box({x, middle - 15, w, 30}, fill, primary ? Role::selection : Role::panel_border, 7);
  draw_sign(pen, sign, {x + 15, middle}, color);
  pen.text({x + 15 + icon + gap, middle + 4.8F}, words, kButton.in(color), text + 1);
  return x + w + 7;
}

struct Verdict {
  std::string words;
  Role color;
};

// The words of agreement that `room` has place for.
Verdict agreement(const Sketch& pen, const StageModel& model, const Type& set, float room) {
  const StepRecord* record = model.current();
  if (record == nullptr || !partly_seen(*record)) return {pen.t("ui.bar.agrees"), Role::good};
  const std::string words = pen.t("ui.bar.agrees_seen");
  const bool fits = Sketch::width_of(words, set) <= room;
  return {fits ? words : pen.t("ui.bar.seen"), Role::text_dim};
}

Verdict verdict(const Sketch& pen, const StageModel& model, const Type& set, float room) {
  if (model.differences > 0) {
    return {pen.t("ui.bar.differs", {std::to_string(model.differences)}), Role::bad};
  }
  if (model.expectations_failed > 0) {
    return {pen.t("ui.bar.failed", {std::to_string(model.expectations_failed)}), Role::bad};
  }
  if (model.release.empty()) return {pen.t("ui.bar.model_only"), Role::warn};
  if (const int n = model.not_modelled_from; n > 0) {
    return {pen.t("ui.bar.not_modelled", {std::to_string(n)}), Role::warn};
  }
  return agreement(pen, model, set, room);
}

int all_steps(const StageModel& model) {
  int calls = 0;
  for (const Statement& s : model.lesson->program.statements) {
    calls += std::holds_alternative<CallStatement>(s.what) ? 1 : 0;
  }
  return std::max(calls, static_cast<int>(model.steps.size()));
}

}  // namespace

void draw_top_bar(Sketch& pen, const StageModel& model, Rect where) {
  pen.box(where, Role::panel, Role::panel_border, 0);
  const float middle = where.y + where.h / 2;
  const float baseline = middle + 5;
  const std::string step = pen.t("ui.action.step");
  const std::string back = pen.t("ui.action.back");
  const std::string into = pen.t("ui.action.into");
  const std::string play = pen.t("ui.action.play");
  float buttons = 4 * 7 + 5 * 30 + 13 + 2 * 20;
  for (const std::string& s : {step, back, into, play}) buttons += Sketch::width_of(s, kButton);
  const float left = where.center().x - buttons / 2;

  float x = where.x + 20;
  x += pen.text({x, baseline + 1}, "epollscope", {Face::sans_bold, 17, Role::text}, left - x) + 20;
  const std::string at =
      pen.t("ui.bar.step_of", {std::to_string(model.step), std::to_string(all_steps(model))});
  const Type dim{Face::sans, 14, Role::text_dim};
  const float position = Sketch::width_of(at, dim) + 20;
  const std::string& title = model.lesson->title;
  const float for_title = left - 20 - position - x;
  if (!title.empty() && for_title > Sketch::width_of(title, dim) * 0.5F) {
    x += pen.text({x, baseline}, title, dim, for_title) + 20;
  }
  pen.text({x, baseline}, at, dim.in(Role::text_faint), left - 16 - x);

  const Use behind = model.step > 0 || model.micro ? Use::plain : Use::none;
  const bool ahead = model.step < all_steps(model) || model.micro;
  const Use onward = ahead ? Use::plain : Use::none;
  float b = draw_button(pen, left, middle, Sign::first, "", behind);
  b = draw_button(pen, b, middle, Sign::back, back, behind);
  b = draw_button(pen, b, middle, Sign::step, step, ahead ? Use::primary : Use::none);
  b = draw_button(pen, b, middle, Sign::none, into, onward);
  b = draw_button(pen, b, middle, Sign::none, play, onward);

  float right = where.right() - 20;
  const Type small{Face::sans, 13, Role::text_dim};
  right -= pen.text({right, baseline}, pen.t("ui.action.lecture"), small, right - b, Align::right);
  right -= 26;
  right -= pen.text({right, baseline}, pen.t("ui.bar.languages"), small, right - b, Align::right);
  right -= 32;
  const Verdict v = verdict(pen, model, small, right - b);
  pen.text({right, baseline}, v.words, small.in(v.color), right - b, Align::right);
}

}  // namespace epollscope::scene
