// Pieces shared by the JSON of steps and of states. Private to the room.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/call/call.h"
#include "core/call/state.h"

namespace epollscope {

using Json = nlohmann::ordered_json;  // keys in the order of the documentation

// UTF-8 as it is; a byte that is not part of any becomes the character of its number.
std::string json_text(std::string_view bytes);

// ["EPOLLIN", "EPOLLET"]; bits without a name follow as one hexadecimal integer.
Json json_events(std::uint32_t events, FlagSet set = FlagSet::epoll_events);

Json json_state(const State& state);

}  // namespace epollscope
