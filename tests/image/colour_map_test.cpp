#include "spectradiff/image/colour_map.h"

#include <gtest/gtest.h>

#include <fstream>

#include "spectradiff/base/error.h"

namespace spectradiff {
namespace {

TEST(ColourMap, EveryOneFollowsMatplotlibWithinOneCodeValue) {
  std::ifstream file(SPECTRADIFF_TEST_DATA "/colour_maps.txt");
  std::string name, colours;
  size_t maps = 0;
  while (file >> name >> colours) {
    ASSERT_EQ(colours.size(), 256U * 6);
    const ColourTable table = colour_map(name);
    for (size_t i = 0; i < 256; ++i) {
      const int rgb = std::stoi(colours.substr(i * 6, 6), nullptr, 16);
      ASSERT_NEAR(table[i].r, rgb >> 16, 1) << name << " " << i;
      ASSERT_NEAR(table[i].g, rgb >> 8 & 255, 1) << name << " " << i;
      ASSERT_NEAR(table[i].b, rgb & 255, 1) << name << " " << i;
    }
    ++maps;
  }
  EXPECT_EQ(maps, colour_map_names().size());
}

TEST(ColourMap, AnUnknownNameIsRefusedWithTheNearest) {
  try {
    colour_map("virids");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("viridis"), std::string::npos);
  }
}

}  // namespace
}  // namespace spectradiff
