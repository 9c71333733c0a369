// --report: what a run made, or what a video holds, as one page.
#pragma once

#include "session_state.h"
#include "spectradiff/render/frame_sink.h"
#include "spectradiff/render/statistics.h"
#include "spectradiff/report/report_page.h"

namespace spectradiff {

// Keeps small copies of some of the frames that pass.
class ReportSink : public FrameSink {
 public:
  // Both outlive it.
  ReportSink(FrameSink& sink, ReportStrip& strip) : sink_(sink), strip_(strip) {}
  void accept(int64_t frame, const Canvas& picture) override {
    sink_.accept(frame, picture);
    strip_.take(frame, picture);
  }

 private:
  FrameSink& sink_;
  ReportStrip& strip_;
};

// Adds what a page says of the music to what is to be heard.
void add_report_needs(FeatureRequest& wanted);

// The music and the pictures; the caller adds what it knows beside them. `features` null: no sound.
ReportPage page_of_pictures(const PictureStatistics& pictures, const Features* features, ReportStrip strip,
                            std::vector<Measure> measures);

// Of a finished run, with its settings and all that the music moved.
ReportPage page_of_run(const SessionState& state, const PictureStatistics& pictures, ReportStrip strip,
                       double seconds);

}  // namespace spectradiff
