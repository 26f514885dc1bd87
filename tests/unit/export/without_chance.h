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

// Without the number of steps. A timeout that ends while another call is made is part of that
// call's step, one that ends between two calls is a step of its own: the machine's speed decides.
// So it does of how often a timer has expired.
inline std::string without_count(std::string transcript) {
  const auto summary = transcript.rfind("# ");
  const auto end = transcript.find(" step", summary);
  if (end != std::string::npos) transcript.erase(summary + 2, end - summary - 2);
  return without_chance(transcript);
}

}  // namespace epollscope::test
