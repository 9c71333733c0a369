#include "spectradiff/render/depth_pictures.h"

#include <cmath>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/image/post.h"
#include "spectradiff/image/resize.h"

namespace spectradiff {
namespace {

constexpr int kNearest = 255;

ImageSource source_of(const std::string& path) {
  ImageSource source;
  source.path = path;
  source.end = ImageSource::End::hold;
  return source;
}

DepthMap brightness_of(Canvas picture) {
  greyscale(picture);
  DepthMap nearness;
  nearness.reserve(picture.bytes().size() / 3);
  for (size_t i = 0; i < picture.bytes().size(); i += 3) nearness.push_back(picture.bytes()[i]);
  return nearness;
}

// Neighbours that are not equally near are torn apart: what is near has soft borders.
DepthMap soft_brightness_of(const Canvas& picture) {
  constexpr double kOfWidth = 1.0 / 32;
  Canvas soft = picture.clone();
  gaussian_blur(soft, picture.size().width * kOfWidth);
  return brightness_of(std::move(soft));
}

DepthMap as_in_a_tunnel(Size size) {
  const double x = (size.width - 1) / 2.0, y = (size.height - 1) / 2.0;
  const double corner = std::max(std::sqrt(x * x + y * y), 1.0);
  DepthMap nearness;
  nearness.reserve(static_cast<size_t>(size.width) * static_cast<size_t>(size.height));
  for (int row = 0; row < size.height; ++row) {
    for (int column = 0; column < size.width; ++column) {
      const double across = column - x, down = row - y;
      nearness.push_back(static_cast<uint8_t>(
          std::lround(kNearest * std::min(1.0, std::sqrt(across * across + down * down) / corner))));
    }
  }
  return nearness;
}

}  // namespace

DepthVideo::DepthVideo(const std::string& path, const Rational& fps, Size size, int64_t last)
    : size_(size), source_(source_of(path), fps, Rgb{0, 0, 0}, "depth") {
  const auto frames = source_.frames();
  if (!frames || last < *frames) return;
  throw_error(ErrorKind::input,
              "depth = {} ends after {}, and frame {} is asked for; give a longer one, or render less "
              "with --frames or --duration",
              path, counted(*frames, "frame"), last);
}

DepthMap DepthVideo::at(int64_t frame) const {
  return brightness_of(fit_to_size(source_.at(frame), size_, Fit::cover));
}

DepthMap depth_map_of(Depth depth, const Canvas& picture, const Canvas& painting, const DepthVideo* video,
                      int64_t frame) {
  switch (depth) {
    case Depth::flat:
      break;
    case Depth::luminance:
      return soft_brightness_of(picture);
    case Depth::radial:
      return as_in_a_tunnel(picture.size());
    case Depth::painter:
      return soft_brightness_of(painting);
    case Depth::video:
      if (video == nullptr) throw_error(ErrorKind::internal, "frame {} has no depth video", frame);
      return video->at(frame);
  }
  return {};
}

}  // namespace spectradiff
