// Systems with few fonts: Chinese in a font of another name, in none, and no font at all.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "app/theme/font.h"
#include "tests/gui/driver.h"
#include "tests/gui/screen.h"

namespace epollscope::test {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Programs started while it lives know the fonts of these folders and no other.
class Fonts : public ::testing::Test {
 protected:
  Fonts() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fonts-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~Fonts() override {
    unsetenv("FONTCONFIG_FILE");
    std::filesystem::remove_all(folder_);
  }
  void only(const std::vector<std::string>& fonts) const {
    std::string text =
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig>";
    std::filesystem::create_directory(folder_ + "/fonts");
    for (const std::string& path : fonts) {
      std::filesystem::copy_file(
          path, folder_ + "/fonts/" + std::filesystem::path(path).filename().string(),
          std::filesystem::copy_options::skip_existing);
    }
    text +=
        "<dir>" + folder_ + "/fonts</dir><cachedir>" + folder_ + "/cache</cachedir></fontconfig>";
    std::ofstream(folder_ + "/fonts.conf") << text;
    setenv("FONTCONFIG_FILE", (folder_ + "/fonts.conf").c_str(), 1);
  }
  // The bytes of a picture in Chinese, or in English.
  [[nodiscard]] std::string picture(const std::string& lang) const {
    const std::string scenario =
        std::string(EPOLLSCOPE_SOURCE_DIR) + "/tests/scenarios/holds/first.epoll";
    const std::string path = folder_ + "/" + lang + ".png";
    const Ended ended = run_to_end(
        {EPOLLSCOPE_PROGRAM, "shot", scenario, "-o", path, "--size", "800x500", "--lang", lang},
        "");
    EXPECT_EQ(ended.status, 0) << ended.errors;
    return bytes_of(path);
  }

  std::string folder_;
};

TEST_F(Fonts, WithoutAChineseOneAPictureHasBoxes) {
  const std::string whole = picture("zh-CN");
  only({font_file(Face::sans, false).path});
  const std::string boxes = picture("zh-CN");
  EXPECT_NE(boxes, "");
  EXPECT_NE(boxes, whole);
  EXPECT_NE(boxes, picture("en"));
}

TEST_F(Fonts, WithoutAnyAPictureIsDrawnAllTheSame) {
  only({});
  EXPECT_NE(picture("zh-CN"), "");
}

TEST_F(Fonts, WithoutAChineseOneTheWindowSpeaksChineseInBoxes) {
  only({font_file(Face::sans, false).path, font_file(Face::mono, false).path});
  const Screen screen("1280x720");
  Driver person(screen, {});
  const std::string english = person.label("action:step");
  person.key("l");
  person.until("the other language", [&](const Frame& f) {
    const Frame* h = hit(f, "action:step");
    return h != nullptr && h->at("label") != english;
  });
  person.key("question");
  person.until("the help", [](const Frame& f) { return f["dialog"] == "help"; });
  person.key("Escape");
  EXPECT_EQ(person.quit(), 0);
}

}  // namespace
}  // namespace epollscope::test
