// Transcripts without what is marked as chance.
#pragma once

#include <regex>
#include <string>

namespace epollscope::test {

// Without how often timers had expired, which is marked as chance.
inline std::string without_ticks(const std::string& transcript) {
  return std::regex_replace(transcript, std::regex("value=[0-9]+\\?"), "value=?");
}

// Without how much drain() and fill() moved, where others may have run into them.
inline std::string without_amounts(const std::string& transcript) {
  return std::regex_replace(transcript, std::regex("((drain|fill)\\([^)]*\\) =) [0-9]+\\?"),
                            "$1 ?");
}

// Without the number of steps. A timeout that ends while another call is made is part of that
// call's step, one that ends between two calls is a step of its own: the machine's speed decides.
// So it does of how often a timer has expired.
inline std::string without_count(std::string transcript) {
  const auto summary = transcript.rfind("# ");
  const auto end = transcript.find(" step", summary);
  if (end != std::string::npos) transcript.erase(summary + 2, end - summary - 2);
  return without_ticks(transcript);
}

}  // namespace epollscope::test
