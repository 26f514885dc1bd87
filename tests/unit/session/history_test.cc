// Looking back gives the moment as it was: every seek equals what was seen when it happened.
#include <filesystem>
#include <fstream>
#include <random>

#include "tests/unit/session/run.h"

namespace epollscope {
namespace {

std::string digest(const State& state) {
  std::string text;
  for (const EventpollState& ep : state.eventpolls) {
    text += ep.name + ":";
    for (const ItemState& i : ep.items) {
      text += " " + i.name + (i.red ? "r" : "b") + std::to_string(i.left) + "/" +
              std::to_string(i.right) + (i.queued ? "q" : "") + (i.armed ? "" : "!");
    }
    text += " |";
    for (const EpitemId id : ep.ready) text += " " + std::to_string(id.value);
  }
  for (const ObjectState& o : state.objects) {
    for (const std::uint64_t f : o.fill) text += " " + std::to_string(f);
  }
  return text;
}

std::string random_scenario(std::mt19937& random, int steps) {
  std::string text = "ep = epoll_create1(0)\n";
  for (int i = 0; i < 8; ++i) text += "e" + std::to_string(i) + " = eventfd(0, EFD_NONBLOCK)\n";
  for (int i = 0; i < steps; ++i) {
    const std::string e = "e" + std::to_string(random() % 8);
    switch (random() % 6) {
      case 0:
        text += "epoll_ctl(ep, ADD, " + e + ", IN)\n";
        break;
      case 1:
        text += "epoll_ctl(ep, DEL, " + e + ", NULL)\n";
        break;
      case 2:
        text += "epoll_ctl(ep, MOD, " + e + ", IN|ET)\n";
        break;
      case 3:
        text += "write(" + e + ", 1)\n";
        break;
      case 4:
        text += "read(" + e + ", 8)\n";
        break;
      default:
        text += "epoll_wait(ep, 3, 0)\n";
        break;
    }
  }
  return text;
}

TEST(History, EverySeekGivesTheMomentAsItWas) {
  const unsigned seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto s = test::open(random_scenario(random, 300));
  ASSERT_TRUE(s);
  std::vector<std::string> seen = {digest(s->state_at(0))};
  while (s->step()) {
    s->wait();
    seen.push_back(digest(s->state_at(static_cast<int>(s->steps().size()))));
  }
  EXPECT_EQ(s->model_differences(), 0) << test::problems(*s);
  for (int i = 0; i < 200; ++i) {
    const int n = static_cast<int>(random() % seen.size());
    ASSERT_EQ(digest(s->state_at(n)), seen[static_cast<std::size_t>(n)]) << "step " << n;
  }
}

TEST(History, TheOrderLearnedLaterRanksEarlierMoments) {
  auto s = test::run(
      "ep = epoll_create1(0)\ne[1..6] = eventfd(0, 0)\nepoll_ctl(ep, ADD, e[1..6], IN)\n");
  ASSERT_TRUE(s);
  for (int n = 8; n <= 13; ++n) {
    const State state = s->state_at(n);
    EXPECT_EQ(state.eventpolls.at(0).items.size(), static_cast<std::size_t>(n - 7));
    EXPECT_TRUE(state.eventpolls.at(0).unranked.empty());
  }
}

TEST(History, TheLastMicroStepLeavesTheStepsEnd) {
  auto s = test::run(
      "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\nwrite(w, 5)\n"
      "epoll_wait(ep, 8, 0)\n");
  ASSERT_TRUE(s);
  const auto& steps = s->steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const int n = static_cast<int>(i) + 1;
    const int count = static_cast<int>(steps[i].micro.size());
    ASSERT_GT(count, 0) << print(steps[i].call);
    EXPECT_EQ(digest(s->state_at(n, 0)), digest(s->state_at(n - 1)));
  }
  const int waits = static_cast<int>(steps.back().micro.size());
  EXPECT_EQ(digest(s->state_at(5, waits)), digest(s->state_at(5)));
}

// In the middle of a close as well, when half of what is shown is gone already.
TEST(History, ShowsEveryMomentOfEveryScenario) {
  int moments = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(EPOLLSCOPE_SOURCE_DIR "/tests/scenarios/holds")) {
    std::ifstream in(entry.path());
    const std::string text(std::istreambuf_iterator<char>(in), {});
    const auto s = test::run(text, {.model_only = true, .tree = TreeOrder::created});
    ASSERT_NE(s, nullptr) << entry.path();
    for (const StepRecord& r : s->steps()) {
      for (int k = 0; k <= static_cast<int>(r.micro.size()); ++k, ++moments) {
        EXPECT_LE(s->state_at(r.n, k).files.size(), 2000U) << entry.path() << " " << r.n;
      }
    }
  }
  EXPECT_GT(moments, 1000);
}

}  // namespace
}  // namespace epollscope
