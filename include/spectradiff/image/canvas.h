// The picture that travels: 8-bit RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace spectradiff {

struct Size {
  int width = 0;   // pixels
  int height = 0;  // pixels
  friend bool operator==(const Size&, const Size&) = default;
};

struct Rgb {
  uint8_t r = 0, g = 0, b = 0;
  friend bool operator==(const Rgb&, const Rgb&) = default;
};

// [height][width][3], 8 bits, sRGB. Move-only: copying a picture is a deliberate clone().
class Canvas {
 public:
  Canvas() = default;
  Canvas(Size size, Rgb fill = {});
  Canvas(Canvas&&) = default;
  Canvas& operator=(Canvas&&) = default;

  Canvas clone() const;
  Size size() const { return size_; }
  int width() const { return size_.width; }
  int height() const { return size_.height; }
  bool empty() const { return pixels_.empty(); }

  uint8_t* row(int y) { return pixels_.data() + static_cast<size_t>(y) * size_.width * 3; }
  const uint8_t* row(int y) const { return pixels_.data() + static_cast<size_t>(y) * size_.width * 3; }
  std::vector<uint8_t>& bytes() { return pixels_; }
  const std::vector<uint8_t>& bytes() const { return pixels_; }

 private:
  Size size_;
  std::vector<uint8_t> pixels_;
};

}  // namespace spectradiff
