// What a picture is made of, as plain data: the steps, the program and a way to ask for the
// state of any moment. Made from a Session in one function; tests make it by hand. Private to
// the room.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "app/scene/stage.h"

namespace epollscope::scene {

struct StageModel {
  std::span<const StepRecord> steps;  // must outlive the model, as must the lesson
  const Lesson* lesson = nullptr;     // never null
  int step = 0;
  std::optional<int> micro;
  int next_statement = 0;     // of the session, not of the cursor
  std::string release;        // of the kernel; empty: the model alone
  bool learns_order = false;  // of trees, from the kernel
  int differences = 0;
  int expectations_failed = 0;
  int not_modelled_from = 0;  // see Session
  std::function<std::shared_ptr<const State>(int, std::optional<int>)> moment;

  [[nodiscard]] std::shared_ptr<const State> now() const { return moment(step, micro); }
  // The step at the cursor, whole or half done; nullptr before the first.
  [[nodiscard]] const StepRecord* current() const {
    return step < 1 || step > static_cast<int>(steps.size())
               ? nullptr
               : &steps[static_cast<std::size_t>(step) - 1];
  }
  // How many steps lie wholly before the cursor.
  [[nodiscard]] int done() const { return micro && step > 0 ? step - 1 : step; }
  // Micro-steps of the current step that have happened.
  [[nodiscard]] std::span<const MicroStep> happened() const;
  // The micro-step at the cursor; nullptr at the end of a step.
  [[nodiscard]] const MicroStep* instant() const;
  // As not_modelled_from, where the cursor has come to it; 0: it has not.
  [[nodiscard]] int guessed_from() const {
    return step < not_modelled_from ? 0 : not_modelled_from;
  }
  // The statement that the cursor stands before, or in.
  [[nodiscard]] int statement_at_cursor() const;
};

// REQUIRES: input.session is not null. The cursor is kept within the history.
StageModel model_of(const StageInput& input);

// build() for a model made by hand; input.session may be null.
Scene build_from(const StageModel& model, const StageInput& input, View view);

}  // namespace epollscope::scene
