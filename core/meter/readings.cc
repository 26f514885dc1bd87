#include "core/meter/readings.h"

#include <algorithm>
#include <charconv>

namespace epollscope {
namespace {

constexpr std::array<std::string_view, kMeteredCalls.size()> kNames{"poll", "select", "epoll_wait"};

std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

template <class Number>
bool read_positive(std::string_view word, Number& into) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), into);
  return error == std::errc{} && end == word.data() + word.size() && into > 0;
}

std::optional<MeterPoint> point_of(std::string_view line) {
  MeterPoint point;
  const auto* const name = std::ranges::find(kNames, take_word(line));
  if (name == kNames.end()) return std::nullopt;
  point.call = kMeteredCalls.at(static_cast<std::size_t>(name - kNames.begin()));
  if (!read_positive(take_word(line), point.descriptors)) return std::nullopt;
  if (!read_positive(take_word(line), point.ns) || !line.empty()) return std::nullopt;
  return point;
}

}  // namespace

std::string_view name_of(MeteredCall call) { return kNames.at(static_cast<std::size_t>(call)); }

void MeterReadings::take(std::string_view line) {
  std::string_view rest = line;
  const std::string_view kind = take_word(rest);
  if (kind == "point") {
    if (const auto point = point_of(rest)) {
      points.push_back(*point);
      return;
    }
  } else if (kind == "limit" && read_positive(rest, descriptor_limit)) {
    return;
  } else if (kind == "failed" && !rest.empty()) {
    done = true;
    trouble = "the meter ended: " + std::string(rest);
    return;
  } else if (line == "done") {
    done = true;
    return;
  }
  done = true;
  trouble = "the meter said what is no measurement: " + std::string(line);
}

std::optional<double> MeterReadings::ns_of(MeteredCall call, int descriptors) const {
  const auto found = std::ranges::find_if(
      points, [&](const MeterPoint& p) { return p.call == call && p.descriptors == descriptors; });
  if (found == points.end()) return std::nullopt;
  return found->ns;
}

}  // namespace epollscope
