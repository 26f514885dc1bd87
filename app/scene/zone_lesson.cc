// The lesson: its words for where the cursor stands, a question if one is due, and the last
// step explained.
#include <algorithm>
#include <array>
#include <numeric>

#include "app/scene/quiz.h"
#include "app/scene/selection.h"
#include "app/scene/text_flow.h"
#include "app/scene/zones.h"

namespace epollscope::scene {
namespace {

constexpr float kMargin = 18;
constexpr float kProseLeading = 24;
constexpr float kSaidLeading = 21;
constexpr float kLeastSaid = 44;  // its heading and a line

// What is said where the cursor stands: the text before the block of the next statement; behind
// the last one the closing words.
std::string_view prose_at(const StageModel& model) {
  const Lesson& lesson = *model.lesson;
  const auto& statements = lesson.program.statements;
  const int at = model.statement_at_cursor();
  int prose = -1;
  int blocks = -1;  // that were passed; all of them at the end
  for (std::size_t i = 0; i < statements.size() && static_cast<int>(i) <= at; ++i) {
    blocks = std::max(blocks, statements[i].prose);
    if (statements[i].prose >= 0) prose = statements[i].prose;
  }
  if (at >= static_cast<int>(statements.size()) &&
      static_cast<int>(lesson.prose.size()) > blocks + 1) {
    prose = blocks + 1;
  }
  if (prose < 0 || static_cast<std::size_t>(prose) >= lesson.prose.size()) return {};
  return lesson.prose[static_cast<std::size_t>(prose)];
}

std::vector<Paragraph> said_paragraphs(const std::vector<Said>& sentences, float size) {
  std::vector<Paragraph> paragraphs;
  for (const Said& said : sentences) {
    Paragraph p = plain(said.words, {Face::sans, size, said.color});
    if (!said.function.empty()) {
      p.runs.push_back({"  " + said.function, {Face::mono, size - 2.5F, Role::text_faint}});
    }
    p.space_before = 4;
    paragraphs.push_back(std::move(p));
  }
  return paragraphs;
}

// ---- what the panel holds, and how large

struct Contents {
  std::string_view title, prose;
  Asked asked;
  std::vector<Said> said;
};

struct Setting {
  float scale = 1;
  bool title = true;
};
// From roomy to tight: the title stands in the window's bar as well.
constexpr std::array kSettings = {Setting{1, true}, Setting{0.93F, true}, Setting{0.87F, true},
                                  Setting{0.93F, false}, Setting{0.87F, false}};

struct Blocks {
  Setting setting;
  Flow title, prose, said;
  float title_h = 0, prose_h = 0, quiz_h = 0, said_h = 0;
  [[nodiscard]] float height() const { return title_h + prose_h + quiz_h + said_h; }
};

Blocks blocks_for(const Contents& c, float width, const Setting& setting) {
  Blocks b;
  b.setting = setting;
  const float k = setting.scale;
  if (setting.title && !c.title.empty()) {
    const Type set = type::kTitle.at(k < 1 ? 18 : 22);
    b.title = flow({plain(c.title, set)}, width, set.size * 1.25F);
    b.title_h = b.title.height + 12;
  }
  if (!c.prose.empty()) {
    b.prose = flow(read_markdown(c.prose, type::kProse.at(15 * k), true), width, kProseLeading * k);
    b.prose_h = b.prose.height + 20 * k;
  }
  if (c.asked.quiz != nullptr) b.quiz_h = quiz_height(c.asked, width, k) + 12 * k;
  if (!c.said.empty()) {
    b.said = flow(said_paragraphs(c.said, 14 * k), width, kSaidLeading * k);
    b.said_h = b.said.height + 32 * k;
  }
  return b;
}

Blocks choose_blocks(const Contents& c, Rect inside) {
  Blocks b;
  for (const Setting& setting : kSettings) {
    b = blocks_for(c, inside.w, setting);
    if (b.height() <= inside.h) return b;
  }
  // What happened and the question come before the lesson's words.
  if (b.quiz_h > inside.h) b.quiz_h = 0;
  const float rest = std::max(0.0F, inside.h - b.quiz_h - b.said_h);
  b.prose_h = rest < std::min(b.prose_h, 3 * kProseLeading) ? 0 : std::min(b.prose_h, rest);
  b.said_h = std::min(b.said_h, inside.h - b.quiz_h - b.prose_h);
  if (b.said_h < kLeastSaid) b.said_h = 0;
  return b;
}

// Inside a step the last sentence is the one that counts.
void keep_the_newest(Contents& c, float width, float height) {
  const float size = 14 * kSettings.back().scale;
  const auto too_high = [&] {
    return flow(said_paragraphs(c.said, size), width, size * 1.5F).height > height;
  };
  while (c.said.size() > 1 && too_high()) c.said.erase(c.said.begin());
  for (std::size_t i = 0; i + 1 < c.said.size(); ++i) c.said[i].color = Role::text_dim;
}

}  // namespace

void draw_lesson(Sketch& pen, const StageModel& model, Rect where) {
  Contents c{.title = model.lesson->title,
             .prose = prose_at(model),
             .asked = asked_at(model, pen.input()),
             .said = explain_step(model, pen.input().lang)};
  const bool lesson = model.lesson->markdown;
  draw_panel(pen, where, pen.t(lesson ? "lesson.zone" : "lesson.zone_plain"), "");
  const Rect inside{where.x + kMargin, where.y + 42, where.w - 2 * kMargin, where.h - 54};
  // What is selected stands where the step is explained otherwise.
  const Selection selection = selection_of(pen, model);
  if (!selection.title.empty()) c.said = said_of(pen, selection);
  if (selection.title.empty() && c.asked.open() &&
      !c.said.empty()) {  // the reasons would answer the question
    c.said.resize(1);
    c.said.push_back({pen.t("said.why_later"), {}, Role::text_dim});
  }
  if (model.micro && selection.title.empty()) keep_the_newest(c, inside.w, inside.h * 0.62F);
  if (c.said.empty() && c.prose.empty()) {
    const bool entered = model.step > 0;  // a call has begun, and nothing of it has happened
    c.said.push_back({pen.t(entered ? "lesson.entered" : "lesson.begin"), {}, Role::text_dim});
  }
  const Blocks b = choose_blocks(c, inside);
  pen.clip(where);
  const float k = b.setting.scale;
  float y = inside.y;
  if (b.title_h > 0) draw_flow(pen, b.title, {inside.x, y}, inside.w, y + b.title_h);
  y += b.title_h;
  if (b.prose_h > 0) draw_flow(pen, b.prose, {inside.x, y}, inside.w, y + b.prose_h);
  y += b.prose_h;
  if (b.quiz_h > 0) draw_quiz(pen, c.asked, {inside.x, y, inside.w, b.quiz_h}, k);
  y += b.quiz_h;
  if (b.said_h > 0) {
    if (model.step > 0 || !selection.title.empty()) {
      const Type set{Face::sans_bold, 15 * k, Role::selection};
      const std::string heading =
          selection.title.empty() ? pen.t("lesson.what_happened") : selection.title;
      pen.text({inside.x, y + 16 * k}, heading, set, inside.w);
    }
    draw_flow(pen, b.said, {inside.x, y + 22 * k}, inside.w, y + b.said_h);
  }
  pen.unclip();
}

}  // namespace epollscope::scene
