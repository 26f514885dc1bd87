// The picture for a hall: what the last row must be able to read, and nothing else. The call and
// its result above; events[], the kernel with what is in play drawn large and the rest counted;
// below, the question if one is asked, else the lanes of the timeline that something happened to.
// What the last step changed is drawn as before → after and stays as long as the cursor does.
//
// It is laid out on a page of kPageHeight and enlarged to the picture's height, and text is set by
// the height of its capitals, so that every text is at least kSmallest of the picture's height and
// names, flags and results are at least kLarge. Private to the room.
#pragma once

#include <optional>
#include <vector>

#include "app/scene/kernel_parts.h"
#include "app/scene/quiz.h"

namespace epollscope::scene {

inline constexpr float kPageHeight = 720, kLeastPageWidth = 900;
inline constexpr float kSmallest = 0.02F, kLarge = 0.025F;  // capitals, in heights of the picture

// How many times larger than its page the lecture is drawn.
float lecture_enlargement(float width, float height);

// Fills a page of this size.
void draw_lecture(Sketch& pen, const StageModel& model, float width, float height);

// ---- text

namespace hall {
Type word();  // explains
Type head();  // the same in bold
Type code();  // functions and numbers
Type name();  // names, flags, results
}  // namespace hall

// ---- what is in play

struct InPlay {
  EpitemId id;
  const ItemState* now = nullptr;  // nullptr: gone since
  const ItemState* was = nullptr;  // nullptr: new
  bool touched = false;            // by the step at the cursor
  [[nodiscard]] const ItemState& item() const { return now == nullptr ? *was : *now; }
};

// The moment at the cursor and the one that its last step, or micro-step, began with.
struct Lecture {
  const StageModel& model;
  std::shared_ptr<const State> kept_now, kept_was;
  const State &now, &was;
  KernelContext kernel;                // of `now`
  const EventpollState* ep = nullptr;  // kernel.ep as it was; nullptr: there was none
  Lecture(const StageModel& model, std::string_view selected);
  Lecture(const Lecture&) = delete;
  Lecture& operator=(const Lecture&) = delete;
};

// At most `fit` items of the open instance, those that something happened to last; those of one
// object side by side, else in the order of the tree.
std::vector<InPlay> items_in_play(const Lecture& lecture, std::size_t fit);

// ---- parts

// From all to the least: what gives way to a long question.
enum class HallDensity : std::uint8_t { all, no_descriptors, no_before, no_files };
float hall_kernel_height(HallDensity density);
// Returns the left end of the ready list's rail.
std::optional<Point> draw_hall_kernel(Sketch& pen, const Lecture& lecture, Rect where,
                                      HallDensity density);
void draw_hall_ready(Sketch& pen, const Lecture& lecture, Rect rail, Rect sleepers);
void draw_hall_before(Sketch& pen, const Lecture& lecture, Rect where);
// The file under an item: its object with the buffer, and the descriptors if there is room.
void draw_hall_file(Sketch& pen, const Lecture& lecture, const InPlay& play, Rect object,
                    Rect descriptors);
void draw_hall_tree(Sketch& pen, const Lecture& lecture, const std::vector<InPlay>& play,
                    Rect where);
void draw_hall_timeline(Sketch& pen, const StageModel& model, Rect where);
float hall_quiz_height(const Asked& asked, float width);
void draw_hall_quiz(Sketch& pen, const Asked& asked, Rect where);

// Flags as they are waited for, in their colours or, if dimmed, in none; how wide they are.
float hall_words_width(const std::vector<FlagWord>& words);
float draw_hall_words(Sketch& pen, const std::vector<FlagWord>& words, Point at, float width,
                      bool dimmed = false);
// A badge of a mode with its left end in the middle of `at`; how wide it is.
float draw_hall_badge(Sketch& pen, std::string_view word, Point at, bool dimmed);
float hall_badge_width(std::string_view word);
// The two lamps; what the step is not about is dimmed.
void draw_hall_lamps(Sketch& pen, const ItemState& item, Point first, bool dimmed);
inline constexpr float kHallLamps = 40;

}  // namespace epollscope::scene
