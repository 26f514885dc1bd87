// Transcripts without what is marked as chance.
#pragma once

#include <regex>
#include <string>

namespace epollscope::test {

// Without numbers that carry a `?`: how often a timer had expired, how much others let a row of
// calls move.
inline std::string without_chance(const std::string& transcript) {
  return std::regex_replace(transcript, std::regex("=( ?)[0-9]+\\?"), "=$1?");
}

}  // namespace epollscope::test
