#include "app/capture/png.h"

#include <gtest/gtest.h>
#include <stb_image.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace epollscope::capture {
namespace {

namespace fs = std::filesystem;

platform::Pixels checkers(int width, int height) {
  platform::Pixels p{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    const auto v = static_cast<std::uint8_t>(i * 7);
    for (const int channel : {+v, 255 - v, 40, 255}) {
      p.rgba.push_back(static_cast<std::uint8_t>(channel));
    }
  }
  return p;
}

class Png : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "epollscope-png-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] auto files() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }
  static std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path folder_;
};

TEST_F(Png, HoldsThePixels) {
  const auto pixels = checkers(19, 7);
  const std::string path = folder_ / "a.png";
  ASSERT_TRUE(write_png(pixels, path));
  int width = 0;
  int height = 0;
  int channels = 0;
  stbi_uc* read = stbi_load(path.c_str(), &width, &height, &channels, 4);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(width, 19);
  EXPECT_EQ(height, 7);
  EXPECT_EQ(std::vector<std::uint8_t>(read, read + pixels.rgba.size()), pixels.rgba);
  stbi_image_free(read);
  EXPECT_EQ(files(), 1) << "the temporary file is gone";
}

TEST_F(Png, ReplacesWhatWasThere) {
  const fs::path path = folder_ / "a.png";
  std::ofstream(path) << "old";
  ASSERT_TRUE(write_png(checkers(2, 2), path));
  EXPECT_TRUE(content(path).starts_with("\x89PNG"));
}

TEST_F(Png, AFolderThatDoesNotExistIsNamed) {
  const std::string path = folder_ / "missing" / "a.png";
  const auto written = write_png(checkers(2, 2), path);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().what.find(path), std::string::npos);
  EXPECT_NE(written.error().what.find("No such file or directory"), std::string::npos);
  EXPECT_FALSE(written.error().remedy.empty());
}

TEST_F(Png, AFolderInPlaceOfTheFileIsKept) {
  fs::create_directory(folder_ / "a.png");
  const auto written = write_png(checkers(2, 2), folder_ / "a.png");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().what.find("directory"), std::string::npos);
  EXPECT_EQ(files(), 1) << "nothing is left behind";
}

TEST_F(Png, AFullDeviceIsReported) {
  const auto written = write_png(checkers(2, 2), "/dev/full");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().what.find("No space left"), std::string::npos);
}

TEST_F(Png, PicturesWithoutPixelsAreRefusedAndNothingIsLost) {
  const fs::path path = folder_ / "a.png";
  std::ofstream(path) << "old";
  EXPECT_FALSE(write_png({}, path));
  EXPECT_FALSE(write_png({5, 5, {1, 2, 3}}, path));
  EXPECT_EQ(content(path), "old");
}

}  // namespace
}  // namespace epollscope::capture
