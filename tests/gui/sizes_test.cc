// Windows that are small, or show everything three times as large: what is needed to go on
// can be seen and reached in each.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "tests/gui/driver.h"
#include "tests/gui/screen.h"

namespace epollscope::test {
namespace {

constexpr const char* kProgram =
    "ep = epoll_create1(0)\na, a_w = pipe()\nepoll_ctl(ep, ADD, a, IN|ET)\n"
    "write(a_w, \"hello\")\nepoll_wait(ep, 8, 0)\n";

struct Look {
  const char* screen;
  int larger;  // times Ctrl+= ; negative: Ctrl+-
};

std::string outside(const Frame& f, const std::string& prefix) {
  const double width = f["width"];
  const double height = f["height"];
  for (const Frame& h : f["hits"]) {
    if (!h["id"].get<std::string>().starts_with(prefix)) continue;
    const double x = h["x"];
    const double y = h["y"];
    const double right = x + h["w"].get<double>();
    const double bottom = y + h["h"].get<double>();
    if (x < -1 || y < -1 || right > width + 1 || bottom > height + 1) {
      return fmt::format("{} at {:.0f}, {:.0f} to {:.0f}, {:.0f}", h["id"].get<std::string>(), x, y,
                         right, bottom);
    }
  }
  return {};
}

class Sizes : public ::testing::TestWithParam<Look> {
 protected:
  static void open_program(Driver& person, const std::string& name) {
    person.write_file(name, kProgram);
    person.key("ctrl+o");
    person.until("the dialog",
                 [](const Frame& f) { return f["dialog"] == "open" && f["text_input"] == true; });
    person.type(name);
    person.key("Return");
    person.until("the program", [](const Frame& f) { return f["dialog"] == "none"; });
  }
  static void zoom(Driver& person, int larger) {
    for (int i = 0; i < std::abs(larger); ++i) person.key(larger > 0 ? "ctrl+equal" : "ctrl+minus");
    person.settle();
  }
};

TEST_P(Sizes, EverythingIsReached) {
  const Screen screen(GetParam().screen);
  Driver person(screen, {}, GetParam().screen);
  open_program(person, "program.epoll");
  zoom(person, GetParam().larger);
  EXPECT_EQ(outside(person.newest(), "action:"), "");
  // Step by the bar, all else by what the bar leads to.
  for (int steps = 1; steps <= 3; ++steps) {
    person.click("action:step");
    person.until_steps(steps);
  }
  person.click("action:palette");
  person.until("all actions", [](const Frame& f) { return f["text_input"] == true; });
  person.type("help");
  person.key("Return");
  person.until("the help", [](const Frame& f) { return f["dialog"] == "help"; });
  person.click("dialog:close");
  person.until("the window", [](const Frame& f) { return f["dialog"] == "none"; });
  person.key("ctrl+s");
  person.click("save:go");
  person.until("the save", [](const Frame& f) { return f["dialog"] == "none"; });
  person.key("n");
  person.until("the builder", [](const Frame& f) { return hit(f, "builder:run") != nullptr; });
  EXPECT_EQ(outside(person.newest(), "builder:run"), "");
  EXPECT_EQ(outside(person.newest(), "builder:line"), "");
  person.click("builder:run");
  person.until_steps(4);
  person.click("builder:close");
  person.key("F5");
  person.until("the lecture", [](const Frame& f) { return hit(f, "lecture:leave") != nullptr; });
  EXPECT_EQ(outside(person.newest(), ""), "");
  person.click("lecture:leave");
  person.until("the window", [](const Frame& f) { return f["lecture"] == false; });
  EXPECT_EQ(person.quit(), 0);
}

TEST_P(Sizes, ANameOfTwoHundredCharactersLeavesTheButtonsWhereTheyAre) {
  const Screen screen(GetParam().screen);
  Driver person(screen, {}, GetParam().screen);
  open_program(person, std::string(194, 'n') + ".epoll");
  zoom(person, GetParam().larger);
  EXPECT_EQ(outside(person.newest(), "action:"), "");
  person.click("action:step");
  person.until_steps(1);
  EXPECT_EQ(person.quit(), 0);
}

INSTANTIATE_TEST_SUITE_P(Windows, Sizes,
                         ::testing::Values(Look{"640x400", 0}, Look{"640x400", -3},
                                           Look{"1280x720", 12}),
                         [](const auto& of) {
                           return fmt::format("{}_{}", of.param.screen,
                                              of.param.larger < 0   ? "small"
                                              : of.param.larger > 0 ? "large"
                                                                    : "plain");
                         });

}  // namespace
}  // namespace epollscope::test
