#include "tests/pictures/compare.h"

#include <stb_image.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace epollscope::test {
namespace {

constexpr double kVisible = 6;  // CIE76: a careful eye sees 2 side by side, in a picture more
constexpr int kPatch = 8;

struct Lab {
  double l = 0, a = 0, b = 0;
};

double linear(double channel) {
  return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

Lab lab_of(const std::array<double, 3>& rgb) {
  const double r = linear(rgb[0]);
  const double g = linear(rgb[1]);
  const double b = linear(rgb[2]);
  const auto f = [](double t) { return t > 0.008856 ? std::cbrt(t) : 7.787 * t + 16.0 / 116; };
  const double x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const double y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const double z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

std::size_t offset(const platform::Pixels& p, int x, int y) {
  return (static_cast<std::size_t>(y) * static_cast<std::size_t>(p.width) +
          static_cast<std::size_t>(x)) *
         4;
}

// The mean of a pixel and its neighbours, each channel 0 to 1.
std::array<double, 3> softened(const platform::Pixels& p, int x, int y) {
  std::array<double, 3> sum{};
  int count = 0;
  for (int j = std::max(0, y - 1); j <= std::min(p.height - 1, y + 1); ++j) {
    for (int i = std::max(0, x - 1); i <= std::min(p.width - 1, x + 1); ++i) {
      const std::size_t at = offset(p, i, j);
      for (std::size_t c = 0; c < 3; ++c) sum.at(c) += p.rgba[at + c];
      ++count;
    }
  }
  for (double& channel : sum) channel /= 255.0 * count;
  return sum;
}

double distance(const platform::Pixels& a, const platform::Pixels& b, int x, int y) {
  const auto pa = softened(a, x, y);
  const auto pb = softened(b, x, y);
  if (pa == pb) return 0;
  const Lab la = lab_of(pa);
  const Lab lb = lab_of(pb);
  return std::hypot(la.l - lb.l, la.a - lb.a, la.b - lb.b);
}

}  // namespace

Result<platform::Pixels> read_png(const std::string& path) {
  platform::Pixels pixels;
  int channels = 0;
  stbi_uc* data = stbi_load(path.c_str(), &pixels.width, &pixels.height, &channels, 4);
  if (data == nullptr) return fail(path + ": " + stbi_failure_reason());
  const auto size =
      static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height) * 4;
  pixels.rgba.assign(data, data + size);
  stbi_image_free(data);
  return pixels;
}

Difference compare(const platform::Pixels& a, const platform::Pixels& b) {
  Difference d;
  d.picture = a;
  const int columns = (a.width + kPatch - 1) / kPatch;
  const int rows = (a.height + kPatch - 1) / kPatch;
  std::vector<double> patches(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows));
  std::size_t seen = 0;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      const double far = distance(a, b, x, y);
      patches[static_cast<std::size_t>(y / kPatch) * static_cast<std::size_t>(columns) +
              static_cast<std::size_t>(x / kPatch)] += far / (kPatch * kPatch);
      const bool visible = far > kVisible;
      seen += visible ? 1 : 0;
      const std::size_t at = offset(a, x, y);
      const int grey = (a.rgba[at] + a.rgba[at + 1] + a.rgba[at + 2]) / 6 + 64;
      for (std::size_t c = 0; c < 3; ++c) {
        d.picture.rgba[at + c] = static_cast<std::uint8_t>(!visible ? grey : c == 0 ? 255 : 0);
      }
    }
  }
  d.seen = static_cast<double>(seen) / (static_cast<double>(a.width) * a.height);
  d.worst = *std::ranges::max_element(patches);
  return d;
}

}  // namespace epollscope::test
