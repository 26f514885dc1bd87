#include <fmt/format.h>

#include "core/base/text.h"
#include "core/script/program.h"

namespace epollscope {
namespace {

// Of a longer line only the part around the mistake is shown.
constexpr std::size_t kWidest = 160;
constexpr std::size_t kBeforeMistake = 80;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

// The byte at which a code point begins, counted from 0.
std::size_t byte_of(std::string_view text, std::size_t code_point) {
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (continues(text[i])) continue;
    if (code_point-- == 0) break;
  }
  return i;
}

// The source line and, below the mistake, a caret. Tabs stay tabs in both lines.
std::string excerpt(const Diagnostic& d) {
  std::string_view line = d.source;
  std::size_t column = d.column < 1 ? 0 : static_cast<std::size_t>(d.column) - 1;
  std::string lead;
  if (code_points(line) > kWidest && column > kBeforeMistake) {
    line.remove_prefix(byte_of(line, column - kBeforeMistake));
    column = kBeforeMistake;
    lead = "…";
  }
  const bool cut = code_points(line) > kWidest;
  line = line.substr(0, byte_of(line, kWidest));
  std::string below = lead.empty() ? "" : " ";
  for (std::size_t i = 0; i < line.size() && column > 0; ++i) {
    if (continues(line[i])) continue;
    below += line[i] == '\t' ? '\t' : ' ';
    --column;
  }
  return fmt::format("  {}{}{}\n  {}^\n", lead, without_controls(line), cut ? "…" : "", below);
}

}  // namespace

std::string print(const ParseFailure& failure, std::string_view file) {
  std::string text;
  for (const Diagnostic& d : failure.diagnostics) {
    text += fmt::format("{}:{}:{}: error: {}\n", file, d.line, d.column, d.message);
    if (!d.source.empty()) text += excerpt(d);
  }
  return text;
}

}  // namespace epollscope
