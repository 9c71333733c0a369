// --preview: a contact sheet of what is done, in a file that is whole whenever somebody looks; or each
// picture to whoever watches the run.
#pragma once

#include <chrono>
#include <filesystem>

#include "spectradiff/render/frame_sink.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/report/contact_sheet.h"

namespace spectradiff {

// Error{usage} for names that are no .png, .jpg or .jpeg.
void check_preview_name(const std::filesystem::path& file);

// Passes frames on, and tells the observer of each.
class ShownPictures : public FrameSink {
 public:
  // Both outlive it.
  ShownPictures(FrameSink& sink, RenderObserver& observer) : sink_(sink), observer_(observer) {}
  void accept(int64_t frame, const Canvas& picture) override {
    sink_.accept(frame, picture);
    observer_.picture(picture);
  }

 private:
  FrameSink& sink_;
  RenderObserver& observer_;
};

// Passes frames on and writes the sheet when it has changed, at most every two seconds, and at the end. Once
// that fails the observer is warned, and the frames go on without.
class PreviewSink : public FrameSink {
 public:
  // `sink` and `observer` outlive it. What is under `file` is replaced. `frames` of the run, of this size.
  PreviewSink(FrameSink& sink, std::filesystem::path file, int64_t frames, Size picture,
              RenderObserver& observer);
  void accept(int64_t frame, const Canvas& picture) override;
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void write();

  FrameSink& sink_;
  std::filesystem::path file_;
  ContactSheet sheet_;
  int64_t accepted_ = 0;
  RenderObserver& observer_;
  bool changed_ = false, failed_ = false;
  Clock::time_point next_write_;  // the beginning of time: at once
};

}  // namespace spectradiff
