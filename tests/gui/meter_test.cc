// The meter in the window: opened by its key it measures live, comes to rest, measures again, and
// goes with Escape.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "tests/gui/driver.h"
#include "tests/gui/screen.h"

namespace epollscope::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Every point there can be, but for what the hard limit leaves out.
std::vector<std::string> all_points() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  std::vector<std::string> points;
  for (const int n : {10, 30, 100, 300, 1000, 3000, 10000}) {
    if (static_cast<rlim_t>(n) + 5 > limit.rlim_max) break;
    for (const char* call : {"poll", "select", "epoll_wait"}) {
      if (std::string(call) == "select" && n > 1000) continue;
      points.push_back(std::string("meter:") + call + ":" + std::to_string(n));
    }
  }
  return points;
}

bool button_says(const Frame& f, const char* words) {
  const Frame* h = hit(f, "action:meter");
  return h != nullptr && h->at("label") == words;
}

TEST(MeterPanel, MeasuresLiveComesToRestAndMeasuresAgain) {
  const Screen screen;
  Driver person(screen, {});
  person.key("v");
  const Frame& begun = person.until("the measuring", [](const Frame& f) {
    return f["dialog"] == "meter" && button_says(f, "Measuring …");
  });
  EXPECT_EQ(begun["busy"], false) << "the lab has nothing to do with it";
  const Frame& done =
      person.until("the end", [](const Frame& f) { return button_says(f, "Measure again"); });
  for (const std::string& point : all_points()) {
    const Frame* h = hit(done, point);
    ASSERT_NE(h, nullptr) << point;
    EXPECT_THAT(h->at("label").get<std::string>(), HasSubstr(" = "));
  }
  EXPECT_THAT(person.label("meter:poll:1000"), StartsWith("poll, n = 1,000: "));
  // The line of poll climbs, that of epoll_wait does not.
  const auto y = [&](const char* point) {
    return hit(person.newest(), point)->at("y").get<double>();
  };
  EXPECT_LT(y("meter:poll:1000"), y("meter:poll:10") - 20);
  EXPECT_GT(y("meter:epoll_wait:1000"), y("meter:poll:1000") + 20);
  person.settle();
  EXPECT_FALSE(person.frame_within(1500)) << person.newest()["cause"];

  person.click("action:meter");
  person.until("another measuring", [](const Frame& f) { return button_says(f, "Measuring …"); });
  // Closed while it measures, nothing goes on behind it.
  person.key("Escape");
  person.until("the window", [](const Frame& f) { return f["dialog"] == "none"; });
  person.settle();
  EXPECT_FALSE(person.frame_within(1500)) << person.newest()["cause"];
  EXPECT_EQ(person.quit(), 0);
}

}  // namespace
}  // namespace epollscope::test
