// The lesson: its words for where the cursor stands, a question if one is due, and the last
// step explained.
#include <algorithm>

#include "app/scene/text_flow.h"
#include "app/scene/zones.h"

namespace epollscope::scene {
namespace {

constexpr float kMargin = 18;
constexpr float kProseLeading = 24;
constexpr float kSaidLeading = 21;

// What is said where the cursor stands: the text before the block of the next statement; behind
// the last one the closing words.
std::string_view prose_at(const StageModel& model) {
  const Lesson& lesson = *model.lesson;
  const auto& statements = lesson.program.statements;
  const int at = model.statement_at_cursor();
  int prose = -1;
  int blocks = -1;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const int here = statements[i].prose;
    blocks = std::max(blocks, here);
    if (static_cast<int>(i) <= at && here >= 0) prose = here;
  }
  if (at >= static_cast<int>(statements.size()) &&
      static_cast<int>(lesson.prose.size()) > blocks + 1) {
    prose = blocks + 1;
  }
  if (prose < 0 || static_cast<std::size_t>(prose) >= lesson.prose.size()) return {};
  return lesson.prose[static_cast<std::size_t>(prose)];
}

const Quiz* quiz_at(const StageModel& model) {
  if (model.micro) return nullptr;
  const int at = model.statement_at_cursor();
  const auto& quizzes = model.lesson->quizzes;
  const auto found = std::ranges::find(quizzes, at, &Quiz::after_statement);
  return found == quizzes.end() ? nullptr : &*found;
}

float draw_choices(Sketch& pen, const Quiz& quiz, Rect where) {
  float y = where.y;
  for (std::size_t i = 0; i < quiz.choices.size() && i < 9; ++i) {
    const Flow words =
        flow(read_markdown(quiz.choices[i].text, type::kProse.at(14), false), where.w - 34, 20);
    const float h = std::max(26.0F, words.height + 2);
    if (y + h > where.bottom()) break;
    const Point middle{where.x + 13, y + 13};
    pen.disc(middle, 12, Role::none, Role::text_faint, 1.4F);
    const Type letter{Face::sans_bold, 13, Role::text_dim};
    pen.text({middle.x, middle.y + 4.6F}, std::string(1, static_cast<char>('A' + i)), letter, 20,
             Align::center);
    draw_flow(pen, words, {where.x + 34, y - 2}, where.w - 34, where.bottom());
    y += h + 8;
  }
  return y;
}

float draw_quiz(Sketch& pen, const Quiz& quiz, Rect where) {
  const Flow question =
      flow(read_markdown(quiz.question, {Face::sans_bold, 14, Role::text}, false), where.w, 21);
  pen.line({where.x, where.y}, {where.right(), where.y}, Role::line_faint);
  const float y = draw_flow(pen, question, {where.x, where.y + 8}, where.w, where.bottom());
  return draw_choices(pen, quiz, {where.x, y + 14, where.w, where.bottom() - y - 14});
}

std::vector<Paragraph> said_paragraphs(const StageModel& model, Lang lang, float size) {
  std::vector<Paragraph> paragraphs;
  for (const Said& said : explain_step(model, lang)) {
    Paragraph p = plain(said.words, {Face::sans, size, said.color});
    if (!said.function.empty()) {
      p.runs.push_back({"  " + said.function, {Face::mono, size - 2.5F, Role::text_faint}});
    }
    p.space_before = 4;
    paragraphs.push_back(std::move(p));
  }
  return paragraphs;
}

}  // namespace

void draw_lesson(Sketch& pen, const StageModel& model, Rect where) {
  const std::string& title = model.lesson->title;
  const std::string_view prose = prose_at(model);
  const bool lesson = model.lesson->markdown;
  draw_panel(pen, where, pen.t(lesson ? "lesson.zone" : "lesson.zone_plain"), "");
  pen.clip(where);
  const Rect inside{where.x + kMargin, where.y + 40, where.w - 2 * kMargin, where.h - 56};
  const float bottom = inside.bottom();
  const bool small = where.w < 280 || where.h < 300;
  const float scale = small ? 0.87F : 1;
  float y = inside.y;
  if (!title.empty()) {
    const Type set = type::kTitle.at(small ? 17 : 22);
    const Flow words = flow({plain(title, set)}, inside.w, set.size * 1.25F);
    y = draw_flow(pen, words, {inside.x, y + 2}, inside.w, bottom) + 8;
  }
  const auto said =
      flow(said_paragraphs(model, pen.input().lang, 14 * scale), inside.w, kSaidLeading * scale);
  const Quiz* quiz = quiz_at(model);
  if (!prose.empty()) {
    const Flow words = flow(read_markdown(prose, type::kProse.at(15 * scale), true), inside.w,
                            kProseLeading * scale);
    // The explanation keeps at least a third of the panel, or what it needs if that is less.
    const float kept = std::min(said.height + 40, inside.h / 3);
    y = draw_flow(pen, words, {inside.x, y + 4}, inside.w, bottom - kept) + 22;
  }
  if (quiz != nullptr && bottom - y > 120) {
    y = draw_quiz(pen, *quiz, {inside.x, y, inside.w, bottom - y}) + 6;
  }
  if (!said.lines.empty() && bottom - y > 48) {
    const Type set{Face::sans_bold, 15 * scale, Role::selection};
    pen.text({inside.x, y + 16}, pen.t("lesson.what_happened"), set, inside.w);
    draw_flow(pen, said, {inside.x, y + 24}, inside.w, bottom);
  } else if (said.lines.empty() && prose.empty() && bottom - y > 40) {
    const Flow words =
        flow({plain(pen.t("lesson.begin"), type::kProse.in(Role::text_dim))}, inside.w, 23);
    draw_flow(pen, words, {inside.x, y + 6}, inside.w, bottom);
  }
  pen.unclip();
}

}  // namespace epollscope::scene
