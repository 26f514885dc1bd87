// Typefaces and their measures. Inter for words, JetBrains Mono for code, Noto Sans CJK for
// Chinese, found through fontconfig; whatever sans and mono exist when they are absent.
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

// Advance width of UTF-8 text in dp at `size` dp, as FreeType measures it unhinted: the same
// with every scale. Characters that the face lacks are measured in the CJK font.
float text_width(Face face, float size, std::string_view text);

// The text, or as much of it as fits with `…` at its end.
std::string shorten(Face face, float size, std::string_view text, float width);

// Height of a capital letter, and of the line, in dp.
float cap_height(Face face, float size);
float line_height(Face face, float size);

}  // namespace epollscope
