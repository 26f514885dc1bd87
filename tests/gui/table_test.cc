// The tables behind the window: every action can be said and reached, every call can be put
// together without typing.
#include <gtest/gtest.h>

#include <sys/epoll.h>
#include "app/ui/animator.h"

#include <map>
#include <set>

#include "app/i18n/i18n.h"
#include "app/ui/actions.h"
#include "app/ui/draft.h"
#include "app/ui/meter_chart.h"
#include "app/ui/object_calls.h"
#include "app/ui/widgets.h"

namespace epollscope::ui {
namespace {

TEST(Actions, EveryOneHasItsTextInEveryLanguage) {
  for (const Action& action : all_actions()) {
    for (const Lang lang : {Lang::en, Lang::zh_cn}) {
      EXPECT_TRUE(has_key(lang, "ui.action." + std::string(action.name))) << action.name;
    }
  }
}

TEST(Actions, AKeyMeansOneThing) {
  std::map<std::string_view, std::string_view> owner;
  for (const Action& action : all_actions()) {
    for (const std::string_view chord : action.chords) {
      EXPECT_TRUE(owner.emplace(chord, action.name).second)
          << chord << " means " << owner[chord] << " and " << action.name;
      EXPECT_EQ(action_of_chord(chord), &action);
    }
  }
}

TEST(Actions, IdsAndNamesAreUnique) {
  std::set<ActionId> ids;
  std::set<std::string_view> names;
  for (const Action& action : all_actions()) {
    EXPECT_TRUE(ids.insert(action.id).second) << action.name;
    EXPECT_TRUE(names.insert(action.name).second) << action.name;
    EXPECT_EQ(&action_of(action.id), &action);
  }
}

TEST(Actions, RemotesReachTheirKeys) {
  const std::map<std::string_view, ActionId> remote{
      {"PageDown", ActionId::step}, {"PageUp", ActionId::back}, {"B", ActionId::blank},
      {".", ActionId::blank},       {"F11", ActionId::lecture}, {"F5", ActionId::lecture},
      {"Space", ActionId::step}};
  for (const auto& [chord, id] : remote) {
    const Action* action = action_of_chord(chord);
    ASSERT_NE(action, nullptr) << chord;
    EXPECT_EQ(action->id, id) << chord;
  }
}

TEST(Focus, GoesThroughWidgetsThenThePictureAndAroundAgain) {
  Focus focus;
  focus.move(1);
  EXPECT_EQ(focus.id, "");
  focus.order = {"action:step", "action:back"};
  focus.picture = {"item:1", "fd:4"};
  std::string way;
  for (int i = 0; i < 5; ++i) {
    focus.move(1);
    way += focus.id + " ";
  }
  EXPECT_EQ(way, "action:step action:back item:1 fd:4 action:step ");
  focus.move(-1);
  EXPECT_EQ(focus.id, "fd:4");
}

TEST(MeterNumbers, AreReadAtAGlance) {
  EXPECT_EQ(grouped(10), "10");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1048576), "1,048,576");
  EXPECT_EQ(short_time(87.4), "87 ns");
  EXPECT_EQ(short_time(999.6), "1.00 µs");
  EXPECT_EQ(short_time(9'996), "10.0 µs");
  EXPECT_EQ(short_time(33'120), "33.1 µs");
  EXPECT_EQ(short_time(375'235), "375 µs");
  EXPECT_EQ(short_time(999'600), "1.00 ms");
  EXPECT_EQ(short_time(12'340'000), "12.3 ms");
}

const std::vector<KnownName> kNames{
    {.name = "ep", .fd = Fd{3}, .open = true, .epoll = true},
    {.name = "a", .fd = Fd{4}, .open = true, .end = FileEnd::read},
    {.name = "a_w", .fd = Fd{5}, .open = true, .end = FileEnd::write},
};

TEST(Draft, EveryCallIsWholeAsSoonAsItIsChosen) {
  for (const CallSpec& spec : all_calls()) {
    Draft draft;
    if (spec.call == CallName::exit) draft.actor = {'P', 1};
    choose_call(draft, spec.call, kNames);
    const auto statement = statement_of(draft);
    ASSERT_TRUE(statement) << draft.line << ": " << statement.error().diagnostics.front().message;
    const auto& made = std::get<CallStatement>(statement->what);
    EXPECT_EQ(made.call.name, spec.call);
    EXPECT_EQ(made.names.size(), spec.call == CallName::dup2 ? 0U
                                 : spec.call == CallName::fork
                                     ? 1U
                                     : static_cast<std::size_t>(spec.creates))
        << draft.line;
  }
}

TEST(Draft, EveryPresetParses) {
  for (const CallSpec& spec : all_calls()) {
    for (std::size_t i = 0; i < spec.params.size(); ++i) {
      for (const std::string& text : presets({}, spec.params[i])) {
        Draft draft;
        if (spec.call == CallName::exit) draft.actor = {'P', 1};
        choose_call(draft, spec.call, kNames);
        draft.args[i].text = text;
        draft.args[i].present = true;
        compose(draft);
        EXPECT_TRUE(statement_of(draft)) << draft.line;
      }
    }
  }
}

TEST(Draft, ProposesTheDescriptorAPersonMeans) {
  const std::map<CallName, std::string> lines{{CallName::epoll_ctl, "epoll_ctl(ep, ADD, a, IN)"},
                                              {CallName::write, "write(a_w, \"hello\")"},
                                              {CallName::read, "read(a, 8)"},
                                              {CallName::epoll_wait, "epoll_wait(ep, 8, 0)"},
                                              {CallName::pipe, "b, b_w = pipe()"},
                                              {CallName::epoll_create1, "ep2 = epoll_create1(0)"}};
  for (const auto& [call, line] : lines) {
    Draft draft;
    choose_call(draft, call, kNames);
    EXPECT_EQ(draft.line, line);
  }
}

TEST(Draft, ArgumentsFollowTheOneChosen) {
  std::vector<KnownName> names = kNames;
  names[1].watched = true;
  names.push_back({.name = "v", .fd = Fd{6}, .open = true, .kind = ObjectKind::eventfd});
  Draft draft;
  choose_call(draft, CallName::epoll_ctl, names);
  EXPECT_EQ(draft.line, "epoll_ctl(ep, ADD, v, IN)");
  draft.args[1].bits = EPOLL_CTL_DEL;
  suit(draft, names);
  compose(draft);
  EXPECT_EQ(draft.line, "epoll_ctl(ep, DEL, a, NULL)");
  draft.args[1].bits = EPOLL_CTL_MOD;
  suit(draft, names);
  compose(draft);
  EXPECT_EQ(draft.line, "epoll_ctl(ep, MOD, a, IN)");
  choose_call(draft, CallName::write, names);
  EXPECT_EQ(draft.line, "write(v, 1)");
  draft.args[0].text = "a_w";
  suit(draft, names);
  compose(draft);
  EXPECT_EQ(draft.line, "write(a_w, \"hello\")");
}

TEST(Draft, AStatementTakenUpComposesToTheSame) {
  for (const std::string line :
       {"epoll_ctl(ep, MOD, a, {events=IN|ET, data=7})", "epoll_ctl(ep, DEL, a, NULL)",
        "T2: epoll_wait(ep, 8, -1)", "fcntl(a, F_SETPIPE_SZ, 4k)", "write(a_w, 4096)",
        "epoll_wait(ep, 8, 0, events=NULL)", "c, c_w = pipe2(O_NONBLOCK)"}) {
    const auto statement = parse_statement(line);
    ASSERT_TRUE(statement) << line;
    Draft draft;
    take_statement(draft, *statement);
    compose(draft);
    const auto again = statement_of(draft);
    ASSERT_TRUE(again) << draft.line;
    EXPECT_EQ(std::get<CallStatement>(again->what).call,
              std::get<CallStatement>(statement->what).call)
        << draft.line;
  }
}

// The kernel judges what a menu calls sensible and what it says will be refused.
TEST(ObjectCalls, AreRefusedAsTheMenuSays) {
  const std::string setup =
      "ep = epoll_create1(0)\na, w = pipe2(O_NONBLOCK)\nv = eventfd(0, EFD_NONBLOCK)\n"
      "t = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)\n"
      "s, peer = socketpair(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK)\nin = epoll_create1(0)\n"
      "l = socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK)\nbind(l)\nlisten(l, 8)\n"
      "c = socket(AF_INET, SOCK_STREAM)\nconnect(c, l)\nd = accept4(l, SOCK_NONBLOCK)\n"
      "fcntl(c, F_SETFL, O_NONBLOCK)\nf = socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK)\n"
      "u = socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK)\n"
      "uc = socket(AF_INET, SOCK_DGRAM|SOCK_NONBLOCK)\nbind(u)\nconnect(uc, u)\n"
      "g = signalfd([SIGUSR1], SFD_NONBLOCK)\nn = inotify()\nfcntl(n, F_SETFL, O_NONBLOCK)\n"
      "xl = socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK)\nbind(xl)\nlisten(xl, 8)\n"
      "xc = socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK)\nconnect(xc, xl)\n"
      "xd = accept4(xl, SOCK_NONBLOCK)\nxf = socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK)\n"
      "xr = socket(AF_UNIX, SOCK_DGRAM|SOCK_NONBLOCK)\nbind(xr)\n"
      "xs = socket(AF_UNIX, SOCK_DGRAM|SOCK_NONBLOCK)\nconnect(xs, xr)\n"
      "m = memfd_create()\npm, ps = openpty()\n"
      "fcntl(pm, F_SETFL, O_NONBLOCK)\nfcntl(ps, F_SETFL, O_NONBLOCK)\n"
      "epoll_ctl(ep, ADD, v, IN)\n";
  const auto desk_of = [](const std::string& program) {
    auto made = Desk::lay(std::move(*parse_lesson(program)), "", {.xray = XrayUse::off}, {});
    auto desk = std::move(*made);
    while (desk->session().step()) desk->session().wait();
    desk->view.step = desk->step_count();
    return desk;
  };
  const auto desk = desk_of(setup);
  int sensible = 0, refused = 0;
  for (int fd = 3; fd <= 27; ++fd) {
    const ObjectCalls calls = calls_for(*desk, "fd:" + std::to_string(fd));
    EXPECT_FALSE(calls.sensible.empty()) << fd;
    const auto outcome = [&](const std::string& line) {
      return desk_of(setup + line + "\n")->session().steps().back().outcome;
    };
    for (const std::string& line : calls.sensible) {
      const Outcome o = outcome(line);
      EXPECT_TRUE(!o.failed() || o.error == EAGAIN || o.error == EINPROGRESS)
          << line << ": " << errno_name(o.error);
      ++sensible;
    }
    for (const std::string& line : calls.refused) {
      const Outcome o = outcome(line);
      EXPECT_TRUE(o.failed() && o.error != EAGAIN) << line;
      ++refused;
    }
  }
  EXPECT_GT(sensible, 100);
  EXPECT_GT(refused, 15);
}

// Three steps of two, no and four micro-steps.
TEST(Way, HoldsTheMicroStepsBetweenTwoCursors) {
  std::vector<StepRecord> steps(3);
  for (const auto& [step, count] : {std::pair(0, 2), {2, 4}}) {
    for (int i = 0; i < count; ++i) {
      MicroStep m;
      m.mask = static_cast<std::uint32_t>(10 * step + i);
      steps[static_cast<std::size_t>(step)].micro.push_back(m);
    }
  }
  const auto way = [&](int from, std::optional<int> from_micro, int to,
                       std::optional<int> to_micro) {
    std::vector<std::uint32_t> masks;
    for (const MicroStep& m : micro_between(steps, from, from_micro, to, to_micro)) {
      masks.push_back(m.mask);
    }
    return masks;
  };
  using Masks = std::vector<std::uint32_t>;
  constexpr auto kWhole = std::nullopt;
  EXPECT_EQ(way(0, kWhole, 1, kWhole), (Masks{0, 1}));
  EXPECT_EQ(way(2, kWhole, 3, 1), (Masks{20}));
  EXPECT_EQ(way(3, 1, 3, 2), (Masks{21}));
  EXPECT_EQ(way(3, 2, 3, kWhole), (Masks{22, 23}));
  EXPECT_EQ(way(3, kWhole, 3, 2), Masks{}) << "back";
  EXPECT_EQ(way(1, kWhole, 0, kWhole), Masks{}) << "back";
  EXPECT_EQ(way(0, kWhole, 3, kWhole), Masks{}) << "a jump";
  EXPECT_EQ(way(1, 1, 2, kWhole), Masks{}) << "out of one step and over the next";
  EXPECT_EQ(way(2, kWhole, 4, kWhole), Masks{}) << "no such step";
}

}  // namespace
}  // namespace epollscope::ui
