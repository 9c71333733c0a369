// Canvas in, compressed packets out: the colour conversion and the video encoder. Private to this module.
#pragma once

#include "codec_table.h"
#include "libav.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/media/video_writer.h"

namespace spectradiff {

// Error{usage} for names, ranges and sizes that no encoder could help with.
void check_video_values(const VideoSettings& settings);

// 8-bit R'G'B' to Y'CbCr by BT.709, limited range, chroma sited left for 4:2:0 (as the tags say).
class YuvConverter {
 public:
  YuvConverter(Size size, AVPixelFormat format);
  void convert(const Canvas& picture, AVFrame* frame);  // sizes as constructed; fills the planes

 private:
  ScalerPtr scaler_;
  Size size_;
};

class VideoEncoder {
 public:
  // Opens the encoder. Error{output} when this libav lacks it or it refuses the settings.
  VideoEncoder(const VideoSettings& settings, bool global_header);

  void send(const Canvas& picture);  // scaled to output_size by fit when the sizes differ
  void flush();                      // no more pictures: receive() gives what is left
  bool receive(AVPacket* packet);    // false: needs more pictures, or all were given. Times in 1/fps

  const AVCodecContext* context() const { return context_.get(); }
  const char* name() const { return context_->codec->name; }

 private:
  Size output_size_;
  Fit fit_;
  CodecContextPtr context_;
  YuvConverter converter_;
  FramePtr frame_;
  int64_t next_picture_ = 0;
};

}  // namespace spectradiff
