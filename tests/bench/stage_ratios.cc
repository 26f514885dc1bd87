// Prints what a frame of the window's picture takes beside a frame of Dear ImGui's own demo window
// on the same surface, and what a change of one item takes beside the whole picture made anew. It
// asserts nothing: a ratio is for people to judge.
// Usage: stage_ratios [profile]   (profile: how long the parts of a changed picture take)
#include <GL/gl.h>
#include <fmt/core.h>
#include <imgui.h>

#include <cstring>
#include <string>

#include "app/draw/draw.h"
#include "app/scene/stage.h"
#include "core/session/session.h"
#include "tests/bench/measure.h"
#include "tests/bench/table.h"

namespace {

using namespace epollscope;
using namespace epollscope::bench;

constexpr int kWidth = 1680, kHeight = 1050;
constexpr int kRounds = 30;

struct Crowd {
  std::unique_ptr<Session> session;
  int items;
  int changed = 0;

  explicit Crowd(int n) : items(n) {
    const std::string all = std::to_string(n);
    auto lesson = parse_lesson("ep = epoll_create1(0)\nv[1.." + all + "] = eventfd(0, 0)\n" +
                               "epoll_ctl(ep, ADD, v[1.." + all + "], IN)\n");
    auto started =
        Session::start(std::move(*lesson), {.model_only = true, .tree = TreeOrder::created});
    session = std::move(*started);
    while (session->step()) session->wait();
  }
  // Makes one more item ready.
  void change() {
    changed = changed % items + 1;
    session->append(*parse_statement("write(v[" + std::to_string(changed) + "], 1)"));
    session->step();
    session->wait();
  }
  [[nodiscard]] scene::StageInput input() const {
    scene::StageInput input;
    input.session = session.get();
    input.step = static_cast<int>(session->steps().size());
    input.width = kWidth;
    input.height = kHeight;
    input.program_scroll = -1;
    return input;
  }
  void state() const { (void)session->moment(static_cast<int>(session->steps().size())); }
  scene::Scene picture() const { return scene::build(input(), scene::View::window); }
  // Its tree, lists and files alone.
  scene::Scene kernel() const {
    scene::Scene out;
    scene::build_kernel(input(), scene::zones_of(kWidth, kHeight).kernel, out);
    return out;
  }
};

class Canvas {
 public:
  static std::unique_ptr<Canvas> make() {
    auto surface = platform::Offscreen::create(kWidth, kHeight);
    if (!surface) return nullptr;
    auto painter = draw::Painter::create(nullptr, 1);
    if (!painter) return nullptr;
    auto canvas = std::unique_ptr<Canvas>(new Canvas);
    canvas->surface_ = std::move(*surface);
    canvas->painter_ = std::move(*painter);
    ImGui::GetIO().IniFilename = nullptr;
    return canvas;
  }
  // One frame, until the last pixel is there.
  double seconds_of_frame(const auto& contents) {
    return seconds_of([&] {
      surface_->begin();
      painter_->new_frame(kWidth, kHeight, 1 / 60.0F);
      contents(*painter_);
      painter_->end_frame();
      glFinish();
    });
  }

 private:
  Canvas() = default;
  std::unique_ptr<platform::Offscreen> surface_;
  std::unique_ptr<draw::Painter> painter_;
};

// What the window does for a frame. While nothing in the picture changes (the mouse moves, a panel
// is used) it shows the pixels that it kept; a picture that is new is drawn, and before that its
// scene is made if the state changed, or mixed of two while things move.
enum class Frame { kept, drawn, made };

std::optional<Pair> demo_and_stage(Canvas& canvas, int items, Frame frame) {
  const Crowd crowd(items);
  const auto kept = std::make_shared<const scene::Scene>(crowd.picture());
  const auto demo = [&] {
    return canvas.seconds_of_frame([](draw::Painter&) {
      ImGui::SetNextWindowPos({0, 0});
      ImGui::SetNextWindowSize({kWidth, kHeight});
      ImGui::ShowDemoWindow();
    });
  };
  const auto stage = [&] {
    return canvas.seconds_of_frame([&](draw::Painter& painter) {
      ImDrawList& list = *ImGui::GetBackgroundDrawList();
      if (frame == Frame::kept) return painter.draw_whole(list, kept, Theme::dark);
      painter.draw(list, frame == Frame::drawn ? *kept : crowd.picture(), Theme::dark);
    });
  };
  for (int i = 0; i < 3; ++i) {  // glyphs and shaders
    demo();
    stage();
  }
  return in_turn(kRounds, demo, stage);
}

// The first picture of a history against the one after one more step.
// `first` is done before the clock starts.
std::optional<Pair> whole_and_change(int items, void (*first)(const Crowd&),
                                     void (*look)(const Crowd&)) {
  constexpr int kTimes = 5;
  std::vector<std::unique_ptr<Crowd>> fresh;
  for (int i = 0; i < kTimes; ++i) fresh.push_back(std::make_unique<Crowd>(items));
  Crowd one(items);
  look(one);
  std::size_t next = 0;
  return in_turn(
      kTimes,
      [&]() -> std::optional<double> {
        const Crowd& crowd = *fresh[next++];
        first(crowd);
        return seconds_of([&] { look(crowd); });
      },
      [&]() -> std::optional<double> {
        one.change();
        first(one);
        return seconds_of([&] { look(one); });
      });
}

void profile(int items) {
  Crowd crowd(items);
  crowd.picture();
  for (int i = 0; i < 5; ++i) {
    crowd.change();
    const int n = static_cast<int>(crowd.session->steps().size());
    const double moment = seconds_of([&] { (void)crowd.session->moment(n); });
    const scene::StageInput input = crowd.input();
    const scene::Zones zones = scene::zones_of(kWidth, kHeight);
    scene::Scene out;
    const auto time = [&](const auto& build, scene::Rect where) {
      return 1000 * seconds_of([&] { build(input, where, out); });
    };
    fmt::print("state {:.2f}  kernel {:.2f}  user {:.2f}  lesson {:.2f}  timeline {:.2f} ms\n",
               1000 * moment, time(scene::build_kernel, zones.kernel),
               time(scene::build_user_space, zones.user), time(scene::build_lesson, zones.lesson),
               time(scene::build_timeline, zones.timeline));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "profile") == 0) {
    for (const int items : {50, 1000, 10'000}) profile(items);
    return 0;
  }
  const auto canvas = Canvas::make();
  print_header("ImGui demo", "epollscope");
  const auto frame = [&](int items, Frame kind) {
    return canvas == nullptr ? std::nullopt : demo_and_stage(*canvas, items, kind);
  };
  print_row("frame, 50 items", frame(50, Frame::kept), kMilliseconds, "aim: at most 2");
  print_row("frame, 10,000 items", frame(10'000, Frame::kept), kMilliseconds, "aim: at most 3");
  print_row("50, drawn", frame(50, Frame::drawn), kMilliseconds, "");
  print_row("10,000, drawn", frame(10'000, Frame::drawn), kMilliseconds, "");
  print_row("50, scene made, drawn", frame(50, Frame::made), kMilliseconds, "");
  print_row("10,000, scene made, drawn", frame(10'000, Frame::made), kMilliseconds, "");
  print_header("whole", "one change");
  const auto nothing = [](const Crowd&) {};
  const auto state = [](const Crowd& crowd) { crowd.state(); };
  const auto kernel = [](const Crowd& crowd) { crowd.kernel(); };
  const auto picture = [](const Crowd& crowd) { crowd.picture(); };
  print_row("state of 10,000 items", whole_and_change(10'000, nothing, state), kMilliseconds, "");
  print_row("its scene and layout", whole_and_change(10'000, state, kernel), kMilliseconds,
            "aim: at most 5 ms");
  print_row("window of 10,000 items", whole_and_change(10'000, nothing, picture), kMilliseconds,
            "");
  return 0;
}
