#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

namespace epollscope {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct ShortEscape {
  char letter, byte;
};
constexpr std::array<ShortEscape, 10> kShort = {{{'n', '\n'},
                                                 {'t', '\t'},
                                                 {'r', '\r'},
                                                 {'a', '\a'},
                                                 {'b', '\b'},
                                                 {'f', '\f'},
                                                 {'v', '\v'},
                                                 {'\\', '\\'},
                                                 {'"', '"'},
                                                 {'\'', '\''}}};

// Reads up to `most` digits of a base; moves `i` behind them.
int read_digits(std::string_view body, std::size_t& i, std::size_t most, int base) {
  int value = 0;
  for (std::size_t n = 0; n < most && i < body.size(); ++n, ++i) {
    const int d = hex_digit(body[i]);
    if (d < 0 || d >= base) break;
    value = value * base + d;
  }
  return value;
}

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Letters added, left out or changed, and neighbours swapped.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> above2(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(above2, above);
    std::swap(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto same = [&](std::size_t p, std::size_t q) {
        return lower(a[i - p]) == lower(b[j - q]);
      };
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same(1, 1) ? 0U : 1U)});
      if (i > 1 && j > 1 && same(1, 2) && same(2, 1)) row[j] = std::min(row[j], above2[j - 2] + 1);
    }
  }
  return row[b.size()];
}

// Length of the valid UTF-8 sequence at i, 0 when there is none.
std::size_t sequence_length(std::string_view s, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(s[k]); };
  const unsigned char c = byte(i);
  if (c < 0x80) return 1;
  const std::size_t n = c >= 0xF0 && c <= 0xF4  ? 4
                        : c >= 0xE0 && c < 0xF0 ? 3
                        : c >= 0xC2 && c < 0xE0 ? 2
                                                : 0;
  if (n == 0 || i + n > s.size()) return 0;
  for (std::size_t k = 1; k < n; ++k) {
    if ((byte(i + k) & 0xC0U) != 0x80) return 0;
  }
  const unsigned char second = byte(i + 1);
  const bool overlong = (c == 0xE0 && second < 0xA0) || (c == 0xF0 && second < 0x90);
  const bool outside = (c == 0xED && second > 0x9F) || (c == 0xF4 && second > 0x8F);
  return overlong || outside ? 0 : n;
}

}  // namespace

std::string escape_c(std::string_view bytes) {
  std::string text = "\"";
  bool after_hex = false;
  for (const char c : bytes) {
    const auto* e = std::find_if(kShort.begin(), kShort.end(),
                                 [&](ShortEscape s) { return s.byte == c && c != '\''; });
    const auto u = static_cast<unsigned char>(c);
    if (e != kShort.end()) {
      text += {'\\', e->letter};
      after_hex = false;
    } else if (u >= 0x20 && u < 0x7F && !(after_hex && hex_digit(c) >= 0)) {
      text += c;
      after_hex = false;
    } else {
      text += {'\\', 'x', kHex[u >> 4U], kHex[u & 15U]};
      after_hex = true;
    }
  }
  return text + '"';
}

std::optional<std::string> unescape_c(std::string_view body) {
  std::string bytes;
  for (std::size_t i = 0; i < body.size();) {
    if (body[i] != '\\') {
      bytes += body[i++];
      continue;
    }
    if (++i == body.size()) return std::nullopt;
    const char c = body[i];
    if (c == 'x') {
      ++i;
      if (i == body.size() || hex_digit(body[i]) < 0) return std::nullopt;
      bytes += static_cast<char>(read_digits(body, i, 2, 16));
    } else if (c >= '0' && c <= '7') {
      const int value = read_digits(body, i, 3, 8);
      if (value > 255) return std::nullopt;
      bytes += static_cast<char>(value);
    } else if (c == '?') {  // C's way around trigraphs
      bytes += c;
      ++i;
    } else {
      const auto* e =
          std::find_if(kShort.begin(), kShort.end(), [&](ShortEscape s) { return s.letter == c; });
      if (e == kShort.end()) return std::nullopt;
      bytes += e->byte;
      ++i;
    }
  }
  return bytes;
}

std::string_view closest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view c : candidates) {
    const std::size_t d = distance(word, c);
    if (d < least) {
      least = d;
      best = c;
    }
  }
  return best;
}

std::size_t code_points(std::string_view utf8) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < utf8.size(); ++count) {
    i += std::max<std::size_t>(1, sequence_length(utf8, i));
  }
  return count;
}

std::size_t utf8_prefix(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::size_t n = sequence_length(text, i);
    if (n == 0) break;
    i += n;
  }
  return i;
}

bool valid_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

std::string without_controls(std::string_view utf8) {
  std::string out(utf8);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    if ((c < 0x20 && c != '\t') || c == 0x7F) out[i] = '?';
    // U+0080 to U+009F are controls as well, some terminals obey them.
    const auto next = i + 1 < out.size() ? static_cast<unsigned char>(out[i + 1]) : 0;
    if (c == 0xC2 && next >= 0x80 && next < 0xA0) out.replace(i, 2, "?");
  }
  return out;
}

}  // namespace epollscope
