#include "app/scene/stage_model.h"

#include <algorithm>

namespace epollscope::scene {

std::span<const MicroStep> StageModel::happened() const {
  const StepRecord* record = current();
  if (record == nullptr) return {};
  const std::span<const MicroStep> all(record->micro);
  if (!micro) return all;
  return all.first(std::min(all.size(), static_cast<std::size_t>(std::max(0, *micro))));
}

const MicroStep* StageModel::instant() const {
  if (!micro) return nullptr;
  const auto so_far = happened();
  return so_far.empty() ? nullptr : &so_far.back();
}

int StageModel::statement_at_cursor() const {
  const StepRecord* record = current();
  if (micro && record != nullptr && record->statement >= 0) return record->statement;
  const bool looks_back = step < static_cast<int>(steps.size());
  int at = next_statement;
  if (looks_back) {
    at = steps[static_cast<std::size_t>(step)].statement;
    if (at < 0) at = record == nullptr ? 0 : record->statement + 1;
  }
  // Lines that make no call belong to the moment before them.
  const auto& statements = lesson->program.statements;
  const auto makes_no_call = [](const Statement& s) {
    return std::holds_alternative<ExpectReady>(s.what) || std::holds_alternative<Comment>(s.what);
  };
  while (at < static_cast<int>(statements.size()) &&
         makes_no_call(statements[static_cast<std::size_t>(at)])) {
    ++at;
  }
  return at;
}

StageModel model_of(const StageInput& input) {
  const Session& session = *input.session;
  StageModel model;
  model.steps = session.steps();
  model.lesson = &session.lesson();
  model.step = std::clamp(input.step, 0, static_cast<int>(model.steps.size()));
  if (model.step == input.step && model.step > 0) model.micro = input.micro;
  model.next_statement = session.next_statement();
  if (!session.options().model_only) model.release = session.kernel_release();
  model.learns_order =
      !session.options().model_only && session.options().tree == TreeOrder::learned;
  model.differences = session.model_differences();
  model.expectations_failed = session.expectations_failed();
  model.not_modelled_from = session.not_modelled_from();
  model.moment = [&session](int n, std::optional<int> micro) { return session.moment(n, micro); };
  return model;
}

}  // namespace epollscope::scene
