// The question as a hall sees it: choices with a letter to call and a key to press.
#include <fmt/format.h>

#include <algorithm>

#include "app/scene/lecture.h"
#include "app/scene/text_flow.h"

namespace epollscope::scene {
namespace {

constexpr float kPad = 16, kLetter = 44, kKey = 26, kDisc = 15;
constexpr float kLeading = 1.28F, kBetween = 6;
constexpr std::size_t kMost = 9;  // choices: the keys 1 to 9

struct Laid {
  Flow question, reason;
  std::vector<Flow> choices;
  std::size_t columns = 1;  // 2: short choices, from left to right
  float width = 0;          // of a column
  [[nodiscard]] std::size_t rows() const { return (choices.size() + columns - 1) / columns; }
  [[nodiscard]] float row_height(std::size_t row) const {
    float height = 2 * kDisc;
    for (std::size_t i = row * columns; i < std::min((row + 1) * columns, choices.size()); ++i) {
      height = std::max(height, choices[i].height);
    }
    return height + kBetween;
  }
};

// Code is set smaller than the words around it, and must be large enough itself.
Flow words(std::string_view markdown, const Type& plain_type, float width) {
  const Type type = plain_type.at(plain_type.size / kCodeScale);
  return flow(read_markdown(markdown, type, false), width, type.size * kLeading);
}

Laid lay(const Asked& asked, float width) {
  Laid laid;
  const float inside = width - 2 * kPad;
  laid.question = words(asked.quiz->question, hall::head(), inside);
  const auto lay_choices = [&](std::size_t columns) {
    laid.columns = columns;
    laid.width = inside / static_cast<float>(columns);
    laid.choices.clear();
    for (const auto& choice : asked.quiz->choices) {
      if (laid.choices.size() == kMost) break;
      laid.choices.push_back(words(choice.text, hall::word(), laid.width - kLetter - kKey - kPad));
    }
  };
  lay_choices(2);
  const auto is_long = [](const Flow& choice) { return choice.lines.size() > 1; };
  if (std::ranges::any_of(laid.choices, is_long)) lay_choices(1);
  if (asked.open()) return laid;
  const std::string reason = "**" + asked.verdict + "** " + asked.quiz->reason;
  laid.reason = words(reason, hall::word(), inside);
  return laid;
}

void draw_mark(Sketch& pen, Point middle, std::size_t choice, const Asked& asked) {
  const bool taken = asked.answer && *asked.answer == static_cast<int>(choice);
  const bool right = asked.answer && asked.quiz->choices[choice].right;
  const Role fill = right ? Role::good : taken ? Role::bad : Role::none;
  pen.disc(middle, kDisc, fill, fill == Role::none ? Role::text_dim : fill, 2);
  if (fill == Role::none) {
    const Type letter = hall::head();
    pen.text({middle.x, middle.y + cap_height(letter.face, letter.size) / 2},
             std::string(1, static_cast<char>('A' + choice)), letter, 2 * kDisc, Align::center);
  } else if (right) {
    pen.tick(middle, 16, Role::panel, 3);
  } else {
    pen.line({middle.x - 5, middle.y - 5}, {middle.x + 5, middle.y + 5}, Role::panel, 3);
    pen.line({middle.x - 5, middle.y + 5}, {middle.x + 5, middle.y - 5}, Role::panel, 3);
  }
}

void draw_choice(Sketch& pen, const Asked& asked, std::size_t i, const Flow& text, Rect row) {
  pen.hit(fmt::format("quiz:{}:{}", asked.index, i), row,
          pen.t("hit.choice", {std::to_string(i + 1), asked.quiz->choices[i].text}));
  const float middle = row.center().y;
  draw_mark(pen, {row.x + kDisc + 2, middle}, i, asked);
  draw_flow(pen, text, {row.x + kLetter, middle - text.height / 2 - 2}, row.w - kLetter - kKey,
            row.bottom() + 4);
  if (!asked.open()) return;
  const Type key = hall::code().in(Role::text_dim);  // that takes it
  pen.text({row.right() - 6, middle + cap_height(key.face, key.size) / 2}, std::to_string(i + 1),
           key, kKey, Align::right);
}

}  // namespace

float hall_quiz_height(const Asked& asked, float width) {
  const Laid laid = lay(asked, width);
  float height = 2 * kPad - 6 + laid.question.height + kBetween + laid.reason.height;
  for (std::size_t row = 0; row < laid.rows(); ++row) height += laid.row_height(row);
  return height;
}

void draw_hall_quiz(Sketch& pen, const Asked& asked, Rect where) {
  pen.box(where, Role::panel, Role::panel_border, 10);
  const Laid laid = lay(asked, where.w);
  const float x = where.x + kPad;
  const float inside = where.w - 2 * kPad;
  const float bottom = where.bottom() - 4;
  draw_flow(pen, laid.question, {x, where.y + kPad - 6}, inside, bottom);
  float y = where.y + kPad - 6 + laid.question.height + kBetween;
  for (std::size_t row = 0; row < laid.rows() && y + 2 * kDisc <= bottom; ++row) {
    const float h = std::min(laid.row_height(row), bottom - y);
    for (std::size_t column = 0; column < laid.columns; ++column) {
      const std::size_t i = row * laid.columns + column;
      const float left = x + static_cast<float>(column) * laid.width;
      if (i < laid.choices.size()) {
        draw_choice(pen, asked, i, laid.choices[i], {left, y, laid.width - kPad, h});
      }
    }
    y += h;
  }
  if (laid.reason.lines.empty() || y > bottom) return;
  pen.hit("quiz:verdict", {x, y, inside, std::min(laid.reason.height, bottom - y)},
          asked.verdict + " " + asked.quiz->reason);
  draw_flow(pen, laid.reason, {x, y}, inside, bottom);
}

}  // namespace epollscope::scene
