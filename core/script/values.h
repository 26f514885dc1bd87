// Checks and converts the values of one statement: arguments against the table of calls, outcomes
// against what a call can give back. Every mistake is noted and reading goes on. Private to the
// room.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/script/program.h"
#include "core/script/syntax.h"

namespace epollscope::meaning {

struct Context {
  std::unordered_set<std::string> bound;  // names that some statement binds before this one
  std::set<std::int32_t> processes;       // that some statement forks before this one
  bool check_bound = true;
  std::vector<syntax::Mistake> mistakes;  // offsets into the statement's text
};

// The name of a word at one index of a statement's ranges: `a[1..9]` at step 2 is `a[3]`.
std::string name_at(const syntax::Word& word, std::int64_t step);

class Values {
 public:
  Values(Context& context, std::int64_t step) : context_(context), step_(step) {}

  Value argument(const CallSpec& spec, std::size_t index, const syntax::Entry& written);
  Expected expected(const syntax::Outcome& outcome, const CallSpec& spec);
  // A descriptor that is used: bound, and not a reserved word.
  std::string used(const syntax::Word& word);
  Value actor(const syntax::Word& word);
  // The process that `P1 = fork()` makes: none has that name yet.
  void forked(const syntax::Word& word);

  void mistake(std::size_t at, std::string message);

 private:
  Value value(const Param& param, const syntax::Node& node);
  Value number(const Param& param, const syntax::Node& node);
  Value mask(const Param& param, const syntax::Node& node);
  std::uint64_t term(FlagSet set, const syntax::Node& node);
  Value signals(const Param& param, const syntax::Node& node);
  Value event(const syntax::Node& node);
  Value payload(const CallSpec& spec, const syntax::Node& node);
  Value event_list(const syntax::Node& node);
  Value polled_list(const syntax::Node& node);
  Value descriptors(const syntax::Node& node);
  Value counter(const syntax::Node& node);
  Value counted(const syntax::Node& node);
  Value nothing(std::size_t at, std::string message);

  Context& context_;
  std::int64_t step_;
};

}  // namespace epollscope::meaning
