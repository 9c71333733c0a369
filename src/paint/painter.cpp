#include "spectradiff/paint/painter.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <mutex>
#include <optional>

#include "colouring.h"
#include "hash_field.h"
#include "image_source.h"
#include "painting.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/threads.h"
#include "spectradiff/image/arrange.h"
#include "spectradiff/image/warp.h"

namespace spectradiff {
namespace {

// In the order of PainterKind.
struct PainterRow {
  const char* name;
  MakePainting make;
};

constexpr PainterRow kPainters[] = {
    {"hash", make_hash_field},
    {"pie", make_pie},
    {"polar", make_polar},
    {"circles", make_circles},
    {"spectrogram", make_spectrogram},
    {"showcqt", make_constant_q_bars},
    {"image", make_image},
};

constexpr int64_t kContrastFrames = 200;  // of a song, evenly spaced, that its contrast is taken from

BaseLayer::Kind base_kind(const PaintSettings& settings) {
  if (settings.base.kind != BaseLayer::Kind::automatic) return settings.base.kind;
  return settings.painter == PainterKind::pie ? BaseLayer::Kind::hash : BaseLayer::Kind::plain;
}

// What the painter paints, before it is arranged into the picture.
Size painted_size(const PaintSettings& settings) {
  const Arrangement& arrangement = settings.arrangement;
  Size size = settings.size;
  if (arrangement.symmetry == Arrangement::Symmetry::mosaic) size = mosaic_part(size);
  if (arrangement.rotate_degrees % 180 != 0) std::swap(size.width, size.height);
  return size;
}

}  // namespace

const std::vector<std::string>& painter_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> made;
    for (const PainterRow& row : kPainters) made.emplace_back(row.name);
    return made;
  }();
  return names;
}

PaintSettings settled(PaintSettings settings) {
  settings.base.kind = base_kind(settings);
  return settings;
}

void add_painter_needs(const PaintSettings& settings, FeatureRequest& wanted) {
  if (settings.painter != PainterKind::spectrogram) return;
  wanted.still = settings.spectrogram.style == Spectrogram::Style::still;
  wanted.sound = wanted.sound || settings.spectrogram.style == Spectrogram::Style::riffusion;
}

struct Painter::Impl {
  Impl(const Features& features, const PaintSettings& given)
      : settings((check(given), given)),
        levels(features, settings.smoothing),
        size(painted_size(settings)),
        painting(kPainters[static_cast<size_t>(settings.painter)].make(levels, settings, size)) {
    if (base_kind(settings) == BaseLayer::Kind::hash) field.emplace(levels, settings, size);
    if (base_kind(settings) == BaseLayer::Kind::image) image.emplace(levels, settings, size);
    if (settings.arrangement.symmetry == Arrangement::Symmetry::kaleidoscope)
      kaleidoscope.emplace(settings.size, settings.arrangement.folds);
    if (settings.post.autocontrast == Autocontrast::song) contrast = song_contrast();
  }

  Canvas paint(const PaintSettings& now, int64_t frame) const {
    check_frame(frame);
    Canvas canvas = source(now, frame);
    apply(now.post, canvas, contrast ? &*contrast : nullptr);
    return canvas;
  }

  Canvas base(const PaintSettings& now, int64_t frame) const {
    Canvas canvas(size, now.colour.background);
    if (field && now.base.opacity > 0) {
      field->paint(now, frame, now.base.opacity, canvas);
      gaussian_blur(canvas, now.post.blur_px);
    }
    if (image && now.base.opacity > 0) image->paint(now, frame, now.base.opacity, canvas);
    return canvas;
  }

  Canvas arrange(Canvas canvas, const Arrangement& now) const {
    if (now.turn_degrees != 0 || now.zoom != 1)
      canvas = moved_by_camera(canvas, {now.zoom, std::fmod(now.turn_degrees, 360.0), 0, 0});
    if (now.view) canvas = seen_by_camera(canvas, *now.view, now.border);
    canvas = rotate(std::move(canvas), settings.arrangement.rotate_degrees);
    switch (settings.arrangement.symmetry) {
      case Arrangement::Symmetry::none:
        break;
      case Arrangement::Symmetry::mirror:
        mirror_left_half(canvas);
        break;
      case Arrangement::Symmetry::mosaic:
        return mosaic(canvas, settings.size);
      case Arrangement::Symmetry::kaleidoscope:
        return now.folds == settings.arrangement.folds ? kaleidoscope->apply(canvas)
                                                       : Kaleidoscope(settings.size, now.folds).apply(canvas);
    }
    return canvas;
  }

  // Before blending and the post chain.
  Canvas unblended(const PaintSettings& now, int64_t frame) const {
    return arrange(layers(now, frame), now.arrangement);
  }

  Canvas layers(const PaintSettings& now, int64_t frame) const {
    Canvas canvas = base(now, frame);
    painting->paint(now, frame, canvas);
    return canvas;
  }

  void check_frame(int64_t frame) const {
    if (frame >= 0 && frame < levels.frames()) return;
    throw_error(ErrorKind::internal, "frame {} of a song of {} frames cannot be painted", frame,
                levels.frames());
  }

  Canvas source(const PaintSettings& now, int64_t frame) const {
    Canvas canvas = unblended(now, frame);
    if (now.smoothing.blend_previous > 0 && frame > 0)
      blend(canvas, unblended(now, frame - 1), now.smoothing.blend_previous);
    return canvas;
  }

  ContrastRange song_contrast() const {
    PostChain before = settings.post;
    before.autocontrast = Autocontrast::none;
    before.equalize = false;
    const int64_t count = std::min(kContrastFrames, levels.frames());
    const auto part = [&](int64_t first, int64_t step) {
      ContrastRange range;
      for (int64_t i = first; i < count; i += step) {
        Canvas canvas = source(settings, i * levels.frames() / count);
        apply(before, canvas);
        range.add(canvas);
      }
      return range;
    };
    const int64_t threads = thread_count(0);
    std::vector<std::future<ContrastRange>> parts;
    parts.reserve(static_cast<size_t>(threads));
    for (int64_t i = 0; i < threads; ++i) parts.push_back(std::async(std::launch::async, part, i, threads));
    ContrastRange range;
    for (auto& each : parts) range.add(each.get());
    return range;
  }

  const PaintSettings settings;

  const Levels levels;
  const Size size;  // of what the painting paints
  const std::unique_ptr<const Painting> painting;
  std::optional<HashFieldPainting> field;  // the base layer, if it is one
  std::optional<ImagePainting> image;      // the same
  std::optional<Kaleidoscope> kaleidoscope;
  std::optional<ContrastRange> contrast;
};

Painter::Painter(const Features& features, const PaintSettings& settings)
    : impl_(std::make_unique<const Impl>(features, settings)) {}

Painter::~Painter() = default;

Canvas Painter::paint(int64_t frame) const {
  return impl_->paint(impl_->settings, frame);
}

Canvas Painter::paint(const PaintSettings& moved, int64_t frame) const {
  check(moved);
  return impl_->paint(moved, frame);
}

Canvas Painter::unarranged(const PaintSettings& moved, int64_t frame) const {
  check(moved);
  impl_->check_frame(frame);
  return impl_->layers(moved, frame);
}

Canvas Painter::finished(Canvas unarranged, const PaintSettings& moved) const {
  Canvas canvas = impl_->arrange(std::move(unarranged), moved.arrangement);
  apply(moved.post, canvas, impl_->contrast ? &*impl_->contrast : nullptr);
  return canvas;
}

}  // namespace spectradiff
