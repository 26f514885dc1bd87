// Running text: Markdown read by md4c into runs of one face, broken into lines that fit a
// column. Chinese breaks between any two characters, Latin at spaces. Private to the room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/scene/sketch.h"

namespace epollscope::scene {

inline constexpr float kCodeScale = 0.93F;  // mono looks larger than sans of the same size

struct Run {
  std::string text;
  Type type;
};
struct Paragraph {
  std::vector<Run> runs;
  float indent = 0;  // list items
  std::string bullet;
  float space_before = 0;
};
struct PlacedRun {
  float x = 0;
  std::string text;
  Type type;
};
struct FlowLine {
  std::vector<PlacedRun> runs;
  float baseline = 0;  // below the top of the flow
};
struct Flow {
  std::vector<FlowLine> lines;
  float height = 0;
};

// Paragraphs of a Markdown text: `code` in mono, *emphasis* and headings in bold; the first
// heading of a lesson is its title and is left out if `skip_title`.
std::vector<Paragraph> read_markdown(std::string_view markdown, const Type& base, bool skip_title);

// One paragraph of plain words.
Paragraph plain(std::string_view words, const Type& type);

Flow flow(const std::vector<Paragraph>& paragraphs, float width, float leading);

// Draws as many lines as fit above `bottom`, the last one ending in `…` if more follow.
// Returns where the text ends.
float draw_flow(Sketch& pen, const Flow& text, Point at, float width, float bottom);

}  // namespace epollscope::scene
