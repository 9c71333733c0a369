#include "spectradiff/report/contact_sheet.h"

#include <algorithm>
#include <cstring>

#include "spectradiff/image/resize.h"

namespace spectradiff {
namespace {

constexpr int kColumns = 6;
constexpr int64_t kMostPlaces = 30;
constexpr int kGap = 4;
constexpr int kWidestCell = (1280 - kGap * (kColumns + 1)) / kColumns;
constexpr int64_t kSmallestSide = 16;
constexpr int64_t kLargestSide = int64_t{4} * kWidestCell;
constexpr Rgb kToCome = {40, 40, 40};
constexpr Rgb kGround = {16, 16, 16};

Size cell_size(Size picture) {
  const int width = std::min(picture.width, kWidestCell);
  const int64_t height = int64_t{picture.height} * width / picture.width;
  return {width, static_cast<int>(std::clamp(height, kSmallestSide, kLargestSide))};
}

void put(Canvas& sheet, const Canvas& picture, int left, int top) {
  for (int y = 0; y < picture.height(); ++y) {
    std::memcpy(sheet.row(top + y) + size_t{3} * static_cast<size_t>(left), picture.row(y),
                size_t{3} * static_cast<size_t>(picture.width()));
  }
}

int offset(int64_t place, int side) {
  return kGap + static_cast<int>(place) * (side + kGap);
}

}  // namespace

ContactSheet::ContactSheet(int64_t frames, Size picture)
    : frames_(frames), places_(std::min(frames, kMostPlaces)), cell_(cell_size(picture)) {
  const int64_t columns = std::min<int64_t>(places_, kColumns);
  const int64_t rows = (places_ + kColumns - 1) / kColumns;
  sheet_ = Canvas({offset(columns, cell_.width), offset(rows, cell_.height)}, kGround);
  const Canvas empty(cell_, kToCome);
  for (int64_t place = 0; place < places_; ++place)
    put(sheet_, empty, offset(place % kColumns, cell_.width), offset(place / kColumns, cell_.height));
}

int64_t ContactSheet::index_of(int64_t place) const {
  return place * frames_ / places_;
}

bool ContactSheet::take(int64_t index, const Canvas& picture) {
  if (next_ == places_ || index != index_of(next_)) return false;
  put(sheet_, fit_to_size(picture, cell_, Fit::contain), offset(next_ % kColumns, cell_.width),
      offset(next_ / kColumns, cell_.height));
  ++next_;
  return true;
}

}  // namespace spectradiff
