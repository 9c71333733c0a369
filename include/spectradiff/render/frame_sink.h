// Where finished frames go.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "spectradiff/image/canvas.h"
#include "spectradiff/media/loop.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/picture_spill.h"

namespace spectradiff {

// Gets every frame once, in order, from one thread.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  virtual void accept(int64_t frame, const Canvas& picture) = 0;
};

// A frame's opacity, grey, of its picture's size (OpacityPictures); empty: pictures cover everything.
using OpacityOf = std::function<Canvas(int64_t frame)>;

// Frames into a video.
class VideoSink : public FrameSink {
 public:
  VideoSink(VideoWriter& writer, OpacityOf opacity) : writer_(writer), opacity_(std::move(opacity)) {}
  void accept(int64_t frame, const Canvas& picture) override;

 private:
  VideoWriter& writer_;
  OpacityOf opacity_;
};

// Frames that a loop is made of, kept on disk until all are there.
class LoopSink : public FrameSink {
 public:
  explicit LoopSink(OpacityOf opacity) : opacity_(std::move(opacity)) {}
  void accept(int64_t frame, const Canvas& picture) override;
  LoopPictures pictures();  // so far; the sink outlives them

 private:
  OpacityOf opacity_;
  PictureSpill pictures_, opacities_;
  int64_t count_ = 0;
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
  PngSink(FramePattern pattern, Size size, Fit fit, bool replace, Announced announced = nullptr,
          OpacityOf opacity = nullptr);
  void accept(int64_t frame, const Canvas& picture) override;

 private:
  Announced announced_;
  OpacityOf opacity_;
  FramePattern pattern_;
  Size size_;
  Fit fit_;
  bool replace_;
};

}  // namespace spectradiff
