// Whole pictures of random runs: whatever happened, in whatever size and language, no two texts
// touch and none leaves its panel; and the same input gives the same picture.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "app/scene/stage.h"
#include "tests/unit/scene/picture.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

using test::faults_of;

std::string name_of_file(std::mt19937& random, int files) {
  return "f" + std::to_string(random() % static_cast<unsigned>(files));
}

// Pipes, pairs and counters; everything that can be done to them, sensible or not.
std::string random_scenario(std::mt19937& random) {
  std::string text = "ep = epoll_create1(0)\n";
  const int instances = 1 + static_cast<int>(random() % 3);
  for (int i = 1; i < instances; ++i) {
    text += "ep" + std::to_string(i) + " = epoll_create1(0)\n";
  }
  const int files = 2 + static_cast<int>(random() % (random() % 4 == 0 ? 70 : 12));
  int made = 0;
  while (made < files) {
    const std::string one = "f" + std::to_string(made);
    const std::string two = "f" + std::to_string(made + 1);
    switch (random() % 3) {
      case 0:
        text += fmt::format("{}, {} = pipe2(O_NONBLOCK)\n", one, two);
        made += 2;
        break;
      case 1:
        text += fmt::format("{}, {} = socketpair(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK)\n", one, two);
        made += 2;
        break;
      default:
        text += fmt::format("{} = eventfd({}, EFD_NONBLOCK)\n", one, random() % 3);
        made += 1;
    }
  }
  constexpr std::array kMasks = {"IN",           "OUT", "IN|ET",      "IN|OUT|ET|RDHUP",
                                 "IN|EXCLUSIVE", "0",   "IN|ONESHOT", "IN|ET|ONESHOT|PRI|RDHUP"};
  const auto steps = 5 + random() % 60;
  for (auto i = steps; i > 0; --i) {
    const std::string f = name_of_file(random, made);
    const std::string ep =
        random() % 4 == 0 && instances > 1
            ? "ep" + std::to_string(1 + random() % static_cast<unsigned>(instances - 1))
            : "ep";
    const std::string mask = kMasks[random() % kMasks.size()];
    switch (random() % 11) {
      case 0:
      case 1:
      case 2:
        text += fmt::format("epoll_ctl({}, ADD, {}, {})\n", ep, f, mask);
        break;
      case 3:
        text += fmt::format("epoll_ctl({}, MOD, {}, {})\n", ep, f, mask);
        break;
      case 4:
        text += fmt::format("epoll_ctl({}, DEL, {}, NULL)\n", ep, f);
        break;
      case 5:
      case 6:
        text += fmt::format("write({}, {})\n", f, 1 + random() % 9000);
        break;
      case 7:
        text += fmt::format("read({}, 4096)\n", f);
        break;
      case 8:
        text += fmt::format("epoll_wait({}, {}, 0)\n", ep, 1 + random() % 12);
        break;
      case 9:
        text += fmt::format("close({})\n", f);
        break;
      default:
        text += fmt::format("a_rather_long_name_{} = dup({})\n", i, f);
    }
  }
  if (random() % 2 == 0) {
    for (unsigned t = 2; t < 3 + random() % 9; ++t) {
      text += fmt::format("T{}: epoll_wait(ep, 8, -1)\n", t);
    }
    text += "epoll_ctl(ep, ADD, f0, IN)\nwrite(f0, 1)\nwrite(f1, 1)\n";
  }
  return text;
}

StageInput random_input(std::mt19937& random, const Session& session) {
  StageInput input;
  input.session = &session;
  input.step = static_cast<int>(random() % (session.steps().size() + 1));
  if (random() % 3 == 0) input.micro = static_cast<int>(random() % 9);
  if (random() % 4 == 0) input.selected = "item:" + std::to_string(random() % 5);
  if (random() % 4 == 0) input.selected = "epoll:4";
  constexpr std::array kSizes = {std::pair{1680, 1050}, std::pair{900, 600},
                                 std::pair{1280, 720},  std::pair{1024, 768},
                                 std::pair{2400, 1500}, std::pair{1400, 700}};
  const auto& size = kSizes[random() % kSizes.size()];
  input.width = static_cast<float>(size.first);
  input.height = static_cast<float>(size.second);
  input.lang = random() % 2 == 0 ? Lang::en : Lang::zh_cn;
  input.program_scroll = random() % 2 == 0 ? -1 : static_cast<int>(random() % 40);
  if (random() % 3 == 0) {  // nothing is cut off sideways
    input.camera.y = static_cast<float>(random() % 400);
    input.camera.zoom = random() % 2 == 0 ? 0 : 1;
    input.camera.follow = random() % 2 == 0;
  }
  return input;
}

TEST(Pictures, OfRandomRunsHaveNoTextOverAnother) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 40; ++round) {
    const std::string scenario = random_scenario(random);
    const auto session = test::run(scenario, test::kModel);
    ASSERT_NE(session, nullptr);
    for (int look = 0; look < 6; ++look) {
      const StageInput input = random_input(random, *session);
      const auto view = static_cast<View>(look < 3 ? 4 : random() % 6);
      const auto faults = faults_of(build(input, view));
      EXPECT_TRUE(faults.empty()) << faults.front() << " (one of " << faults.size() << ")\nview "
                                  << static_cast<int>(view) << " step " << input.step << " micro "
                                  << input.micro.value_or(-1) << " size " << input.width << "x"
                                  << input.height << " " << name_of(input.lang) << " camera "
                                  << input.camera.x << ", " << input.camera.y << ", "
                                  << input.camera.zoom << " selected " << input.selected << "\n"
                                  << scenario;
      if (!faults.empty()) return;
    }
  }
}

// Four files of the third lesson: level, edge, a socket, one-shot.
constexpr std::string_view kFour =
    "ep = epoll_create1(0)\na, a_w = pipe()\nb, b_w = pipe()\n"
    "s, peer = socketpair(AF_UNIX, SOCK_STREAM)\nv = eventfd(0, 0)\n"
    "epoll_ctl(ep, ADD, a, IN)\nepoll_ctl(ep, ADD, b, IN|ET)\n"
    "epoll_ctl(ep, ADD, s, IN|RDHUP)\nepoll_ctl(ep, ADD, v, IN|ONESHOT)\n"
    "write(a_w, \"hello\")\nwrite(b_w, \"hello\")\nwrite(peer, \"ping\")\nwrite(v, 1)\n"
    "epoll_wait(ep, 8, 0)\nepoll_wait(ep, 8, 0)\n";

TEST(Pictures, OfALessonCutNoWordOfANodeAndDrawNoWireThroughWords) {
  const auto session = test::run(kFour, test::kModel);
  StageInput input;
  input.session = session.get();
  for (const auto& [w, h] : {std::pair{1600, 1000}, std::pair{1680, 1050}, std::pair{1280, 720},
                             std::pair{1024, 768}, std::pair{2400, 1500}}) {
    input.width = static_cast<float>(w);
    input.height = static_cast<float>(h);
    for (const Lang lang : {Lang::en, Lang::zh_cn}) {
      input.lang = lang;
      for (input.step = 6; input.step <= static_cast<int>(session->steps().size()); ++input.step) {
        for (const View view : {View::window, View::stage, View::tree, View::ready}) {
          const Scene scene = build(input, view);
          for (const char* kind : {"item:", "ready:", "event:", "object:", "hook:", "statement:"}) {
            if (w < 1200 && std::string_view(kind) == "statement:") continue;
            const auto cut = test::cut_inside(scene, kind);
            EXPECT_TRUE(cut.empty())
                << cut.front() << " " << w << "x" << h << " step " << input.step << " "
                << name_of(lang) << " view " << static_cast<int>(view);
          }
          const auto faults = test::wires_through_text(scene);
          EXPECT_TRUE(faults.empty()) << faults.front() << " " << w << "x" << h << " step "
                                      << input.step << " " << name_of(lang);
        }
      }
    }
  }
}

TEST(Pictures, OfACrowdShowWhatTheStepIsAbout) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nep2 = epoll_create1(0)\nv[1..60] = eventfd(0, 0)\n"
      "r[1..20], w[1..20] = pipe()\nepoll_ctl(ep, ADD, v[1..60], IN)\n"
      "epoll_ctl(ep, ADD, r[1..20], IN|ET)\nepoll_ctl(ep2, ADD, v[1], IN)\n"
      "write(v[30..60], 1)\nwrite(w[17], 2000)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = static_cast<int>(session->steps().size());
  input.width = 1600;
  input.height = 1000;
  const Scene scene = build(input, View::window);
  EXPECT_TRUE(test::wires_through_text(scene).empty());
  const Rect kernel = zones_of(input.width, input.height).kernel;
  int items = 0;
  int objects = 0;
  int lanes = 0;
  for (const Hit& hit : scene.hits) {
    if (hit.id.starts_with("item:") && hit.label.starts_with("r[17],")) ++items;
    if (hit.id.starts_with("object:") && hit.label.find("r[17]") != std::string::npos) {
      ++objects;
      EXPECT_LE(hit.rect.bottom(), kernel.bottom() - 20);
      EXPECT_GE(hit.rect.h, 40);  // not cut off by the edge of the panel
    }
    if (hit.id.starts_with("lane:") && hit.label.find("r[17]") != std::string::npos) ++lanes;
  }
  EXPECT_EQ(items, 2);  // its dot in the tree, and its card
  EXPECT_EQ(objects, 1);
  EXPECT_EQ(lanes, 1);
}

TEST(Pictures, KeepTheReasonsWhileAQuestionIsOpen) {
  const auto session = test::run(
      "# Title\n\n```epoll\nep = epoll_create1(0)\nv = eventfd(1, 0)\n"
      "epoll_ctl(ep, ADD, v, IN|ET)\nepoll_wait(ep, 8, 0)\n```\n\n"
      "```quiz\nWhat comes next?\n- [ ] v\n- [x] nothing\n> It left the list.\n```\n\n"
      "```epoll\nexpect ready(ep) = []\nepoll_wait(ep, 8, 0)\n```\n",
      test::kModel);
  ASSERT_NE(session, nullptr);
  StageInput input;
  input.session = session.get();
  const auto mentions = [&](std::string_view words) {
    std::string all;
    for (const test::ShownText& text : test::texts_of(build(input, View::window))) {
      all += text.text + " ";
    }
    return all.find(words) != std::string::npos;
  };
  input.step = 4;
  EXPECT_TRUE(mentions("What comes next?"));
  EXPECT_FALSE(mentions("edge-triggered:"));
  EXPECT_FALSE(mentions("reported once"));  // why it left
  EXPECT_TRUE(mentions("expect ready(ep) = …"));
  EXPECT_FALSE(mentions("expect ready(ep) = []"));
  input.micro = static_cast<int>(session->steps()[3].micro.size());
  EXPECT_TRUE(mentions("edge-triggered:"));  // to look inside is to ask
  input.micro = std::nullopt;
  input.step = 5;
  EXPECT_FALSE(mentions("What comes next?"));
  EXPECT_TRUE(mentions("reported once"));
  EXPECT_TRUE(mentions("expect ready(ep) = []"));
}

TEST(Pictures, NameTheThreadWhoseEventsTheyShow) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv = eventfd(0, 0)\nepoll_ctl(ep, ADD, v, IN)\n"
      "epoll_wait(ep, 8, 0)\nT2: epoll_wait(ep, 1, -1)\nwrite(v, 1)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = 6;
  const Scene scene = build(input, View::window);
  EXPECT_TRUE(test::shows(scene, "T2: events[] as step 6 left it"));
  const auto slots = [](const Scene& s) {
    return std::ranges::count_if(s.hits, [](const Hit& h) { return h.id.starts_with("event:"); });
  };
  EXPECT_EQ(slots(scene), 1) << "as many as maxevents";
  input.step = 4;
  const Scene before = build(input, View::window);
  EXPECT_EQ(slots(before), 4);
  EXPECT_TRUE(test::shows(before, "…[7]"));
}

TEST(Pictures, AreTheSameForTheSameInput) {
  const auto session = test::run(
      "ep = epoll_create1(0)\na, w = pipe()\n"
      "epoll_ctl(ep, ADD, a, IN)\nwrite(w, 5)\nepoll_wait(ep, 8, 0)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = 5;
  const Scene once = build(input, View::window);
  const Scene again = build(input, View::window);
  ASSERT_EQ(once.shapes.size(), again.shapes.size());
  EXPECT_EQ(once.hits.size(), again.hits.size());
  for (std::size_t i = 0; i < once.shapes.size(); ++i) {
    ASSERT_EQ(once.shapes[i].index(), again.shapes[i].index());
    const auto* a = std::get_if<Text>(&once.shapes[i]);
    const auto* b = std::get_if<Text>(&again.shapes[i]);
    if (a == nullptr) continue;
    EXPECT_EQ(a->text, b->text);
    EXPECT_EQ(a->at, b->at);
  }
}

TEST(Pictures, OfOneThousandItemsFold) {
  const auto session = test::run(
      "ep = epoll_create1(0)\ne[1..1000] = eventfd(1, 0)\nepoll_ctl(ep, ADD, e[1..1000], IN)\n"
      "epoll_wait(ep, 8, 0)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = static_cast<int>(session->steps().size());
  for (const View view : {View::window, View::tree, View::ready, View::timeline, View::stage}) {
    const Scene scene = build(input, view);
    const auto faults = faults_of(scene);
    EXPECT_TRUE(faults.empty()) << faults.front();
    EXPECT_LT(scene.shapes.size(), 6000U);
  }
  int queued = 0;  // in the boxes that stand for subtrees, and of the nodes above them
  for (const Hit& hit : build(input, View::tree).hits) {
    const auto counts = hit.label.rfind(": ");
    if (hit.id.starts_with("subtree:")) queued += std::stoi(hit.label.substr(counts + 2));
  }
  EXPECT_GT(queued, 900);
}

TEST(Pictures, CanBePointedAt) {
  const auto session = test::run(
      "ep = epoll_create1(0)\na, w = pipe()\n"
      "epoll_ctl(ep, ADD, a, IN)\nwrite(w, 5)\n"
      "T2: epoll_wait(ep, 8, -1)\nepoll_wait(ep, 8, 0)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = static_cast<int>(session->steps().size());
  const Scene scene = build(input, View::window);
  std::set<std::string> ids;
  for (const Hit& hit : scene.hits) {
    EXPECT_FALSE(hit.label.empty()) << hit.id;
    ids.insert(hit.id.substr(0, hit.id.find(':')));
  }
  for (const char* kind : {"statement", "step", "event", "epoll", "item", "ready", "file", "fd",
                           "object", "hook", "lane", "else"}) {
    EXPECT_TRUE(ids.contains(kind)) << kind;
  }
}

TEST(Pictures, OpenTheInstanceThatTheStepIsAbout) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nother = epoll_create1(0)\nv = eventfd(0, EFD_NONBLOCK)\n"
      "epoll_ctl(other, ADD, v, IN)\nread(v, 8)\nepoll_wait(ep, 8, 0)\nwrite(v, 1)\n",
      test::kModel);
  const auto open = [&](int step, std::string selected) {
    StageInput input;
    input.session = session.get();
    input.step = step;
    input.selected = std::move(selected);
    return test::shows(build(input, View::window), "fd 3") ? "ep" : "other";
  };
  EXPECT_STREQ(open(3, ""), "ep");
  EXPECT_STREQ(open(4, ""), "other");
  EXPECT_STREQ(open(5, ""), "other");
  EXPECT_STREQ(open(6, ""), "ep");
  EXPECT_STREQ(open(7, ""), "other");  // the write made an item of it ready
  EXPECT_STREQ(open(4, "epoll:3"), "ep");
}

TEST(Pictures, AnInstanceHasAllDescriptorsOfAllProcesses) {
  const auto session =
      test::run("ep = epoll_create1(0)\ntwin = dup(ep)\nP1 = fork()\nclose(ep)\n", test::kModel);
  const auto shown = [&](int step, const std::string& words) {
    StageInput input;
    input.session = session.get();
    input.step = step;
    return test::shows(build(input, View::window), words);
  };
  EXPECT_TRUE(shown(1, "fd 3"));
  EXPECT_TRUE(shown(2, "fd 3, 4"));
  EXPECT_TRUE(shown(3, "fd 3, 4, P1:3, P1:4"));
  EXPECT_TRUE(shown(4, "fd 4, P1:3, P1:4"));
}

TEST(Pictures, BelongToTheMomentOfTheCursor) {
  const auto session = test::run(
      "ep = epoll_create1(0)\na, w = pipe()\n"
      "epoll_ctl(ep, ADD, a, IN|ET)\nwrite(w, \"hello\")\n"
      "epoll_wait(ep, 8, 0)\nread(a, 2)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = 3;
  const Scene before = build(input, View::window);
  EXPECT_TRUE(test::shows(before, "idle"));
  EXPECT_FALSE(test::shows(before, "5 B of 64 KiB"));
  EXPECT_TRUE(test::shows(before, tr(Lang::en, "user.events_never")));
  input.step = 4;
  const Scene queued = build(input, View::window);
  EXPECT_TRUE(test::shows(queued, "queued"));
  EXPECT_TRUE(test::shows(queued, "5 B of 64 KiB"));
  input.step = 6;
  const Scene after = build(input, View::window);
  EXPECT_TRUE(test::shows(after, "readable, not queued"));
  EXPECT_TRUE(test::shows(after, "events[] still as step 5 left it"));
  EXPECT_TRUE(test::shows(after, "3 B unread now"));
}

TEST(Pictures, ShowAFailedCallWithItsErrno) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv = eventfd(0, 0)\n"
      "epoll_ctl(ep, ADD, v, IN)\nepoll_ctl(ep, ADD, v, IN)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = 4;
  EXPECT_TRUE(test::shows(build(input, View::window), "= -1 EEXIST"));
  const auto said = explain(input);
  ASSERT_FALSE(said.empty());
  EXPECT_NE(said.front().find("EEXIST"), std::string::npos) << said.front();
}

TEST(Pictures, DrawTheScanOnlyWhileItRuns) {
  const auto session = test::run(
      "ep = epoll_create1(0)\nv = eventfd(1, 0)\n"
      "epoll_ctl(ep, ADD, v, IN)\nepoll_wait(ep, 8, 0)\n",
      test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = 4;
  const std::string batch = tr(Lang::en, "ready.batch");
  EXPECT_FALSE(test::shows(build(input, View::window), batch));
  bool seen = false;
  const auto micro = static_cast<int>(session->steps().back().micro.size());
  for (int m = 0; m <= micro; ++m) {
    input.micro = m;
    seen = seen || test::shows(build(input, View::window), batch);
  }
  EXPECT_TRUE(seen);
}

TEST(Zones, LieBesideEachOtherInsideTheWindow) {
  for (const auto& [w, h] : {std::pair{1680, 1050}, std::pair{900, 600}, std::pair{1280, 720},
                             std::pair{3840, 2160}, std::pair{1024, 768}}) {
    const Zones z = zones_of(static_cast<float>(w), static_cast<float>(h));
    const std::array all = {z.bar, z.user, z.kernel, z.lesson, z.timeline};
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_LE(all[i].right(), static_cast<float>(w) + 0.01F);
      EXPECT_LE(all[i].bottom(), static_cast<float>(h) + 0.01F);
      for (std::size_t k = 0; k < i; ++k) {
        const bool apart =
            all[i].right() <= all[k].x + 0.01F || all[k].right() <= all[i].x + 0.01F ||
            all[i].bottom() <= all[k].y + 0.01F || all[k].bottom() <= all[i].y + 0.01F;
        EXPECT_TRUE(apart) << w << "x" << h << " zones " << i << " and " << k;
      }
    }
  }
}

TEST(Views, AloneFillTheirPictureAndSayWhy) {
  const auto session = test::run(kFour, test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = static_cast<int>(session->steps().size());
  input.width = 1600;
  input.height = 1000;
  for (const View view : {View::stage, View::tree, View::ready, View::timeline}) {
    for (const Lang lang : {Lang::en, Lang::zh_cn}) {
      input.lang = lang;
      const Scene scene = build(input, view);
      EXPECT_FLOAT_EQ(scene.width, input.width);
      EXPECT_FLOAT_EQ(scene.height, input.height);
      EXPECT_TRUE(test::shows(scene, tr(lang, "said.unlisted", {"b"}))) << static_cast<int>(view);
      float low = 0;  // where the lowest of the zone and its words ends
      for (const Shape& shape : scene.shapes) {
        if (const auto* box = std::get_if<Box>(&shape); box != nullptr && box->rect.x > 0) {
          low = std::max(low, box->rect.bottom());
        }
      }
      EXPECT_GT(low, input.height - 40);
    }
  }
  input.lang = Lang::en;
  float largest = 0;
  const Scene tree = build(input, View::tree);
  for (const Shape& shape : tree.shapes) {
    if (const auto* text = std::get_if<Text>(&shape)) largest = std::max(largest, text->size);
  }
  EXPECT_GT(largest, 24);  // few nodes are drawn for the last row of the room
}

TEST(Views, OfALittleWindowAreDrawnSmallerNotCut) {
  const auto session = test::run(kFour, test::kModel);
  StageInput input;
  input.session = session.get();
  input.step = static_cast<int>(session->steps().size());
  input.width = 800;
  input.height = 500;
  const Scene scene = build(input, View::window);
  EXPECT_FLOAT_EQ(scene.width, 800);
  EXPECT_TRUE(test::shows(scene, tr(Lang::en, "file.title")));
  EXPECT_TRUE(test::faults_of(scene).empty());
}

TEST(Views, AreFoundByName) {
  View view = View::stage;
  EXPECT_TRUE(view_from("timeline", view));
  EXPECT_EQ(view, View::timeline);
  EXPECT_FALSE(view_from("sideways", view));
}

}  // namespace
}  // namespace epollscope::scene
