#include "core/lab/backlog.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace epollscope::lab {
namespace {

// One line a CPU, of hexadecimal numbers; the twelfth is the length of its queues.
bool is_calm(std::string_view line) {
  constexpr int kBefore = 11;
  for (int i = 0; i < kBefore; ++i) {
    const auto space = line.find(' ');
    if (space == std::string_view::npos) return true;
    line.remove_prefix(space + 1);
  }
  return std::ranges::all_of(line.substr(0, line.find(' ')), [](char c) { return c == '0'; });
}

}  // namespace

Backlog::Backlog() : file_(::open("/proc/net/softnet_stat", O_RDONLY | O_CLOEXEC)) {}

bool Backlog::empty() const {
  if (!file_.valid()) return true;
  std::array<char, 4096> piece;
  std::string text;
  for (ssize_t n = 0;
       (n = pread(file_.get(), piece.data(), piece.size(), static_cast<off_t>(text.size()))) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
  for (std::string_view rest = text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size() - 1);
    if (!is_calm(rest.substr(0, end))) return false;
    rest.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace epollscope::lab
