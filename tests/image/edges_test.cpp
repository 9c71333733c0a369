// Edges against what OpenCV made of the same pictures (tests/oracles/record_edges.py).
#include "spectradiff/image/edges.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace spectradiff {
namespace {

TEST(Edges, AreOpenCvsCanny) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/edges.bin", std::ios::binary);
  int low = 0, high = 0, pictures = 0;
  for (Size size; file >> size.width >> size.height >> low >> high; ++pictures) {
    file.get();
    Canvas picture(size);
    std::string edges(static_cast<size_t>(size.width) * size.height, '\0');
    ASSERT_TRUE(file.read(reinterpret_cast<char*>(picture.bytes().data()), std::ssize(picture.bytes())));
    ASSERT_TRUE(file.read(edges.data(), std::ssize(edges)));
    const Canvas found = canny_edges(picture, low, high);
    int64_t unlike = 0, lit = 0;
    for (size_t i = 0; i < found.bytes().size(); ++i) {
      unlike += found.bytes()[i] != static_cast<uint8_t>(edges[i / 3]);
      lit += found.bytes()[i] != 0;
    }
    EXPECT_EQ(unlike, 0) << size.width << "x" << size.height;
    EXPECT_GT(lit, 0);
  }
  EXPECT_EQ(pictures, 4);
}

}  // namespace
}  // namespace spectradiff
