// Where finished frames go.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "spectradiff/image/canvas.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff {

// Gets every frame once, in order, from one thread.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void accept(int64_t frame, const Canvas& picture) = 0;
};

// Frames into a video.
class VideoSink : public FrameSink {
 public:
  explicit VideoSink(VideoWriter& writer) : writer_(writer) {}
  void accept(int64_t, const Canvas& picture) override { writer_.write(picture); }

 private:
  VideoWriter& writer_;
};

// A name with one %d or %0Nd in its last part: "out/%05d.png".
class FramePattern {
 public:
  static bool is_pattern(const std::string& path);
  // Error{usage} for anything but one such field.
  explicit FramePattern(const std::string& path);
  std::filesystem::path file(int64_t frame) const;
  const std::string& name() const { return name_; }  // "%05d.png"
  std::filesystem::path folder() const;

 private:
  std::string name_;
  std::filesystem::path folder_;
  std::string before_, after_;
  int digits_ = 0;
};

// Frames as PNG files numbered by frame index, each appearing whole or not at all; scaled to `size` by `fit`.
class PngSink : public FrameSink {
 public:
  // `announced` is told of each file with its bytes before it is there, so that none is there untold.
  using Announced = std::function<void(int64_t frame, std::span<const uint8_t> bytes)>;
  PngSink(FramePattern pattern, Size size, Fit fit, bool replace, Announced announced = nullptr);
  void accept(int64_t frame, const Canvas& picture) override;

 private:
  Announced announced_;
  FramePattern pattern_;
  Size size_;
  Fit fit_;
  bool replace_;
};

}  // namespace spectradiff
