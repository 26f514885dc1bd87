// Words that mean something by themselves: actors, reserved words, and the word a person probably
// meant. Private to the room.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"

namespace epollscope::words {

// T1, P2 …; nullopt for anything else.
std::optional<ActorId> actor_of(std::string_view word);

// Flags in both forms, errnos, signals, NULL, actors, and the words that begin a statement.
bool is_reserved(std::string_view word);

// "; did you mean EPOLLIN?", or nothing when no known word is close.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

// The names of all errors of this system.
std::vector<std::string_view> errno_names();

}  // namespace epollscope::words
