#include "core/script/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstring>

#include "core/base/text.h"
#include "core/call/flags.h"

namespace epollscope::words {
namespace {

constexpr std::array kSets = {
    FlagSet::epoll_events,  FlagSet::epoll_create, FlagSet::ctl_op,      FlagSet::file_status,
    FlagSet::eventfd,       FlagSet::domain,       FlagSet::socket_type, FlagSet::shutdown_how,
    FlagSet::fcntl_command, FlagSet::poll_events,  FlagSet::signal,      FlagSet::clock,
    FlagSet::timerfd,       FlagSet::signalfd,     FlagSet::message,     FlagSet::accept,
    FlagSet::socket_option, FlagSet::sigaction,    FlagSet::sigmask_how, FlagSet::signal_action,
    FlagSet::resource,
};
constexpr int kGreatestErrno = 133;

bool is_signal(std::string_view word) {
  if (!word.starts_with("SIG")) return false;
  for (int s = 1; s < NSIG; ++s) {
    const char* name = sigabbrev_np(s);
    if (name != nullptr && word.substr(3) == name) return true;
  }
  return false;
}

}  // namespace

std::optional<ActorId> actor_of(std::string_view word) {
  if (word.size() < 2 || (word[0] != 'T' && word[0] != 'P')) return std::nullopt;
  ActorId a{word[0], 0};
  const char* end_of_word = word.data() + word.size();
  const auto [end, error] = std::from_chars(word.data() + 1, end_of_word, a.number);
  if (error == std::errc::invalid_argument || end != end_of_word) return std::nullopt;
  return a;
}

bool is_reserved(std::string_view word) {
  if (word == "expect" || word == "repeat") return true;
  if (word.empty() || word[0] < 'A' || word[0] > 'Z') return false;  // all others are capitals
  if (word == "NULL" || actor_of(word) || errno_value(word) != 0 || is_signal(word)) return true;
  return std::any_of(kSets.begin(), kSets.end(),
                     [&](FlagSet set) { return find_flag(set, word) != nullptr; });
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view best = closest(word, known);
  return best.empty() ? "" : fmt::format("; did you mean {}?", best);
}

std::vector<std::string_view> errno_names() {
  std::vector<std::string_view> names;
  for (int e = 1; e <= kGreatestErrno; ++e) {
    if (const char* name = strerrorname_np(e)) names.emplace_back(name);
  }
  return names;
}

}  // namespace epollscope::words
