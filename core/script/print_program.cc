#include <fmt/format.h>

#include "core/script/program.h"

namespace epollscope {
namespace {

std::string print_comment(const std::string& comment) {
  return comment.empty() ? "" : "# " + comment;
}

struct Printer {
  FlagStyle style;

  std::string operator()(const CallStatement& c) const {
    std::string text = c.actor_written || c.actor != ActorId{} ? print(c.actor) + ": " : "";
    for (std::size_t i = 0; i < c.names.size(); ++i) text += (i == 0 ? "" : ", ") + c.names[i];
    if (!c.names.empty()) text += " = ";
    text += print(c.call, style);
    if (c.unfinished) text += " <unfinished ...>";
    if (c.expected) text += " = " + print(*c.expected);
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

}  // namespace

std::string print(const Expected& e) {
  if (e.anything) return "?";
  std::string text;
  if (e.returned) text = print(Value{*e.returned});
  if (e.error) text += " " + errno_name(*e.error);
  if (e.payload) text += " " + print(*e.payload);
  if (e.unchecked) text += " ?";
  return text;
}

std::string print(const Statement& statement, FlagStyle style) {
  std::string text = std::visit(Printer{style}, statement.what);
  if (statement.comment.empty()) return text;
  return text + (text.empty() ? "" : "  ") + print_comment(statement.comment);
}

std::string print(const Program& program) {
  std::string text;
  int group = -1;
  for (const Statement& s : program.statements) {
    if (s.group != group) {
      if (group >= 0) text += "}\n";
      if (s.group >= 0) text += "{\n";
      group = s.group;
    }
    text += (group >= 0 ? "  " : "") + print(s) + "\n";
  }
  return text + (group >= 0 ? "}\n" : "");
}

}  // namespace epollscope
