#include "spectradiff/report/looks_sheet.h"

#include <gtest/gtest.h>

namespace spectradiff {
namespace {

std::vector<SheetLook> looks_in(const std::vector<Rgb>& colours, Size size) {
  std::vector<SheetLook> looks;
  for (const Rgb& colour : colours) {
    SheetLook look{"name", "spectradiff render song.wav", {}};
    for (int i = 0; i < 3; ++i) look.pictures.emplace_back(size, colour);
    looks.push_back(std::move(look));
  }
  return looks;
}

const std::vector<std::string> kThreeMoments = {"loudest 0:01", "quietest 0:02", "most changing 0:03"};

int pixels_of(const Canvas& sheet, Rgb colour) {
  int count = 0;
  for (int y = 0; y < sheet.height(); ++y) {
    for (int x = 0; x < sheet.width(); ++x) {
      const uint8_t* pixel = sheet.row(y) + 3 * x;
      count += pixel[0] == colour.r && pixel[1] == colour.g && pixel[2] == colour.b;
    }
  }
  return count;
}

TEST(LooksSheet, ShowsEveryPictureOfEveryLookWhole) {
  const std::vector<Rgb> colours = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}};
  const Canvas sheet = looks_sheet("song.wav", kThreeMoments, looks_in(colours, {64, 64}));
  for (const Rgb& colour : colours) EXPECT_EQ(pixels_of(sheet, colour), 3 * 232 * 232);
}

TEST(LooksSheet, FollowsTheShapeOfThePictures) {
  const Canvas wide = looks_sheet("song.wav", kThreeMoments, looks_in({{255, 0, 0}}, {160, 90}));
  EXPECT_EQ(pixels_of(wide, {255, 0, 0}), 3 * 232 * 131);
  const Canvas tall = looks_sheet("song.wav", kThreeMoments, looks_in({{255, 0, 0}}, {90, 160}));
  EXPECT_GT(tall.height(), wide.height());
  EXPECT_EQ(tall.width(), wide.width());
}

TEST(LooksSheet, CutsTextsThatAreTooLong) {
  std::vector<SheetLook> looks = looks_in({{255, 0, 0}}, {64, 64});
  looks[0].name = looks[0].command = std::string(500, 'w');
  const Canvas sheet = looks_sheet(std::string(500, 'm'), kThreeMoments, looks);
  // The margin on the right stays empty.
  for (int y = 0; y < sheet.height(); ++y) {
    for (int x = sheet.width() - 20; x < sheet.width(); ++x) EXPECT_EQ(sheet.row(y)[3 * x], sheet.row(0)[0]);
  }
}

}  // namespace
}  // namespace spectradiff
