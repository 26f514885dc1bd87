// A step in words: what the call gave, and why; what is not known, and what waits to be sent.
#include <gtest/gtest.h>

#include <algorithm>

#include "app/scene/stage.h"
#include "tests/unit/scene/picture.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

TEST(Explanations, SayWhyAnItemLeftOrStayed) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv = eventfd(1, 0)\nu = eventfd(1, 0)\n"
      "epoll_ctl(ep, ADD, v, IN)\nepoll_ctl(ep, ADD, u, IN|ET)\n"
      "epoll_wait(ep, 8, 0)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = 6;
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    input.lang = lang;
    std::string all;
    for (const std::string& sentence : explain(input)) all += sentence + "\n";
    EXPECT_NE(all.find(tr(lang, "said.about", {"v", tr(lang, "why.requeued.level")})),
              std::string::npos)
        << all;
    EXPECT_NE(all.find(tr(lang, "said.about", {"u", tr(lang, "why.left.edge")})), std::string::npos)
        << all;
  }
}

TEST(Explanations, GiveAReasonOnceForAllThatItHoldsFor) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv[1..7] = eventfd(1, 0)\nepoll_ctl(ep, ADD, v[1..7], IN)\n"
      "epoll_wait(ep, 8, 0)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = static_cast<int>(session->steps().size());
  const auto said = explain(input);
  ASSERT_EQ(said.size(), 2U);
  EXPECT_EQ(said[1], tr(Lang::en, "said.about",
                        {"v[1], v[2], v[3], v[4] and 3 more", tr(Lang::en, "why.requeued.level")}));
}

// The write wakes the first; what the first puts back wakes the second.
TEST(Explanations, TellOfEachThreadThatWasWokenWhereItWas) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv = eventfd(0, 0)\nepoll_ctl(ep, ADD, v, IN)\n"
      "T2: epoll_wait(ep, 8, -1)\nT3: epoll_wait(ep, 8, -1)\nwrite(v, 1)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = 6;
  const auto said = explain(input);
  const auto place = [&](const char* who, const char* why) {
    const std::string sentence = tr(Lang::en, "said.about", {who, tr(Lang::en, why)});
    return std::ranges::find(said, sentence) - said.begin();
  };
  EXPECT_LT(place("T3", "why.woke.event"), place("v", "why.requeued.level"));
  EXPECT_LT(place("v", "why.requeued.level"), place("T2", "said.woke_next"));
  EXPECT_LT(place("T2", "said.woke_next"), std::ssize(said));
}

TEST(Explanations, SayWhyWhatCanBeReadWasNotReported) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nb, b_w = pipe()\nv = eventfd(0, 0)\n"
      "epoll_ctl(ep, ADD, b, IN|ET)\nepoll_ctl(ep, ADD, v, IN|ONESHOT)\n"
      "write(b_w, \"hello\")\nwrite(v, 1)\n"
      "epoll_wait(ep, 8, 0)\nepoll_wait(ep, 8, 0)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = static_cast<int>(session->steps().size());
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    input.lang = lang;
    const auto said = explain(input);
    EXPECT_NE(std::ranges::find(said, tr(lang, "said.unlisted", {"b"})), said.end());
    EXPECT_NE(std::ranges::find(said, tr(lang, "said.disarmed", {"v"})), said.end());
  }
  input.step = 7;  // nothing was asked yet
  for (const std::string& sentence : explain(input)) {
    EXPECT_EQ(sentence.find("nowhere else"), std::string::npos) << sentence;
  }
}

TEST(Pictures, SayFromWhereOnTheyAreGuesses) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nc, d = socketpair(AF_UNIX, SOCK_STREAM)\n"
      "epoll_ctl(ep, ADD, d, PRI)\nsend(c, \"ab\", MSG_OOB)\nepoll_wait(ep, 8, 0)\n");
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->not_modelled_from(), 4);
  StageInput input;
  input.session = session.get();
  const std::string guess = "not modelled from step 4 on: what is drawn here is a guess";
  for (const int step : {3, 4, 5}) {
    input.step = step;
    const Scene scene = build(input, View::window);
    EXPECT_EQ(test::shows(scene, guess), step >= 4) << step;
    EXPECT_TRUE(test::shows(scene, "not modelled from step 4 on")) << step;
    EXPECT_EQ(test::faults_of(scene), std::vector<std::string>{});
  }
}

TEST(Pictures, SayWhatTcpHasNotSent) {
  const auto session = test::run(
      "l = socket(AF_INET, SOCK_STREAM)\nlisten(l, 8)\n"
      "c = socket(AF_INET, SOCK_STREAM)\nconnect(c, l)\ns = accept(l)\nfill(c)\n");
  ASSERT_NE(session, nullptr);
  ASSERT_EQ(test::problems(*session), "");
  StageInput input;
  input.session = session.get();
  const auto unsent = [&] {
    const Scene scene = build(input, View::window);
    return std::ranges::any_of(test::texts_of(scene), [](const test::ShownText& t) {
      return t.text.ends_with(" unsent");
    });
  };
  input.step = 5;
  EXPECT_FALSE(unsent());
  input.step = 6;
  EXPECT_TRUE(unsent());
}

// The chip beside a result that only the kernel could give does not say that it was foretold.
TEST(Pictures, SayOfAStepThatPartOfItWasOnlySeen) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nt = timerfd_create(CLOCK_MONOTONIC, 0)\n"
      "timerfd_settime(t, 1ms, 1ms)\nsleep(5ms)\nread(t, 8)\nclose(t)\n");
  ASSERT_NE(session, nullptr);
  ASSERT_EQ(test::problems(*session), "");
  StageInput input;
  input.session = session.get();
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    input.lang = lang;
    const auto says = [&](int step, float width, const char* key) {
      input.step = step;
      input.width = width;
      return test::shows(build(input, View::window), tr(lang, key));
    };
    for (const int step : {4, 6}) {
      EXPECT_TRUE(says(step, 1600, "ui.bar.agrees")) << step;
      EXPECT_FALSE(says(step, 1600, "ui.bar.agrees_seen")) << step;
    }
    EXPECT_TRUE(says(5, 1600, "ui.bar.agrees_seen"));
    EXPECT_FALSE(says(5, 1600, "ui.bar.agrees"));
    EXPECT_TRUE(says(5, 1100, "ui.bar.seen"));
  }
}

}  // namespace
}  // namespace epollscope::scene
