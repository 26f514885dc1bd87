// What the kernel does that the model cannot foretell, or says it cannot do: the model goes on from
// a state that it could be in.
#include <sys/epoll.h>

#include <deque>

#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

Outcome success(std::int64_t returned, std::vector<Fd> created = {}) {
  Outcome o;
  o.returned = returned;
  o.created = std::move(created);
  return o;
}

Outcome one_event() {
  Outcome o = success(1);
  o.events = {{EPOLLIN, 4}};
  return o;
}

// Says what it was told to say.
class Scripted : public Kernel {
 public:
  struct Answer {  // to one call
    std::vector<std::pair<ActorId, Outcome>> returned;
    std::vector<ActorId> asleep = {};
  };
  explicit Scripted(std::deque<Answer> answers) : answers_(std::move(answers)) {}

  void submit(ActorId /*actor*/, const Request& /*request*/) override {
    ASSERT_FALSE(answers_.empty());
    const Answer answer = std::move(answers_.front());
    answers_.pop_front();
    for (const auto& [actor, outcome] : answer.returned) {
      Notification& n = news_.emplace_back();
      n.kind = Notification::Kind::returned;
      n.actor = actor;
      n.outcome = outcome;
    }
    news_.emplace_back().blocked = answer.asleep;
  }
  std::optional<Notification> take() override {
    if (news_.empty()) return std::nullopt;
    Notification n = std::move(news_.front());
    news_.pop_front();
    return n;
  }
  [[nodiscard]] bool still_sleeps(ActorId /*actor*/) override { return true; }
  [[nodiscard]] int wait_fd() const override { return -1; }
  Result<std::vector<Level>> levels(const std::vector<Fd>& /*fds*/) override { return {}; }
  [[nodiscard]] int pid() const override { return -1; }
  [[nodiscard]] int pid_of(Fd /*fd*/) const override { return -1; }

 private:
  std::deque<Answer> answers_;
  std::deque<Notification> news_;
};

std::unique_ptr<Session> run_on(std::deque<Scripted::Answer> answers, std::string_view text) {
  auto kernel = std::make_unique<Scripted>(std::move(answers));
  auto s = test::open(text, {.model_only = true}, std::move(kernel));
  while (s && s->step()) s->wait();
  return s;
}

std::vector<ActorId> waiters(const Session& s, int step) {
  std::vector<ActorId> actors;
  const State state = s.state_at(step);
  for (const WaiterState& w : state.eventpolls.at(0).waiters) actors.push_back(w.actor);
  return actors;
}

Outcome failure(int error) {
  Outcome o;
  o.returned = -1;
  o.error = error;
  return o;
}

Outcome pipe_of(std::uint32_t bytes) {
  Outcome o = success(0, {Fd{3}, Fd{4}});
  o.pipe_bytes = bytes;
  return o;
}

// What the other programs of the user have taken no model of one can know.
TEST(ALimitThatProgramsShare, OfItemsIsSeenAndChangesNothing) {
  const auto s = run_on({{{{test::kT1, success(3, {Fd{3}})}}},
                         {{{test::kT1, success(4, {Fd{4}})}}},
                         {{{test::kT1, failure(ENOSPC)}}},
                         {{{test::kT1, success(0)}}},
                         {{{test::kT1, failure(ENOSPC)}}}},
                        "ep = epoll_create1(0)\n"
                        "e = eventfd(1, 0)\n"
                        "epoll_ctl(ep, ADD, e, {events=EPOLLIN}) = -1 ENOSPC\n"
                        "epoll_ctl(ep, ADD, e, {events=EPOLLIN}) = 0\n"
                        "epoll_ctl(ep, ADD, e, {events=EPOLLIN})\n");
  ASSERT_TRUE(s);
  ASSERT_EQ(s->steps().size(), 5U);
  EXPECT_EQ(s->steps()[2].differences, std::vector<std::string>{});
  EXPECT_TRUE(s->steps()[2].chance.by_chance);
  EXPECT_EQ(s->state_at(3).eventpolls.at(0).items.size(), 0U);
  EXPECT_EQ(s->steps()[3].differences, std::vector<std::string>{});
  EXPECT_FALSE(s->steps()[3].chance.by_chance);
  EXPECT_EQ(s->state_at(4).eventpolls.at(0).items.size(), 1U);
  EXPECT_EQ(s->steps()[4].differences.size(), 1U) << "an item that is there is found first: EEXIST";
}

TEST(ALimitThatProgramsShare, OfInotifyInstancesAndProcesses) {
  const auto s = run_on({{{{test::kT1, failure(EMFILE)}}}, {{{test::kT1, failure(EAGAIN)}}}},
                        "i = inotify()\n"
                        "P1 = fork()\n");
  ASSERT_TRUE(s);
  ASSERT_EQ(s->steps().size(), 2U);
  EXPECT_EQ(test::problems(*s), "");
  EXPECT_TRUE(s->steps()[0].chance.by_chance);
  EXPECT_TRUE(s->state_at(2).files.empty());
}

TEST(ALimitThatProgramsShare, OfPagesMakesPipesSmall) {
  const auto s = run_on({{{{test::kT1, pipe_of(8192)}}},
                         {{{test::kT1, success(8192)}}},
                         {{{test::kT1, failure(EPERM)}}},
                         {{{test::kT1, success(8192)}}},
                         {{{test::kT1, failure(EPERM)}}}},
                        "r, w = pipe2(O_NONBLOCK)\n"
                        "fcntl(w, F_GETPIPE_SZ)\n"
                        "fcntl(w, F_SETPIPE_SZ, 65536)\n"
                        "fill(w)\n"
                        "fcntl(w, F_SETPIPE_SZ, 5000)\n");
  ASSERT_TRUE(s);
  ASSERT_EQ(s->steps().size(), 5U);
  for (const int step : {0, 1, 2, 3}) {
    EXPECT_EQ(s->steps()[static_cast<std::size_t>(step)].differences, std::vector<std::string>{});
  }
  EXPECT_TRUE(s->steps()[0].chance.by_chance);
  EXPECT_FALSE(s->steps()[1].chance.by_chance);
  EXPECT_TRUE(s->steps()[2].chance.by_chance);
  EXPECT_EQ(s->steps()[4].differences.size(), 1U) << "a pipe that does not grow needs no pages";
}

// T2 returns from a wait that nothing has ended, T2 and T3 wait, and one of them is woken.
TEST(AfterADifference, WhoReturnedWhileTheModelSleepsMayCallAgain) {
  const auto s = run_on({{{{test::kT1, success(3, {Fd{3}})}}},
                         {{{test::kT1, success(4, {Fd{4}})}}},
                         {{{test::kT1, success(0)}}},
                         {{}, {test::kT2}},
                         {{{test::kT2, one_event()}, {test::kT1, success(0)}}},
                         {{}, {test::kT2}},
                         {{}, {test::kT2, test::kT3}},
                         {{{test::kT1, success(8)}, {test::kT3, one_event()}}, {test::kT2}},
                         {{{test::kT3, success(8)}}, {test::kT2}}},
                        "ep = epoll_create1(0)\n"
                        "e = eventfd(0, 0)\n"
                        "epoll_ctl(ep, ADD, e, {events=EPOLLIN|EPOLLET, data=4})\n"
                        "T2: epoll_wait(ep, 8, -1) <unfinished ...>\n"
                        "epoll_wait(ep, 8, 0)\n"
                        "T2: epoll_wait(ep, 8, -1) <unfinished ...>\n"
                        "T3: epoll_wait(ep, 8, -1) <unfinished ...>\n"
                        "write(e, 1) = 8\n"
                        "T3: write(e, 1) = 8\n");
  ASSERT_TRUE(s);
  ASSERT_EQ(s->steps().size(), 9U);
  const auto& odd = s->steps()[4].differences;
  ASSERT_EQ(odd.size(), 1U);
  EXPECT_NE(odd[0].find("T2: the kernel's call returned"), std::string::npos) << odd[0];
  EXPECT_EQ(waiters(*s, 5), std::vector<ActorId>{});
  EXPECT_EQ(waiters(*s, 7), (std::vector{test::kT3, test::kT2}));
  EXPECT_EQ(waiters(*s, 8), std::vector{test::kT2});
}

}  // namespace
}  // namespace epollscope
