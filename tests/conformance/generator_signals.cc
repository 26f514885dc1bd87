// The part of the generator that sends signals, and says what becomes of them.
#include <signal.h>

#include <algorithm>

#include "tests/conformance/generator.h"
#include "tests/conformance/values.h"

namespace epollscope::trial {

Value Generator::signals() {
  Set set;
  for (const Signal& s : signals_) {
    if (one_in(3)) set.values.push_back(flags(FlagSet::signal, static_cast<unsigned>(s.number)));
  }
  if (one_in(20)) set.values.push_back(flags(FlagSet::signal, SIGKILL));
  return {.v = set};
}

Call Generator::sigaction() {
  if (by_.process() != 0) return sigprocmask();
  if (one_in(20)) {
    return {
        CallName::sigaction,
        {flags(FlagSet::signal, static_cast<unsigned>(pick<int>({SIGKILL, SIGSTOP, 0, 65, -1}))),
         flags(FlagSet::signal_action, signal_ignored)}};
  }
  Signal& s = one_of(signals_);
  const bool keep = s.sent || s.number == SIGPIPE;  // it must not become deadly
  const bool may_end = keep && !s.harmless;
  auto action =
      pick({signal_handled, signal_handled, signal_handled, signal_ignored, signal_default});
  if (action == signal_default && (may_end || s.number == SIGPIPE)) action = signal_handled;
  int how = pick<int>({0, 0, SA_RESTART, SA_RESTART}) | pick<int>({0, 0, SA_NODEFER});
  if (s.number != SIGPIPE && !may_end && one_in(4)) how |= static_cast<int>(SA_RESETHAND);
  s.handled = action != signal_default;
  s.once = (static_cast<unsigned>(how) & SA_RESETHAND) != 0;
  return {CallName::sigaction,
          {flags(FlagSet::signal, static_cast<unsigned>(s.number)),
           flags(FlagSet::signal_action, action),
           flags(FlagSet::sigaction, static_cast<unsigned>(how))}};
}

Call Generator::sigprocmask() {
  const auto how = pick<std::uint64_t>({SIG_BLOCK, SIG_BLOCK, SIG_UNBLOCK, SIG_SETMASK});
  return {CallName::sigprocmask,
          {flags(FlagSet::sigmask_how, one_in(30) ? 7 : how),
           one_in(30) ? Value{.v = Null{}} : signals()}};
}

Call Generator::kill(ActorId to) {
  if (one_in(30)) {
    return {CallName::kill,
            {{.v = ActorId{'T', pick({1, 2, 9})}},
             flags(FlagSet::signal, static_cast<unsigned>(pick<int>({0, 65, -1})))}};
  }
  // Most of those that do something; a signal that RESETHAND has left without a handler is let be.
  std::vector<Signal*> handled, safe;
  for (Signal& s : signals_) {
    const bool lives = s.handled && (!s.once || !s.sent);
    if (lives) handled.push_back(&s);
    if (s.harmless || lives) safe.push_back(&s);
  }
  if (handled.empty() || one_in(6)) return sigaction();
  Signal& s = *one_of(one_in(5) ? safe : handled);
  s.sent = true;
  return {CallName::kill, {{.v = to}, flags(FlagSet::signal, static_cast<unsigned>(s.number))}};
}

Call Generator::kill_somebody() {
  if (!asleep_.empty() && !one_in(4)) {
    auto sleeper = asleep_.begin();
    std::advance(sleeper, upto(static_cast<int>(asleep_.size())));
    return kill(sleeper->first);
  }
  return kill({'T', 1 + upto(threads_)});
}

}  // namespace epollscope::trial
