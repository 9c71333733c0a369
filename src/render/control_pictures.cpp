#include "spectradiff/render/control_pictures.h"

#include "spectradiff/base/error.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/image/edges.h"
#include "spectradiff/image/post.h"
#include "spectradiff/image/resize.h"

namespace spectradiff {
namespace {

constexpr Rgb kBlack{0, 0, 0};  // behind what is transparent: control pictures show lines on black

PictureSource source_of(const RenderJob& job) {
  const DiffusionSettings& diffusion = job.diffusion;
  const bool is_video = !diffusion.control_video.empty();
  ImageSource source;
  source.path = is_video ? diffusion.control_video : diffusion.control_image;
  source.end = ImageSource::End::hold;
  return {source, job.analysis.fps, kBlack, is_video ? "control_video" : "control_image"};
}

Canvas through(ControlMap map, Canvas picture) {
  constexpr int kLow = 100, kHigh = 200;  // what models of edges were trained with
  if (map == ControlMap::edges) return canny_edges(picture, kLow, kHigh);
  if (map == ControlMap::luminance) greyscale(picture);
  return picture;
}

}  // namespace

ControlPictures::ControlPictures(const RenderJob& job, int64_t last)
    : size_(job.paint.size), map_(job.diffusion.control_map) {
  const std::string& image = job.diffusion.control_image;
  const std::string& video = job.diffusion.control_video;
  if (image.empty() && video.empty()) return;
  source_.emplace(source_of(job));
  const auto frames = source_->frames();
  if (video.empty()) {
    if (frames) {
      throw_error(ErrorKind::usage, "control_image = {} is not a single picture; give it as --control-video",
                  image);
    }
    still_ = through(map_, fit_to_size(source_->at(0), size_, Fit::cover));
    return;
  }
  if (!frames) {
    throw_error(ErrorKind::usage, "control_video = {} is a single picture; give it as --control-image",
                video);
  }
  if (last >= *frames) {
    throw_error(ErrorKind::input,
                "control_video = {} ends after {}, and frame {} is asked for; give a longer one, or "
                "render less with --frames or --duration",
                video, counted(*frames, "frame"), last);
  }
}

Canvas ControlPictures::at(int64_t frame, const Canvas& painting) const {
  if (!still_.empty()) return still_.clone();
  return through(map_, source_ ? fit_to_size(source_->at(frame), size_, Fit::cover) : painting.clone());
}

void check_control(const DiffusionSettings& diffusion, const Manifest& model) {
  const bool image = !diffusion.control_image.empty(), video = !diffusion.control_video.empty();
  const bool mapped = diffusion.control_map != ControlMap::none;
  if (image && video) {
    throw_error(ErrorKind::usage, "control_image = {} and control_video = {}: give one of them",
                diffusion.control_image, diffusion.control_video);
  }
  if ((image || video) && diffusion.control_map == ControlMap::painting) {
    throw_error(ErrorKind::usage,
                "control_map = painting shows the painting; leave {} out, or choose another map",
                image ? "control_image" : "control_video");
  }
  if ((image || video || mapped) && !model.takes_control()) {
    throw_error(ErrorKind::usage,
                "{}: the model {} has no control network; export it with --controlnet DIR, or leave the "
                "control pictures out",
                image   ? "control_image = " + diffusion.control_image
                : video ? "control_video = " + diffusion.control_video
                        : "control_map",
                model.name);
  }
  if (model.takes_control() && !image && !video && !mapped) {
    throw_error(
        ErrorKind::usage,
        "the model {} has a control network; give it pictures with --control-image or --control-video, or "
        "the painting with --control-map",
        model.name);
  }
}

}  // namespace spectradiff
