// The part of the generator that makes pseudoterminals, and types at them.
#include <fcntl.h>

#include <algorithm>
#include <utility>

#include "tests/conformance/generator.h"
#include "tests/conformance/values.h"

namespace epollscope::trial {
namespace {

constexpr std::size_t kMostEnds = 8;

}  // namespace

bool Generator::makes_terminal() {
  return terminals_ && one_in(6) &&
         std::ranges::count(files(), Kind::terminal, &File::kind) <
             static_cast<std::ptrdiff_t>(kMostEnds);
}

Call Generator::openpty(std::vector<std::string>& names, bool nonblock) {
  names = {fresh(Kind::terminal)};
  names.push_back(fresh(Kind::terminal));
  std::swap(pending_[0].peer, pending_[1].peer);
  for (const std::string& name : names) {
    if (!nonblock) continue;
    next_.push_back({CallName::fcntl,
                     {ref(name), flags(FlagSet::fcntl_command, F_SETFL),
                      flags(FlagSet::file_status, O_NONBLOCK)}});
  }
  return {CallName::openpty, {}};
}

// Lines, and the beginnings of lines; nothing that edits them. The master may be meant or the
// slave.
Call Generator::type(const Value& at) {
  if (one_in(6)) return {CallName::write, {at, number(pick<std::int64_t>({0, 1, 2, 5, 70, 300}))}};
  std::string text;
  for (int n = upto(6); n > 0; --n) {
    text += one_in(12) ? pick({'\t', '\r', '\xe9', ' '}) : static_cast<char>('a' + upto(26));
    if (one_in(5)) text += '\n';
  }
  if (!one_in(3)) text += '\n';
  return {CallName::write, {at, {.v = String{text}}}};
}

// What a socket of UDP holds is not known, and a terminal throws away what is typed without an end.
bool Generator::never_filled(const File* file) {
  if (file == nullptr || file->kind == Kind::tcp) return false;
  return is_net(file) || file->kind == Kind::terminal;
}

}  // namespace epollscope::trial
