// Every stage against what Pillow made of the same picture (tests/oracles/record_image.py).
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "spectradiff/base/error.h"
#include "spectradiff/image/post.h"
#include "spectradiff/image/resize.h"

namespace spectradiff {
namespace {

struct Case {
  std::string picture;  // the source's name
  std::string stage;    // "blur:2"
  Canvas source;
  Canvas expected;
};

std::vector<Case> read_cases() {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/cases.bin", std::ios::binary);
  std::vector<Case> cases;
  std::string line, picture;
  Canvas source;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    Size size;
    words >> name >> size.width >> size.height;
    Canvas canvas(size);
    file.read(reinterpret_cast<char*>(canvas.bytes().data()),
              static_cast<std::streamsize>(canvas.bytes().size()));
    EXPECT_TRUE(file) << line;
    if (name.starts_with("source:")) {
      picture = name.substr(7);
      source = std::move(canvas);
    } else {
      cases.push_back({picture, name, source.clone(), std::move(canvas)});
    }
  }
  return cases;
}

// Runs `operation` on every recorded case whose stage starts with `stage` and expects Pillow's bytes.
template <typename Operation>
void expect_pillow(const std::string& stage, size_t at_least, Operation operation) {
  size_t seen = 0;
  for (const Case& recorded : read_cases()) {
    if (!recorded.stage.starts_with(stage)) continue;
    ++seen;
    const std::string argument =
        recorded.stage.size() > stage.size() ? recorded.stage.substr(stage.size() + 1) : "";
    const Canvas result = operation(recorded.source, argument, recorded.expected.size());
    EXPECT_EQ(result.size(), recorded.expected.size()) << recorded.stage << " of " << recorded.picture;
    EXPECT_TRUE(result.bytes() == recorded.expected.bytes()) << recorded.stage << " of " << recorded.picture;
  }
  EXPECT_GE(seen, at_least);
}

template <typename Stage>
auto in_place(Stage stage) {
  return [stage](const Canvas& source, const std::string&, Size) {
    Canvas canvas = source.clone();
    stage(canvas);
    return canvas;
  };
}

TEST(GaussianBlur, EqualsPillow) {
  expect_pillow("blur", 59, [](const Canvas& source, const std::string& radius, Size) {
    Canvas canvas = source.clone();
    gaussian_blur(canvas, std::stod(radius));
    return canvas;
  });
}

TEST(Greyscale, EqualsPillow) {
  expect_pillow("greyscale", 8, in_place(greyscale));
}
TEST(Invert, EqualsPillow) {
  expect_pillow("invert", 8, in_place(invert));
}
TEST(Autocontrast, EqualsPillow) {
  expect_pillow("autocontrast", 8, in_place(autocontrast));
}
TEST(Equalize, EqualsPillow) {
  expect_pillow("equalize", 8, in_place(equalize));
}

TEST(ResizeLanczos, EqualsPillow) {
  expect_pillow("resize", 48, [](const Canvas& source, const std::string&, Size size) {
    return resize_lanczos(source, size);
  });
}

TEST(PostChain, AppliesItsStagesInPillowsOrder) {
  const PostChain chain{
      .blur_px = 2, .greyscale = true, .invert = true, .autocontrast = Autocontrast::frame, .equalize = true};
  expect_pillow("chain", 8, in_place([&](Canvas& canvas) { apply(chain, canvas); }));
}

TEST(PostChain, DoesNothingWhenEverythingIsOff) {
  Canvas canvas({5, 4}, {10, 200, 30});
  canvas.row(2)[4] = 99;
  const Canvas before = canvas.clone();
  apply({.blur_px = 0}, canvas);
  EXPECT_EQ(canvas.bytes(), before.bytes());
}

TEST(GaussianBlur, KeepsAFlatPictureAtEveryRadius) {
  for (const double radius : {0.0, 0.01, 0.5, 2.0, 33.3, 1000.0}) {
    Canvas canvas({37, 5}, {255, 7, 0});
    gaussian_blur(canvas, radius);
    EXPECT_EQ(canvas.bytes(), Canvas({37, 5}, {255, 7, 0}).bytes()) << radius;
  }
}

TEST(GaussianBlur, TurningThePictureTurnsTheResult) {
  // A single bright pixel spreads alike along x and y.
  Canvas canvas({41, 41});
  for (int c = 0; c < 3; ++c) canvas.row(20)[20 * 3 + c] = 255;
  gaussian_blur(canvas, 2.5);
  EXPECT_GT(canvas.row(20)[60], 0);
  for (int y = 0; y < 41; ++y)
    for (int x = 0; x < 41; ++x) EXPECT_NEAR(canvas.row(y)[x * 3], canvas.row(x)[y * 3], 1);
}

TEST(GaussianBlur, RefusesARadiusOutsideItsRange) {
  Canvas canvas({4, 4});
  EXPECT_THROW(gaussian_blur(canvas, -0.1), Error);
  EXPECT_THROW(gaussian_blur(canvas, 1001), Error);
  EXPECT_THROW(gaussian_blur(canvas, std::nan("")), Error);
}

TEST(Invert, TwiceGivesThePictureBack) {
  Canvas canvas({6, 3}, {1, 2, 250});
  const Canvas before = canvas.clone();
  invert(canvas);
  EXPECT_EQ(canvas.row(0)[2], 5);
  invert(canvas);
  EXPECT_EQ(canvas.bytes(), before.bytes());
}

}  // namespace
}  // namespace spectradiff
