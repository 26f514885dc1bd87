// Why the kernel refused a call of epoll's own, in the words of this very moment: which argument,
// of what file, and what would do instead. A pure function.
#pragma once

#include <optional>
#include <string>

#include "app/i18n/i18n.h"
#include "core/call/call.h"
#include "core/call/outcome.h"
#include "core/call/request.h"
#include "core/call/state.h"

namespace epollscope::scene {

// The reason of a failed call, with its errno in front; `before`: the moment at which it was made.
// nullopt: none that this moment shows, or not a call of epoll.
std::optional<std::string> refusal(Lang lang, const Call& call, const Request& request, int error,
                                   const State& before);

}  // namespace epollscope::scene
