#include "core/export/micro_text.h"

#include <fmt/format.h>

#include "core/call/call.h"

namespace epollscope {

std::string subject_of(const MicroStep& step) {
  if (!step.subject.empty()) return step.subject;
  switch (step.what) {
    case MicroStep::What::woke:
    case MicroStep::What::slept:
    case MicroStep::What::timed_out:
    case MicroStep::What::interrupted:
    case MicroStep::What::signalled:
      return print(step.actor);
    default:
      return {};
  }
}

std::string reason_of(const MicroStep& step) {
  const std::string_view text = english_why(step.why);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool place = text[i] == '{' && i + 2 < text.size() && text[i + 2] == '}';
    const auto n = place ? static_cast<std::size_t>(text[i + 1] - '0') : step.args.size();
    if (n < step.args.size()) {
      out += step.args[n];
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string describe(const MicroStep& step) { return describe(step, reason_of(step)); }

std::string describe(const MicroStep& step, const std::string& reason) {
  std::string out = fmt::format("{}: ", step.function);
  if (const std::string subject = subject_of(step); !subject.empty()) out += subject + " ";
  out += name_of(step.what);
  if (!reason.empty()) out += ": " + reason;
  return out;
}

}  // namespace epollscope
