#include "spectradiff/render/frame_sink.h"

#include <fmt/format.h>

#include <cctype>
#include <optional>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/image/png.h"

namespace spectradiff {
namespace {

struct Field {
  size_t begin = 0;
  size_t end = 0;
  int digits = 0;
};

// The %d or %0Nd field that begins at `percent`.
std::optional<Field> field_at(const std::string& name, size_t percent) {
  size_t i = percent + 1;
  int digits = 0;
  if (i < name.size() && name[i] == '0') {
    ++i;
    if (i >= name.size() || name[i] < '1' || name[i] > '9') return std::nullopt;
    digits = name[i++] - '0';
  }
  if (i >= name.size() || name[i] != 'd') return std::nullopt;
  return Field{percent, i + 1, digits};
}

}  // namespace

bool FramePattern::is_pattern(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return name.find('%') != std::string::npos && std::filesystem::path(path).extension() == ".png";
}

FramePattern::FramePattern(const std::string& path) {
  folder_ = std::filesystem::path(path).parent_path();
  name_ = std::filesystem::path(path).filename().string();
  const size_t percent = name_.find('%');
  const auto field = percent == std::string::npos ? std::nullopt : field_at(name_, percent);
  if (!field || name_.find('%', field->end) != std::string::npos) {
    throw_error(ErrorKind::usage,
                "output = {}: a frame pattern has one field %d or %0Nd (N 1 to 9) in its file name, as in "
                "frames/%05d.png",
                path);
  }
  before_ = name_.substr(0, field->begin);
  after_ = name_.substr(field->end);
  digits_ = field->digits;
}

std::filesystem::path FramePattern::file(int64_t frame) const {
  return folder_ / fmt::format("{}{:0{}}{}", before_, frame, digits_, after_);
}

std::filesystem::path FramePattern::folder() const {
  return folder_.empty() ? std::filesystem::path(".") : folder_;
}

void VideoSink::accept(int64_t frame, const Canvas& picture) {
  if (!opacity_) return writer_.write(picture);
  const Canvas opacity = opacity_(frame);
  writer_.write(picture, &opacity);
}

void LoopSink::accept(int64_t frame, const Canvas& picture) {
  pictures_.put(picture);
  if (opacity_) opacities_.put(opacity_(frame));
  ++count_;
}

LoopPictures LoopSink::pictures() {
  return {count_, [this](int64_t number) { return pictures_.look(number); },
          [this](int64_t number) { return opacities_.look(number); }};
}

PngSink::PngSink(FramePattern pattern, Size size, Fit fit, bool replace, Announced announced,
                 OpacityOf opacity)
    : announced_(std::move(announced)),
      opacity_(std::move(opacity)),
      pattern_(std::move(pattern)),
      size_(size),
      fit_(fit),
      replace_(replace) {}

void PngSink::accept(int64_t frame, const Canvas& picture) {
  const auto fitted = [&](const Canvas& canvas) { return fit_to_size(canvas, size_, fit_); };
  const auto bytes = opacity_                  ? encode_png(fitted(picture), fitted(opacity_(frame)))
                     : picture.size() == size_ ? encode_png(picture)
                                               : encode_png(fitted(picture));
  if (announced_) announced_(frame, bytes);
  write_file(pattern_.file(frame), bytes, replace_);
}

}  // namespace spectradiff
