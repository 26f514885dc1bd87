// Format: fs/eventpoll.c, ep_show_fdinfo(), and proc(5):
//   tfd:        4 events:       19 data:                4  pos:0 ino:1d2c sdev:f
#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "core/observe/observe.h"
#include "core/observe/read_file.h"

namespace epollscope {
namespace {

constexpr std::size_t kMostOpen = 64;  // fewer than any limit on descriptors

// Reads `key` and a number off the front of `line`, spaces in front of either skipped.
template <class Number>
bool take(std::string_view& line, std::string_view key, int base, Number& number) {
  const auto skip = [&] {
    const auto n = line.find_first_not_of(' ');
    line.remove_prefix(n == std::string_view::npos ? line.size() : n);
  };
  skip();
  if (!line.starts_with(key)) return false;
  line.remove_prefix(key.size());
  skip();
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number, base);
  if (error != std::errc{} || end == line.data()) return false;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  return true;
}

std::optional<InterestRow> parse_row(std::string_view line) {
  InterestRow row;
  std::uint64_t position = 0;
  if (!take(line, "tfd:", 10, row.tfd.value) || !take(line, "events:", 16, row.events) ||
      !take(line, "data:", 16, row.data)) {
    return std::nullopt;
  }
  if (line.find_first_not_of(' ') == std::string_view::npos) return row;  // before Linux 4.13
  // The position is signed, but no pollable file moves it below 0.
  if (!take(line, "pos:", 10, position) || !take(line, "ino:", 16, row.inode)) return std::nullopt;
  return row;
}

}  // namespace

Result<std::vector<InterestRow>> parse_interest(std::string_view fdinfo) {
  std::vector<InterestRow> rows;
  while (!fdinfo.empty()) {
    const auto end = fdinfo.find('\n');
    const std::string_view line = fdinfo.substr(0, end);
    fdinfo.remove_prefix(end == std::string_view::npos ? fdinfo.size() : end + 1);
    if (!line.starts_with("tfd:")) continue;  // pos, flags, mnt_id, ino
    const auto row = parse_row(line);
    if (!row) {
      return fail(fmt::format("a line of an interest list is not understood: \"{}\"", line),
                  "the kernel writes it in a form that this version does not know");
    }
    rows.push_back(*row);
  }
  return rows;
}

Result<std::vector<InterestRow>> read_interest(int pid, Fd epfd) {
  return InterestReader().read(pid, epfd);
}

Result<std::vector<InterestRow>> InterestReader::read(int pid, Fd epfd) {
  if (std::exchange(pid_, pid) != pid || files_.size() > kMostOpen) files_.clear();
  const std::string path = fmt::format("/proc/{}/fdinfo/{}", pid, epfd.value);
  auto file = files_.find(epfd);
  if (file == files_.end()) {
    auto opened = open_proc_file(path);
    if (!opened) return std::unexpected(opened.error());
    file = files_.emplace(epfd, std::move(*opened)).first;
  }
  const auto text = read_open_file(file->second, path, text_);
  if (!text) return std::unexpected(text.error());
  return parse_interest(*text);
}

}  // namespace epollscope
