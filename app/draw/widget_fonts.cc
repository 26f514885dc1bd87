#include "app/draw/widget_fonts.h"

#include <fcntl.h>
#include <imgui_freetype.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <list>
#include <span>
#include <string>
#include <vector>

namespace epollscope::draw {
namespace {

constexpr float kQuarter = 4;
constexpr ImWchar kBox = 0x25A1;
constexpr char32_t kFirstBeyondLatin = 0x100;
constexpr char32_t kLastCharacter = 0xFFFF;  // ImWchar may have 16 bits
// Signs of the user interface, and the name of the other language.
constexpr std::string_view kUsualSigns = "…–—‘’“”•←↑→↓⇒↵⌫✓✗✕≤≥≠×│─├└▶◀■□●○◆−中文";

// A file in memory without reading it: the Chinese font has 20 MB, of which few are looked at.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    struct stat about = {};
    if (::fstat(fd, &about) == 0 && about.st_size > 0) {
      const auto size = static_cast<std::size_t>(about.st_size);
      void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
      if (bytes != MAP_FAILED) bytes_ = {static_cast<std::byte*>(bytes), size};
    }
    ::close(fd);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
  }
  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }

 private:
  std::span<std::byte> bytes_;
};

// Fonts of one atlas while it is built.
class Builder {
 public:
  Builder(ImFontAtlas& atlas, const std::set<char32_t>& characters, float scale)
      : atlas_(atlas), characters_(characters), scale_(scale) {}

  ImFont* add(Face face, float size_dp) {
    ImFont* font = add_file(face, size_dp, false);
    if (font != nullptr) add_file(face, size_dp, true);
    return font;
  }

  void build() {
    atlas_.Build();
    // What no font has is a box, as it is in the picture, and not a question mark.
    for (ImFont* font : atlas_.Fonts) {
      if (const ImFontGlyph* box = font->FindGlyphNoFallback(kBox); box != nullptr) {
        font->FallbackGlyph = box;
        font->FallbackAdvanceX = box->AdvanceX;
      }
    }
    for (ImFontConfig& config : atlas_.ConfigData) config.FontData = nullptr;
    atlas_.ClearInputData();
  }

 private:
  std::span<std::byte> bytes_of(const std::string& path) {
    return files_.try_emplace(path, path).first->second.bytes();
  }

  // ImGui wants pairs of first and last, closed by 0, and keeps the pointer until the build.
  const ImWchar* ranges_for(Face face, bool cjk) {
    std::vector<ImWchar> ranges;
    if (!cjk) ranges = {0x20, 0x7E, 0xA0, 0xFF};
    for (const char32_t c : characters_) {
      const Glyph glyph = glyph_of(face, c);
      if (glyph.index == 0 || glyph.cjk != cjk) continue;
      ranges.insert(ranges.end(), 2, static_cast<ImWchar>(c));
    }
    if (ranges.empty()) return nullptr;
    ranges.push_back(0);
    return ranges_.emplace_back(std::move(ranges)).data();
  }

  ImFont* add_file(Face face, float size_dp, bool cjk) {
    const FontFile file = font_file(face, cjk);
    const ImWchar* ranges = ranges_for(face, cjk);
    if (file.path.empty() || ranges == nullptr) return nullptr;
    const std::span<std::byte> bytes = bytes_of(file.path);
    if (bytes.empty()) return nullptr;
    ImFontConfig config;
    config.FontDataOwnedByAtlas = true;  // or the atlas copies them; build() takes them back
    config.FontNo = file.index;
    config.MergeMode = cjk;
    config.GlyphRanges = ranges;
    const float size_px = std::round(size_dp * scale_ * em_height(face, cjk));
    return atlas_.AddFontFromMemoryTTF(bytes.data(), static_cast<int>(bytes.size()), size_px,
                                       &config);
  }

  ImFontAtlas& atlas_;
  const std::set<char32_t>& characters_;
  float scale_;
  std::map<std::string, MappedFile> files_;
  std::list<std::vector<ImWchar>> ranges_;
};

}  // namespace

void WidgetFonts::want_usual() {
  for (const float size : {12.0F, 13.0F, 14.0F, 15.0F}) want(Face::sans, size);
  for (const float size : {13.0F, 18.0F}) want(Face::sans_bold, size);
  for (const float size : {12.0F, 13.0F}) want(Face::mono, size);
  need(kUsualSigns);
}

WidgetFonts::Key WidgetFonts::want(Face face, float size_dp) {
  const Key key{face, static_cast<int>(std::lround(size_dp * kQuarter))};
  if (wanted_.insert(key).second) stale_ = true;
  return key;
}

ImFont* WidgetFonts::get(Face face, float size_dp) {
  const Key key = want(face, size_dp);
  ImFont* nearest = nullptr;
  int distance = 0;
  for (const auto& [other, font] : fonts_) {
    const int away = std::abs(other.second - key.second) + (other.first == face ? 0 : 10'000);
    if (nearest != nullptr && away >= distance) continue;
    nearest = font;
    distance = away;
  }
  return nearest != nullptr ? nearest : ImGui::GetIO().Fonts->Fonts[0];
}

void WidgetFonts::need(std::string_view text) {
  while (!text.empty()) {
    const char32_t c = take_character(text);
    if (c < kFirstBeyondLatin || c > kLastCharacter) continue;
    if (characters_.insert(c).second) stale_ = true;
  }
}

void WidgetFonts::prepare(float scale) {
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
  atlas.Flags |= ImFontAtlasFlags_NoPowerOfTwoHeight;
  fonts_.clear();
  Builder builder(atlas, characters_, scale);
  for (const Key& key : wanted_) {
    ImFont* font = builder.add(key.first, static_cast<float>(key.second) / kQuarter);
    if (font != nullptr) fonts_[key] = font;
  }
  if (fonts_.empty()) {
    atlas.AddFontDefault();
    atlas.Build();
  } else {
    builder.build();
  }
  stale_ = false;
}

}  // namespace epollscope::draw
