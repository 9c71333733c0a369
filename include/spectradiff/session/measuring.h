// A finished video, whoever made it, held against its song.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "spectradiff/base/file_guard.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/render/video_measures.h"
#include "spectradiff/report/report_page.h"

namespace spectradiff {

struct MeasureRequest {
  std::string video;
  std::string song;           // "-" is stdin; empty: the video's own sound, where it has any
  std::vector<Layer> layers;  // of the settings those of the song's hearing and "start" count
};

// Adds every file that the request reads and writes.
void add_files(FileGuard& guard, const MeasureRequest& request);

struct MeasuredVideo {
  int64_t frames = 0;
  Rational fps;
  std::vector<std::string> music;  // "0:30.0", "120.0 BPM", "62 beats", …; empty without sound
  std::vector<Measure> measures;
  // For the setting "report", without command and version, which the caller knows; null without it.
  std::shared_ptr<ReportPage> report;
};

// Goes through the video's pictures at its own frame rate, to which pictures that do not come evenly are
// brought; frame 0 is heard with the song's sample 0 or with the setting "start". Nothing when `stop` ended
// it. Error{input} for a file without at least two pictures, with more than 240 a second, or with a song that
// goes on for more than a second behind it without "start"; Error{output} for a report that could not be
// written.
std::optional<MeasuredVideo> measure_video(const MeasureRequest& request, RenderObserver& observer,
                                           const std::atomic<int>& stop);

}  // namespace spectradiff
