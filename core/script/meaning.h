// From the shape of a statement to what it means: names, flags and counts are checked against
// the tables, ranges are expanded. Private to the room.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/script/program.h"
#include "core/script/syntax.h"

namespace epollscope::meaning {

struct Context {
  std::set<std::string, std::less<>> bound;  // names that some statement binds before this one
  bool check_bound = true;
  std::vector<syntax::Mistake> mistakes;  // offsets into the statement's text
};

// One statement for each index of its ranges; empty when there was a mistake. `limit`: how many
// more statements the program may have.
std::vector<Statement> understand(const syntax::Statement& raw, Context& context,
                                  std::size_t limit);

bool is_reserved(std::string_view word);

}  // namespace epollscope::meaning
