// What the boxes of watched files say they hold, in as many words as there is room for.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/scene/stage.h"
#include "tests/unit/scene/picture.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

Scene stage_of(const Session& session, int step, Lang lang, float width = 1600) {
  StageInput input;
  input.session = &session;
  input.step = step;
  input.lang = lang;
  input.width = width;
  input.height = 1000;
  return build(input, View::window);
}

// What stands in the box of the object whose label begins so.
std::vector<std::string> in_box(const Scene& scene, std::string_view label) {
  std::vector<std::string> words;
  const auto box = std::ranges::find_if(scene.hits, [&](const Hit& h) {
    return h.id.starts_with("object:") && h.label.starts_with(label);
  });
  if (box == scene.hits.end()) return words;
  for (const test::ShownText& text : test::texts_of(scene)) {
    if (box->rect.contains(text.box.center())) words.push_back(text.text);
  }
  return words;
}

bool holds(const std::vector<std::string>& words, const std::string& wanted) {
  return std::ranges::find(words, wanted) != words.end();
}

std::string listener_and_signals(int pipes) {
  return fmt::format(
      "ep = epoll_create1(0)\nl = socket(AF_INET, SOCK_STREAM)\nlisten(l, 8)\n"
      "sg = signalfd([SIGUSR1], 0)\na[1..{0}], w[1..{0}] = pipe()\n"
      "epoll_ctl(ep, ADD, l, IN)\nepoll_ctl(ep, ADD, sg, IN)\nepoll_ctl(ep, ADD, a[1..{0}], IN)\n",
      pipes);
}

// An end that has sent what nobody took yet is not empty: there is nothing to read from it.
TEST(Levels, ASocketSaysWhatItHoldsToBeRead) {
  const auto session = test::run(
      "l = socket(AF_INET, SOCK_STREAM)\nlisten(l, 8)\nc = socket(AF_INET, SOCK_STREAM)\n"
      "connect(c, l)\ns = accept(l)\nep = epoll_create1(0)\nepoll_ctl(ep, ADD, c, IN)\n"
      "fcntl(c, F_SETFL, O_NONBLOCK)\nfill(c)\nwrite(s, \"hello\")\n");
  ASSERT_NE(session, nullptr);
  for (const Lang lang : {Lang::en, Lang::zh_cn}) {
    const std::string tcp = tr(lang, "file.tcp") + " c";
    const auto waits = in_box(stage_of(*session, 9, lang), tcp);
    EXPECT_TRUE(holds(waits, tr(lang, "file.nothing_to_read")));
    EXPECT_FALSE(holds(waits, tr(lang, "file.no_bytes")));
    const auto both = in_box(stage_of(*session, 10, lang), tcp);
    EXPECT_TRUE(holds(both, tr(lang, "file.to_read", {"5 B"})));
  }
}

TEST(Levels, WhatIsUnsentIsWholeBesideOthers) {
  const auto session = test::run(
      "l = socket(AF_INET, SOCK_STREAM)\nlisten(l, 8)\nc = socket(AF_INET, SOCK_STREAM)\n"
      "connect(c, l)\ns = accept(l)\nep = epoll_create1(0)\nepoll_ctl(ep, ADD, c, IN)\n"
      "fcntl(c, F_SETFL, O_NONBLOCK)\na[1..3], w[1..3] = pipe()\nsg = signalfd([SIGUSR1], 0)\n"
      "fill(c)\n");
  ASSERT_NE(session, nullptr);
  for (const View view : {View::window, View::lecture}) {
    StageInput input;
    input.session = session.get();
    input.step = static_cast<int>(session->steps().size());
    input.width = 1600;
    input.height = 1000;
    bool whole = false;
    for (const test::ShownText& text : test::texts_of(build(input, view))) {
      whole = whole || text.text.ends_with(" MiB unsent") || text.text.ends_with(" KiB unsent");
    }
    EXPECT_TRUE(whole);
  }
}

TEST(Levels, AListenerSaysHowManyWaitHoweverSmallItsBox) {
  for (const int pipes : {1, 3, 5, 9, 40}) {
    const auto session = test::run(listener_and_signals(pipes), test::kModel);
    ASSERT_NE(session, nullptr);
    for (const Lang lang : {Lang::en, Lang::zh_cn}) {
      const auto words = in_box(stage_of(*session, static_cast<int>(session->steps().size()), lang),
                                tr(lang, "file.listener") + " l");
      EXPECT_TRUE(holds(words, tr(lang, "file.waiting", {"0"})) ||
                  holds(words, tr(lang, "file.short.waiting", {"0"})))
          << pipes << " pipes, " << name_of(lang);
    }
  }
}

TEST(Levels, AreNeverCut) {
  for (const int pipes : {1, 3, 5, 6, 7, 9, 40}) {
    const auto session = test::run(
        listener_and_signals(pipes) + "P1 = fork()\npd = pidfd(P1)\nP1: exit(0)\nwaitpid(P1)\n",
        test::kModel);
    ASSERT_NE(session, nullptr);
    for (const Lang lang : {Lang::en, Lang::zh_cn}) {
      for (const float width : {1600.0F, 1280.0F, 1024.0F}) {
        const Scene scene =
            stage_of(*session, static_cast<int>(session->steps().size()), lang, width);
        for (const std::string_view kind : {"file.signalfd", "file.listener", "file.pidfd"}) {
          for (const std::string& words : in_box(scene, tr(lang, kind))) {
            const std::string begins = words.substr(0, words.find("…"));
            const bool heading = tr(lang, kind).starts_with(begins);
            EXPECT_TRUE(heading || begins == words)
                << words << " with " << pipes << " pipes, " << name_of(lang) << " " << width;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace epollscope::scene
