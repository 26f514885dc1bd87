// Small text helpers that the standard library lacks. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace epollscope {

// C string literal with quotes: printable ASCII as it is, the usual short escapes, every
// other byte as \xNN (two digits; a following hex digit is escaped too). unescape_c() undoes it.
std::string escape_c(std::string_view bytes);

// The bytes that the body of a C literal (without quotes) stands for: \n \t \r \0 \a \b \f \v
// \\ \" \' \? \xN[N] \NNN (octal). nullopt when an escape is malformed.
std::optional<std::string> unescape_c(std::string_view body);

// The candidate closest to `word` (edit distance, at most a third of its length but at least
// 1, letter case ignored); empty when none is close enough.
std::string_view closest(std::string_view word, std::span<const std::string_view> candidates);

// Number of Unicode code points in UTF-8 text; a malformed byte counts as one.
std::size_t code_points(std::string_view utf8);

// Bytes of the longest prefix that is valid UTF-8.
std::size_t utf8_prefix(std::string_view text);

// True when the text is valid UTF-8.
bool valid_utf8(std::string_view text);

// One line of text with a `?` for every control character but the tab: what a stranger wrote
// must not steer a terminal.
std::string without_controls(std::string_view utf8);

}  // namespace epollscope
