#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "app/scene/quiz.h"
#include "app/scene/text_flow.h"

namespace epollscope::scene {
namespace {

constexpr float kLetter = 34;            // from the circle to the words
constexpr float kKey = 18;               // behind them, for the key that takes the choice
constexpr std::size_t kMostChoices = 9;  // choices: the keys 1 to 9

struct Choices {
  std::vector<Flow> words;
  std::vector<float> heights;
};

Flow question_flow(const Quiz& quiz, float width, float k) {
  return flow(read_markdown(quiz.question, {Face::sans_bold, 14 * k, Role::text}, false), width,
              21 * k);
}

Choices choices_of(const Quiz& quiz, float width, float k) {
  Choices choices;
  for (std::size_t i = 0; i < quiz.choices.size() && i < kMostChoices; ++i) {
    choices.words.push_back(
        flow(read_markdown(quiz.choices[i].text, type::kProse.at(14 * k), false),
             width - kLetter - kKey, 20 * k));
    choices.heights.push_back(std::max(26.0F, choices.words.back().height + 2) + 8 * k);
  }
  return choices;
}

// Right or not, and why; nothing while the question is open.
Flow reason_flow(const Asked& asked, float width, float k) {
  if (asked.open()) return {};
  std::vector<Paragraph> words = read_markdown(asked.quiz->reason, type::kProse.at(14 * k), false);
  if (words.empty()) words.emplace_back();
  auto& runs = words.front().runs;
  const Type set{Face::sans_bold, 14 * k, asked.right() ? Role::good : Role::bad};
  runs.insert(runs.begin(), {asked.verdict + " ", set});
  return flow(words, width, 20 * k);
}

void draw_mark(Sketch& pen, Point middle, std::size_t choice, const Asked& asked) {
  const bool taken = asked.answer && *asked.answer == static_cast<int>(choice);
  const bool right = asked.answer && asked.quiz->choices[choice].right;
  const Role fill = right ? Role::good : taken ? Role::bad : Role::none;
  pen.disc(middle, 12, fill, fill == Role::none ? Role::text_faint : fill, 1.4F);
  if (fill == Role::none) {
    const Type letter{Face::sans_bold, 13, Role::text_dim};
    pen.text({middle.x, middle.y + 4.6F}, std::string(1, static_cast<char>('A' + choice)), letter,
             20, Align::center);
  } else if (right) {
    pen.line({middle.x - 5, middle.y}, {middle.x - 1.5F, middle.y + 4}, Role::panel, 2.4F);
    pen.line({middle.x - 1.5F, middle.y + 4}, {middle.x + 5, middle.y - 4.5F}, Role::panel, 2.4F);
  } else {
    pen.line({middle.x - 4, middle.y - 4}, {middle.x + 4, middle.y + 4}, Role::panel, 2.4F);
    pen.line({middle.x - 4, middle.y + 4}, {middle.x + 4, middle.y - 4}, Role::panel, 2.4F);
  }
}

}  // namespace

bool Asked::right() const {
  return answer && *answer >= 0 && *answer < static_cast<int>(quiz->choices.size()) &&
         quiz->choices[static_cast<std::size_t>(*answer)].right;
}

Asked asked_at(const StageModel& model, const StageInput& input) {
  Asked asked;
  if (model.micro) return asked;
  const int next = model.statement_at_cursor();
  const int last = model.current() == nullptr ? -1 : model.current()->statement;
  const auto& quizzes = model.lesson->quizzes;
  for (std::size_t i = 0; i < quizzes.size() && asked.quiz == nullptr; ++i) {
    if (quizzes[i].after_statement <= last || quizzes[i].after_statement > next) continue;
    asked.quiz = &quizzes[i];
    asked.index = static_cast<int>(i);
  }
  if (const auto it = input.answers.find(asked.index); it != input.answers.end()) {
    asked.answer = it->second;
    asked.verdict = tr(input.lang, asked.right() ? "quiz.right" : "quiz.wrong");
  }
  return asked;
}

std::optional<int> question_at(const StageInput& input) {
  const Asked asked = asked_at(model_of(input), input);
  if (asked.quiz == nullptr) return std::nullopt;
  return asked.index;
}

float quiz_height(const Asked& asked, float width, float k) {
  const Choices choices = choices_of(*asked.quiz, width, k);
  return 8 + question_flow(*asked.quiz, width, k).height + 10 +
         reason_flow(asked, width, k).height +
         std::accumulate(choices.heights.begin(), choices.heights.end(), 0.0F);
}

void draw_quiz(Sketch& pen, const Asked& asked, Rect where, float k) {
  const Quiz& quiz = *asked.quiz;
  pen.line({where.x, where.y}, {where.right(), where.y}, Role::line_faint);
  const Flow question = question_flow(quiz, where.w, k);
  draw_flow(pen, question, {where.x, where.y + 8}, where.w, where.bottom());
  const Choices choices = choices_of(quiz, where.w, k);
  float y = where.y + 8 + question.height + 10;
  for (std::size_t i = 0; i < choices.words.size(); ++i) {
    const float h = choices.heights[i];
    pen.hit(fmt::format("quiz:{}:{}", asked.index, i), {where.x - 6, y - 4, where.w + 12, h},
            pen.t("hit.choice", {std::to_string(i + 1), quiz.choices[i].text}));
    if (asked.open()) {  // the key that takes it
      const Type key{Face::mono, 11, Role::text_faint};
      pen.text({where.right(), y + 16}, std::to_string(i + 1), key, 20, Align::right);
    }
    draw_mark(pen, {where.x + 13, y + 12}, i, asked);
    draw_flow(pen, choices.words[i], {where.x + kLetter, y - 3}, where.w - kLetter - kKey,
              where.bottom());
    y += h;
  }
  const Flow reason = reason_flow(asked, where.w, k);
  if (reason.lines.empty()) return;
  pen.hit("quiz:verdict", {where.x, y, where.w, reason.height}, asked.verdict + " " + quiz.reason);
  draw_flow(pen, reason, {where.x, y}, where.w, where.bottom());
}

}  // namespace epollscope::scene
