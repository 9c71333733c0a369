// Canvas in, compressed packets out: the colour conversion and the video encoder. Private to this module.
#pragma once

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <cstdint>
#include <vector>

#include "codec_table.h"
#include "libav.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/media/video_writer.h"
#include "video_codec_table.h"

namespace spectradiff {

// Error{usage} for names, ranges and sizes that no encoder could help with.
void check_video_values(const VideoSettings& settings);
void check_rate(const Rational& fps);  // the same of a rate alone

// 8-bit R'G'B', with opacity where the format has it, to planar Y'CbCr of 8 or more bits by BT.709, limited
// range, chroma sited left for 4:2:0 (as the tags say). Scaling, where the sizes differ, happens in the same
// pass: several times as fast as a scaled Canvas in between.
class YuvConverter {
 public:
  YuvConverter(Size picture, Size output, Fit fit, AVPixelFormat format);
  // [height][width][3 or 4], the size as constructed; fills the planes.
  void convert(const uint8_t* pixels, AVFrame* frame);

 private:
  struct Part {
    int x = 0, y = 0;
    Size size;
  };
  void blacken_bars(AVFrame* frame) const;
  template <typename Sample>
  void fill_bars(AVFrame* frame) const;

  Part from_;  // of the picture: the rest is cropped
  Part to_;    // of the frame: the rest is black
  Size output_;
  const AVPixFmtDescriptor* layout_;
  const int channels_;
  ScalerPtr scaler_;
  int width_ = 0;   // of the picture
  int stride_ = 0;  // bytes
  std::vector<uint8_t>
      padded_;  // the part of the picture, with room after each row for libswscale to read past it
};

class VideoEncoder {
 public:
  // Opens the encoder. Error{output} when this libav lacks it or it refuses the settings.
  VideoEncoder(const VideoSettings& settings, bool global_header);

  void send(const Canvas& picture, const Canvas* opacity);  // of picture_size (VideoWriter::write)
  void flush();                                             // no more pictures: receive() gives what is left
  bool receive(AVPacket* packet);  // false: needs more pictures, or all were given. Times in 1/fps

  const AVCodecContext* context() const { return context_.get(); }
  const char* name() const { return context_->codec->name; }

 private:
  CodecContextPtr context_;
  YuvConverter converter_;
  Fit fit_;
  FramePtr frame_;
  int64_t next_picture_ = 0;
};

}  // namespace spectradiff
