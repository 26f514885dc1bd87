// From the words of a scenario to the numbers a kernel takes: every name becomes the descriptor
// it is bound to. Pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/call/call.h"
#include "core/call/request.h"

namespace epollscope {

// How the program wrote the `data` of an ADD or MOD, so that results can show it the same way.
struct DataName {
  std::uint64_t value = 0;
  std::string text;
};

struct Resolved {
  Request request;
  std::optional<DataName> data_name;
};

// A name whose creation failed is bound to -1 and stays -1. Errors: a name that nothing bound,
// or a value of a kind that the call's table does not allow there.
// `bound`: of the process `by` that makes the call. `names`: of its statement; fork makes the
// first.
Result<Resolved> resolve(const Call& call, const std::map<std::string, Fd>& bound, ActorId by = {},
                         const std::vector<std::string>& names = {});

}  // namespace epollscope
