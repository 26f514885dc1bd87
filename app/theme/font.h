// Typefaces and their measures. Inter for words, JetBrains Mono for code, Noto Sans CJK for
// Chinese, found through fontconfig; whatever sans and mono exist when they are absent.
// Text is laid out character by character without kerning, so widths add up. A size is that of
// the em square, as in CSS and SVG. Any thread; the fonts are opened once and stay open.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace epollscope {

enum class Face : std::uint8_t { sans, sans_bold, mono, mono_bold };

// The file (and index in it) that serves a face for Latin text, or for Chinese. Empty path:
// no such font is installed. Results are found once and kept.
struct FontFile {
  std::string path;
  int index = 0;
};
FontFile font_file(Face face, bool cjk);

// Where one character's picture comes from, and how far it moves the pen at size 1.
// `cjk`: the face's Latin font lacks the character and the Chinese one has it.
struct Glyph {
  bool cjk = false;
  std::uint32_t index = 0;  // in that font file; 0 is its "no such character" box
  float advance = 0;
};
Glyph glyph_of(Face face, char32_t character);

// The next character of `text`, which is shortened by it; a malformed byte gives U+FFFD.
// REQUIRES: text is not empty.
char32_t take_character(std::string_view& text);

// Advance width of UTF-8 text in dp at `size` dp, as FreeType measures it unhinted: the same
// with every scale. Characters that the face lacks are measured in the CJK font.
float text_width(Face face, float size, std::string_view text);

// The text, or as much of it as fits with `…` at its end.
std::string shorten(Face face, float size, std::string_view text, float width);

// Height of a capital letter, and of the line, in dp.
float cap_height(Face face, float size);
float line_height(Face face, float size);

// Ascender minus descender at size 1: what Dear ImGui takes for the size of a font.
float em_height(Face face, bool cjk);

}  // namespace epollscope
