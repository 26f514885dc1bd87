#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/script/program.h"

namespace epollscope {
namespace {

// Names longer than this do not push the column of `=` to the right.
constexpr std::size_t kWidestNames = 16;

std::string names_text(const CallStatement& c) {
  return fmt::format("{}", fmt::join(c.names, ", "));
}

struct Printer {
  FlagStyle style;
  std::size_t width = 0;  // of the names

  std::string operator()(const CallStatement& c) const {
    std::string text = c.actor_written || c.actor != ActorId{} ? print(c.actor) + ": " : "";
    if (!c.names.empty()) text += fmt::format("{:<{}} = ", names_text(c), width);
    text += print(c.call, style);
    if (c.unfinished) text += " <unfinished ...>";
    if (c.expected && !c.unfinished) text += " = " + print(*c.expected);
    return text;
  }
  std::string operator()(const ResumedStatement& r) const {
    std::string text;
    for (const ActorId a : r.actors) text += (text.empty() ? "" : "|") + print(a);
    text += fmt::format(": <... {} resumed>", spec_of(r.call).name);
    if (r.expected) text += " = " + print(*r.expected);
    return text;
  }
  std::string operator()(const ExpectReady& e) const {
    return fmt::format("expect ready({}) = [{}]", e.epoll, fmt::join(e.items, ", "));
  }
  std::string operator()(Comment) const { return ""; }
};

std::string comment_of(const Statement& s) {
  std::string text = s.comment;
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.empty()) return s.predict ? "# predict" : "";
  return "# " + text;
}

std::string print_line(const Statement& s, Printer printer) {
  std::string text = std::visit(printer, s.what);
  const std::string comment = comment_of(s);
  if (!text.empty() && !comment.empty()) text += "  ";
  return text + comment;
}

const CallStatement* binding(const Statement& s) {
  const auto* call = std::get_if<CallStatement>(&s.what);
  return call == nullptr || call->names.empty() ? nullptr : call;
}

// The widest names in the run of statements that bind some, beginning with `first`.
std::size_t width_of_run(const std::vector<Statement>& all, std::size_t first) {
  std::size_t width = 0;
  for (std::size_t i = first; i < all.size() && binding(all[i]) != nullptr; ++i) {
    width = std::max(width, names_text(*binding(all[i])).size());
  }
  return width <= kWidestNames ? width : 0;
}

}  // namespace

std::string print(const Expected& e) {
  if (e.anything) return "?";
  std::string text = e.process ? "P" : "";
  text += e.returned ? print(Value{*e.returned}) : e.error ? "-1" : "0";
  if (e.error) text += " " + errno_name(*e.error);
  if (e.payload) text += " " + print(*e.payload);
  if (e.unchecked) text += "?";
  return text;
}

std::string print(const Statement& statement, FlagStyle style) {
  return print_line(statement, Printer{style});
}

std::string print(const Program& program) {
  std::string text;
  int group = -1;
  std::size_t width = 0;
  const auto& all = program.statements;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].group != group) {
      if (group >= 0) text += "}\n";
      if (all[i].group >= 0) text += "{\n";
      group = all[i].group;
    }
    const bool run_begins =
        binding(all[i]) != nullptr && (i == 0 || binding(all[i - 1]) == nullptr);
    if (run_begins) width = width_of_run(all, i);
    const std::string line = print_line(all[i], Printer{FlagStyle::full, width});
    if (group >= 0 && !line.empty()) text += "  ";
    text += line;
    text += '\n';
  }
  return text + (group >= 0 ? "}\n" : "");
}

}  // namespace epollscope
