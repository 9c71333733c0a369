#include "spectradiff/render/picture_spill.h"

#include <gtest/gtest.h>

#include "expect_error.h"

namespace spectradiff {
namespace {

Canvas picture(int number) {
  const auto value = static_cast<uint8_t>(number);
  return Canvas({40, 30}, {value, static_cast<uint8_t>(value + 1), 7});
}

TEST(PictureSpill, GivesBackEveryPictureWhateverTheOrder) {
  PictureSpill spill;
  const int64_t one = spill.put(picture(1)), two = spill.put(picture(2)), three = spill.put(picture(3));
  EXPECT_EQ(spill.take(two).bytes(), picture(2).bytes());
  EXPECT_EQ(spill.take(one).bytes(), picture(1).bytes());
  EXPECT_EQ(spill.take(three).bytes(), picture(3).bytes());
}

TEST(PictureSpill, UsesPlacesAgainSoThatTheFileStaysSmall) {
  PictureSpill spill;
  int64_t furthest = 0;
  for (int i = 0; i < 100; ++i) {
    const int64_t place = spill.put(picture(i));
    furthest = std::max(furthest, place);
    EXPECT_EQ(spill.take(place).bytes(), picture(i).bytes());
  }
  EXPECT_EQ(furthest, 0);
}

TEST(PictureSpill, TakesOneSizeOfPictureOnly) {
  PictureSpill spill;
  spill.put(picture(1));
  EXPECT_ERROR(spill.put(Canvas({30, 40})), ErrorKind::internal, "two sizes");
}

}  // namespace
}  // namespace spectradiff
