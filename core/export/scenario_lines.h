// Lines of a scenario as they are printed one after the other: prose and comments where the
// program has them, groups in braces, `=` of neighbouring creations below each other.
// Writes nothing but the string it is given.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/script/program.h"
#include "core/session/session.h"

namespace epollscope {

// The ready list of an instance as it is now, head first; nullopt: nothing says.
using ReadyNow = std::function<std::optional<std::vector<std::string>>(const std::string& epoll)>;

class ScenarioLines {
 public:
  // All three must outlive the printer. `to_run`: what nothing decided stays a statement.
  ScenarioLines(const Lesson& lesson, ReadyNow ready, std::string& out, bool to_run);

  // A statement in the place of statement `index` of the program, with its comment; -1: a line
  // that no statement asked for, which stays in the group it falls in.
  void line(int index, const std::string& text);
  // Text behind `# `, each of its lines.
  void comment(std::string_view text);
  // Lines up to statement `next` that make no call: comments, `expect`, and calls that a run
  // passed over.
  void pass_to(int next);
  // Closes an open group and prints the prose behind the last block of a lesson.
  void close();

  [[nodiscard]] bool expects_before(int next) const;  // an `expect` among them
  [[nodiscard]] int cursor() const { return cursor_; }
  // `ep   = epoll_create1(0)`, with the actor where that is written.
  [[nodiscard]] std::string call_text(const StepRecord& record) const;
  [[nodiscard]] const Statement* statement(int index) const;

 private:
  void put(std::string_view text);
  void print_prose(std::string_view text);
  void prose_before(const Statement& statement);
  void enter_group(int group);
  int group_after(int index);
  void compute_columns();

  const Lesson& lesson_;
  ReadyNow ready_;
  bool to_run_;
  std::string& out_;
  int cursor_ = 0;     // statements before this one are printed
  int following_ = 0;  // from the cursor up to here there are only comments
  int prose_ = -1;
  int group_ = -1;
  bool after_blank_ = true;          // nothing, or an empty line, stands above
  std::vector<std::size_t> column_;  // by statement: width of its names
};

// "T2: ", or nothing for T1 where it is not written.
std::string actor_prefix(ActorId actor, bool written);

}  // namespace epollscope
