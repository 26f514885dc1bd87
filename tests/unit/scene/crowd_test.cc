// Crowds of every kind in windows of every size: the tree's true upper part is drawn, nothing that
// has a name lies over another, everything can be reached by moving the camera, and a thing that
// is selected says where each of its fields comes from.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "app/scene/kernel_parts.h"
#include "app/scene/selection.h"
#include "tests/unit/scene/picture.h"
#include "tests/unit/session/run.h"

namespace epollscope::scene {
namespace {

StageInput at_end(const Session& session, float width, float height, Lang lang = Lang::en) {
  StageInput input;
  input.session = &session;
  input.step = static_cast<int>(session.steps().size());
  input.width = width;
  input.height = height;
  input.lang = lang;
  input.program_scroll = -1;
  return input;
}

// The kernel zone as the window shows it.
Scene kernel_of(const StageInput& input, KernelView* view = nullptr) {
  Scene scene;
  scene.width = input.width;
  scene.height = input.height;
  const KernelView seen = build_kernel(input, zones_of(input.width, input.height).kernel, scene);
  if (view != nullptr) *view = seen;
  return scene;
}

std::string_view kind_of(const Hit& hit) {
  return std::string_view(hit.id).substr(0, hit.id.find(':'));
}

// One sentence for each two things of the kernel that lie over one another.
std::vector<std::string> overlaps(const Scene& scene) {
  constexpr float kTouch = 0.6F;
  std::vector<const Hit*> things;
  for (const Hit& hit : scene.hits) {
    for (const std::string_view kind :
         {"item", "ready", "subtree", "epoll", "object", "hook", "fd", "waiter"}) {
      if (kind_of(hit) == kind) things.push_back(&hit);
    }
  }
  std::vector<std::string> faults;
  for (std::size_t i = 0; i < things.size(); ++i) {
    for (std::size_t k = i + 1; k < things.size(); ++k) {
      const Rect both = meet(things[i]->rect, things[k]->rect);
      if (both.w > kTouch && both.h > kTouch) {
        faults.push_back(things[i]->id + " lies over " + things[k]->id);
      }
    }
  }
  return faults;
}

std::string many(int n, std::string_view mask) {
  return fmt::format(
      "ep = epoll_create1(0)\nv[1..{0}] = eventfd(0, 0)\nepoll_ctl(ep, ADD, v[1..{0}], {1})\n", n,
      mask);
}

std::string twelve_instances() {
  std::string text = "v = eventfd(1, 0)\n";
  for (int i = 1; i <= 12; ++i) text += fmt::format("ep{} = epoll_create1(0)\n", i);
  for (int i = 1; i <= 12; ++i) text += fmt::format("epoll_ctl(ep{}, ADD, v, IN)\n", i);
  return text + "epoll_ctl(ep2, ADD, ep1, IN)\nepoll_ctl(ep4, ADD, ep3, IN)\n" +
         "epoll_wait(ep1, 8, 0)\n";
}

std::string a_long_name() {
  const std::string name = "n" + std::string(199, 'm');
  return "ep = epoll_create1(0)\n" + name + " = eventfd(3, 0)\nepoll_ctl(ep, ADD, " + name +
         ", IN)\nepoll_wait(ep, 8, 0)\n";
}

std::string one_file_often() {
  return "ep = epoll_create1(0)\na, w = pipe()\nd[1..500] = dup(a)\n"
         "epoll_ctl(ep, ADD, d[1..500], IN)\nwrite(w, 5)\n";
}

constexpr std::array kSizes = {std::pair{640.0F, 400.0F},   std::pair{560.0F, 350.0F},
                               std::pair{1024.0F, 768.0F},  std::pair{1680.0F, 1050.0F},
                               std::pair{5120.0F, 2880.0F}, std::pair{1280.0F, 720.0F}};

TEST(Crowds, OfEveryKindLieApartInWindowsOfEverySize) {
  for (const std::string& text : {many(40, "IN"), many(150, "IN|ET"), many(3000, "IN"),
                                  one_file_often(), twelve_instances(), a_long_name()}) {
    const auto session = test::run(text, test::kModel);
    ASSERT_NE(session, nullptr);
    for (const auto& [w, h] : kSizes) {
      for (const Lang lang : {Lang::en, Lang::zh_cn}) {
        const Scene scene = kernel_of(at_end(*session, w, h, lang));
        const std::string where = fmt::format("{}x{} {}\n{}", w, h, name_of(lang), text);
        const auto over = overlaps(scene);
        EXPECT_TRUE(over.empty()) << over.front() << " " << where;
        StageInput all = at_end(*session, w, h, lang);
        all.camera.zoom = 0;  // where the camera cuts nothing off
        const auto faults = test::faults_of(kernel_of(all));
        EXPECT_TRUE(faults.empty()) << faults.front() << " " << where;
      }
    }
  }
}

TEST(Crowds, OfRandomRunsLieApartAtEveryZoom) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 30; ++round) {
    const int n = 1 + static_cast<int>(random() % (round % 3 == 0 ? 900 : 60));
    std::string text = many(n, random() % 2 == 0 ? "IN" : "IN|ET|ONESHOT");
    for (auto i = random() % 40; i > 0; --i) {
      const auto v = 1 + random() % static_cast<unsigned>(n);
      switch (random() % 4) {
        case 0:
          text += fmt::format("epoll_ctl(ep, DEL, v[{}], NULL)\n", v);
          break;
        case 1:
          text += "epoll_wait(ep, 3, 0)\n";
          break;
        case 2:
          text += fmt::format("x{} = dup(v[{}])\nepoll_ctl(ep, ADD, x{}, IN|OUT)\n", i, v, i);
          break;
        default:
          text += fmt::format("write(v[{}], 1)\n", v);
      }
    }
    const auto session = test::run(text, test::kModel);
    ASSERT_NE(session, nullptr);
    for (int look = 0; look < 4; ++look) {
      const auto& [w, h] = kSizes[random() % kSizes.size()];
      StageInput input = at_end(*session, w, h, random() % 2 == 0 ? Lang::en : Lang::zh_cn);
      input.camera.zoom = std::array{0.0F, 0.4F, 1.0F, 2.5F}[random() % 4];
      input.camera.x = static_cast<float>(random() % 500);
      const auto over = overlaps(kernel_of(input));
      EXPECT_TRUE(over.empty()) << over.front() << " " << w << "x" << h << " zoom "
                                << input.camera.zoom << "\n"
                                << text;
      if (!over.empty()) return;
    }
  }
}

// What the camera shows anywhere it can be moved to.
std::set<std::string> reachable(StageInput input) {
  std::set<std::string> ids;
  input.camera = {.follow = false};
  KernelView view;
  kernel_of(input, &view);
  for (float y = 0; y < view.height; y += view.inside.h / 2) {
    for (float x = 0; x < view.width; x += view.inside.w / 2) {
      input.camera.x = x;
      input.camera.y = y;
      for (const Hit& hit : kernel_of(input).hits) ids.insert(hit.id);
    }
  }
  return ids;
}

TEST(Crowds, AreReachedWholeByMovingTheCamera) {
  for (const std::string& text : {many(7, "IN"), many(400, "IN"), twelve_instances()}) {
    const auto session = test::run(text, test::kModel);
    StageInput input = at_end(*session, 640, 400);
    input.camera.zoom = kZoomMin;  // everything, however small
    std::set<std::string> all;
    for (const Hit& hit : kernel_of(input).hits) all.insert(hit.id);
    const std::set<std::string> found = reachable(input);
    for (const std::string& id : all) EXPECT_TRUE(found.contains(id)) << id << "\n" << text;
    const auto state = session->state_at(input.step);
    for (const EventpollState& ep : state.eventpolls) {
      EXPECT_TRUE(found.contains("epoll:" + std::to_string(ep.fd.value)));
    }
  }
}

TEST(Crowds, ShowTheTreesTrueUpperPart) {
  const auto session = test::run(many(10'000, "IN") + "write(v[7777], 1)\n", test::kModel);
  StageInput input = at_end(*session, 1680, 1050);
  const auto state = session->state_at(input.step);
  const EventpollState& ep = state.eventpolls.front();
  const Scene scene = kernel_of(input);
  int covered = 0;
  int ready = 0;
  for (const Hit& hit : scene.hits) {
    if (kind_of(hit) == "subtree") {
      const TreePart part = subtree(ep, item_after(hit.id, "subtree:"));
      covered += part.last - part.first;
      const bool holds = hit.label.find(": 1 ready now, 1 on the ready list") != std::string::npos;
      ready += holds ? 1 : 0;
    } else if (kind_of(hit) == "item" && !hit.label.starts_with("v[7777]")) {
      ++covered;
      // Whatever is drawn of the tree hangs from the root by drawn nodes.
      const auto* item = find_item(ep, item_after(hit.id, "item:"));
      if (item->parent < 0) continue;
      const std::string up =
          "item:" + std::to_string(ep.items[static_cast<std::size_t>(item->parent)].id.value);
      EXPECT_TRUE(std::ranges::any_of(scene.hits, [&](const Hit& h) { return h.id == up; }));
    }
  }
  EXPECT_EQ(covered, 10'000);
  EXPECT_EQ(ready, 1);
  // The one that is ready has its name beside the tree.
  EXPECT_TRUE(std::ranges::any_of(scene.hits,
                                  [](const Hit& h) { return h.label.starts_with("v[7777], fd"); }));
}

TEST(Crowds, CanBeLookedIntoSubtreeBySubtree) {
  const auto session = test::run(many(2000, "IN"), test::kModel);
  StageInput input = at_end(*session, 1280, 720);
  const std::string wanted = "v[1234],";
  for (int depth = 0; depth < 12; ++depth) {
    const auto state = session->state_at(input.step);
    const Scene scene = kernel_of(input);
    if (std::ranges::any_of(scene.hits,
                            [&](const Hit& h) { return h.label.starts_with(wanted); })) {
      return;
    }
    std::string next;
    for (const Hit& hit : scene.hits) {
      if (kind_of(hit) != "subtree") continue;
      const EventpollState& ep = state.eventpolls.front();
      const TreePart part = subtree(ep, item_after(hit.id, "subtree:"));
      for (int i = part.first; i < part.last; ++i) {
        if (ep.items[static_cast<std::size_t>(i)].name == "v[1234]") next = hit.id;
      }
    }
    ASSERT_FALSE(next.empty()) << "lost at depth " << depth;
    ASSERT_NE(next, input.selected);
    input.selected = next;
  }
  FAIL() << "not found";
}

TEST(Crowds, GiveTheWholeOfALongNameToWhoPointsAtIt) {
  const auto session = test::run(a_long_name(), test::kModel);
  const Scene scene = kernel_of(at_end(*session, 1024, 768));
  const std::string name = "n" + std::string(199, 'm');
  for (const std::string_view kind : {"item", "ready", "hook", "fd", "object"}) {
    EXPECT_TRUE(std::ranges::any_of(scene.hits, [&](const Hit& h) {
      return kind_of(h) == kind && h.label.find(name) != std::string::npos;
    })) << kind;
  }
}

TEST(Selection, SaysWhereEveryFieldComesFrom) {
  const std::string text =
      "ep = epoll_create1(0)\na, w = pipe()\nepoll_ctl(ep, ADD, a, IN)\nwrite(w, 5)\n"
      "b, b_w = pipe()\n";
  const auto tell = [&](const SessionOptions& options, std::string selected, int step) {
    const auto session = test::run(text, options);
    StageInput input = at_end(*session, 1680, 1050);
    input.step = step;
    for (const Hit& hit : build(input, View::window).hits) {
      if (selected.ends_with(':') && hit.id.starts_with(selected)) selected = hit.id;
    }
    input.selected = selected;
    Scene scene;
    const Sketch pen(scene, input);
    const Selection selection = selection_of(pen, model_of(input));
    std::string all = selection.title + "\n";
    for (const Said& said : said_of(pen, selection)) {
      all += said.words + " " + said.function + "\n";
    }
    // It stands in the picture too.
    const Scene shown = build(input, View::window);
    EXPECT_TRUE(test::shows(shown, selection.title)) << selection.title;
    return all;
  };
  const std::string model = tell(test::kModel, "item:", 4);
  EXPECT_NE(model.find("ready now: yes (model)"), std::string::npos) << model;
  EXPECT_EQ(model.find("kernel"), std::string::npos) << model;

  const std::string real = tell({}, "item:", 4);
  EXPECT_NE(real.find("ready now: yes (kernel)"), std::string::npos) << real;
  EXPECT_NE(real.find("on the ready list: #1 of 1 (model)"), std::string::npos) << real;
  const std::string later = tell({}, "item:", 5);
  EXPECT_NE(later.find("ready now: yes (kernel, step 4)"), std::string::npos) << later;
  for (const char* kind : {"epoll:", "object:", "fd:", "file:", "hook:"}) {
    EXPECT_NE(tell({}, kind, 4).find("(kernel)"), std::string::npos) << kind;
  }
}

}  // namespace
}  // namespace epollscope::scene
