// From the shape of a statement to what it means: names, flags and counts are checked against
// the tables, ranges are expanded. Private to the room.
#pragma once

#include <vector>

#include "core/script/values.h"

namespace epollscope::meaning {

// One statement for each index of its ranges; none when there was a mistake. `limit`: how many
// more statements the program may have.
std::vector<Statement> understand(const syntax::Statement& raw, Context& context,
                                  std::size_t limit);

// What a statement with a mistake would have bound counts as bound: one mistake, one message.
void bind_names(const std::vector<syntax::Word>& names, Context& context);

}  // namespace epollscope::meaning
