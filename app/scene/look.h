// Questions that several zones ask about a moment, and the small things they all draw: flags,
// badges, lamps, names. Private to the room.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/scene/sketch.h"
#include "core/call/state.h"

namespace epollscope::scene {

// ---- finding
const ItemState* find_item(const EventpollState& ep, EpitemId id);
const ItemState* find_item(const State& state, EpitemId id);
const FileState* find_file(const State& state, FileId id);
const ObjectState* find_object(const State& state, ObjectId id);
const EventpollState* eventpoll_of(const State& state, EpitemId id);

// What reading this file could give, and how much that can be.
struct Unread {
  std::uint64_t amount = 0;
  std::uint64_t capacity = 0;
  bool counter = false;  // a number, not bytes
  ObjectKind kind = ObjectKind::other;
};
Unread unread_of(const State& state, const FileState& file);

// ---- words
// The four cases, and a disarmed one-shot as the fifth: a key below `item.`.
std::string_view case_key(const ItemState& item);
std::string_view kind_key(ObjectKind kind);  // "file.pipe"
// What a counter's number means: "counter 3", "2 events"; of a pidfd, what became of its process.
std::string count_text(const Sketch& pen, ObjectKind kind, std::uint64_t n);
std::string_view brief_case_key(const ItemState& item);  // for little room
// What can be read from an object's buffer i, or what waits in it: the fullest wording first, the
// shortest last; empty: it has no such buffer. `empty_key`: that there is nothing.
std::vector<std::string> level_words(const Sketch& pen, const ObjectState& object, std::size_t i);
std::string_view empty_key(ObjectKind kind);
// The first wording that fits, else the last.
std::string fitting(const std::vector<std::string>& wordings, const Type& set, float room);
std::string signals_text(const ObjectState& object);    // "SIGUSR1, 2 SIGUSR2"
std::string mask_text(std::uint32_t mask);              // "IN|ET", short
std::string bytes_text(std::uint64_t bytes);            // "5 B", "64 KiB"
std::string about_bytes(std::uint64_t bytes);           // "3.6 MiB" where that is short
std::string descriptor_text(Fd fd);                     // "4"; of another process "P1:4"
std::string descriptors_text(std::span<const Fd> fds);  // "4, P1:4"
std::string descriptor_text(const FileState& file, std::size_t i);  // with its name: "4 a"
std::string fd_words(const Sketch& pen, Fd fd);                     // "fd 4", "P1:4"
Fd descriptor_in(std::string_view text);  // that is written so; invalid: none
std::string timeout_text(const Sketch& pen, std::optional<std::int64_t> ns);
std::string item_label(const Sketch& pen, const ItemState& item);

// ---- flags
struct FlagWord {
  std::string_view text;
  Role color;
};
// What the item waits for, without ERR and HUP that every item has; they are all that is left
// of an interest of 0.
std::vector<FlagWord> interest_words(const ItemState& item);
std::vector<FlagWord> event_words(std::uint32_t events);
// ET, ONESHOT, EXCLUSIVE …; a ONESHOT that has fired says so.
struct BadgeWord {
  std::string text;
  bool spent = false;
};
std::vector<BadgeWord> badges_of(const Sketch& pen, std::uint32_t mask, bool armed,
                                 bool brief = false);

// Flags and badges set to the left of `right`; returns where they begin. What does not fit
// above `least` is left out and `…` says so.
float draw_flags(Sketch& pen, const ItemState& item, float right, float baseline, float least,
                 float size = 12);
// The same from `left` on, as far as `most`.
void draw_flags_from(Sketch& pen, const ItemState& item, float left, float baseline, float most,
                     float size);
// What is waited for is written plainly.
float draw_interest(Sketch& pen, const std::vector<FlagWord>& words, Point at, float width,
                    float size, Align align = Align::left);
// What draw_flags takes at most.
float flags_width(const Sketch& pen, const ItemState& item, float size, bool brief = false);
float badge_width(std::string_view word);
void draw_badge(Sketch& pen, const BadgeWord& word, Point left_middle, bool dimmed = false);

// ---- events: chips, filled where they were reported, outlined where they would be, grey where an
// earlier step reported them
enum class EventLook : std::uint8_t { reported, candidate, earlier };
float events_width(std::uint32_t events, float size);
// Returns how wide they are; smaller where there is little room.
float draw_events(Sketch& pen, std::uint32_t events, Point baseline, float width, float size,
                  EventLook look, Align align = Align::left);

// ---- lamps: a circle says ready now, a square says on the ready list. A circle with a bar
// through it is a disarmed item's, and has colour where its file could be read.
inline constexpr float kLampsWidth = 24;
bool readable_but_disarmed(const ItemState& item);
void draw_ready_lamp(Sketch& pen, const ItemState& item, Point center);
void draw_muted_lamp(Sketch& pen, Point center, bool readable);
void draw_lamps(Sketch& pen, const ItemState& item, Point middle_of_first);
void draw_square(Sketch& pen, Point center, bool lit, Role color);
// The colour of what the item has to say now.
Role ready_color(const ItemState& item);
// The node's colour in the tree: a tag with its letter, never a circle.
void draw_node_tag(Sketch& pen, bool red, Point center, float half);
// Its card's fill and border.
struct CardLook {
  Role fill = Role::raised, border = Role::panel_border;
  float width = 1.2F;
  Stroke stroke = Stroke::solid;
};
CardLook card_look(const ItemState& item);

}  // namespace epollscope::scene
