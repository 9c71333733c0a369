#include "preview_sink.h"

#include <fmt/format.h>

#include <utility>

#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/image/png.h"
#include "spectradiff/media/jpeg.h"

namespace spectradiff {
namespace {

constexpr auto kPace = std::chrono::seconds(2);

bool is_jpeg(const std::filesystem::path& file) {
  return file.extension() == ".jpg" || file.extension() == ".jpeg";
}

}  // namespace

void check_preview_name(const std::filesystem::path& file) {
  if (file.extension() == ".png" || is_jpeg(file)) return;
  throw_error(ErrorKind::usage, "preview = {}: the name must end in .png, .jpg or .jpeg", file.string());
}

PreviewSink::PreviewSink(FrameSink& sink, std::filesystem::path file, int64_t frames, Size picture,
                         RenderObserver& observer)
    : sink_(sink), file_(std::move(file)), sheet_(frames, picture), observer_(observer) {}

void PreviewSink::accept(int64_t frame, const Canvas& picture) {
  sink_.accept(frame, picture);
  changed_ |= sheet_.take(accepted_++, picture);
  if (changed_ && Clock::now() >= next_write_) write();
}

void PreviewSink::finish() {
  if (changed_) write();
}

void PreviewSink::write() {
  if (failed_) return;
  try {
    write_file(file_, is_jpeg(file_) ? encode_jpeg(sheet_.canvas()) : encode_png(sheet_.canvas()), true);
  } catch (const Error& error) {
    failed_ = true;
    observer_.warn(fmt::format("the preview is no longer updated, the render goes on: {}", error.what()));
  }
  changed_ = false;
  next_write_ = Clock::now() + kPace;
}

}  // namespace spectradiff
