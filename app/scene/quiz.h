// The question of a lesson as it is drawn: open, or answered, marked and explained. Private to
// the room.
#pragma once

#include <optional>
#include <string>

#include "app/scene/sketch.h"
#include "app/scene/stage_model.h"

namespace epollscope::scene {

struct Asked {
  const Quiz* quiz = nullptr;  // nullptr: nothing is asked here
  int index = -1;              // in Lesson::quizzes
  std::optional<int> answer;   // the choice that was taken
  std::string verdict;         // of the answer, in words

  [[nodiscard]] bool open() const { return quiz != nullptr && !answer; }
  [[nodiscard]] bool right() const;
};

// The question asked where the cursor stands.
Asked asked_at(const StageModel& model, const StageInput& input);

// What would answer it, beside the picture itself, is not written while it is open.
inline bool question_open(const StageModel& model, const Sketch& pen) {
  return asked_at(model, pen.input()).open();
}

float quiz_height(const Asked& asked, float width, float scale);
// Choices are hits: "quiz:0:2" is the third choice of the first question.
void draw_quiz(Sketch& pen, const Asked& asked, Rect where, float scale);

}  // namespace epollscope::scene
