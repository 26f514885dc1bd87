// Events as chips: what was reported is filled, what would be is outlined, what was before is grey.
#include "app/scene/look.h"

namespace epollscope::scene {
namespace {

constexpr float kChipPad = 4;
constexpr float kChipGap = 3;
constexpr float kSmallestChip = 9.5F;

float chip_width(const FlagWord& word, float size) {
  return Sketch::width_of(word.text, type::kFlag.at(size)) + 2 * kChipPad;
}

// What there is no room for as chips, in words.
float draw_plain(Sketch& pen, const std::vector<FlagWord>& words, Point at, float width, float size,
                 EventLook look, Align align) {
  std::string all;
  for (const FlagWord& word : words) all += (all.empty() ? "" : " ") + std::string(word.text);
  const bool earlier = look == EventLook::earlier;
  Type set = type::kFlag.at(size).in(earlier ? Role::text_dim : words.front().color);
  while (set.size > 7.5F && Sketch::width_of(all, set) > width) set.size -= 0.5F;
  return pen.text(at, all, set, width, align);
}

struct ChipLook {
  Role fill, border, text;
};

ChipLook chip_look(EventLook look, Role event) {
  switch (look) {
    case EventLook::reported:
      return {event, event, Role::on_selection};
    case EventLook::candidate:
      return {Role::none, event, event};
    case EventLook::earlier:
      break;
  }
  return {Role::raised, Role::line_faint, Role::text_dim};
}

}  // namespace

float events_width(std::uint32_t events, float size) {
  float total = 0;
  for (const FlagWord& word : event_words(events)) total += chip_width(word, size) + kChipGap;
  return total > 0 ? total - kChipGap : 0;
}

float draw_events(Sketch& pen, std::uint32_t events, Point at, float width, float size,
                  EventLook look, Align align) {
  const auto words = event_words(events);
  if (words.empty()) return 0;
  while (size - 0.5F >= kSmallestChip && events_width(events, size) > width) size -= 0.5F;
  const float total = events_width(events, size);
  if (total > width) return draw_plain(pen, words, at, width, size, look, align);
  float x = at.x;
  if (align == Align::center) x -= total / 2;
  if (align == Align::right) x -= total;
  const float high = size + 4;
  for (const FlagWord& word : words) {
    const ChipLook ink = chip_look(look, word.color);
    const Type set = type::kFlag.at(size).in(ink.text);
    const Rect chip{x, at.y - cap_height(set.face, size) / 2 - high / 2, chip_width(word, size),
                    high};
    pen.box(chip, ink.fill, ink.border, 3, 1.2F);
    pen.text({chip.center().x, at.y}, word.text, set, chip.w, Align::center);
    x += chip.w + kChipGap;
  }
  return total;
}

}  // namespace epollscope::scene
