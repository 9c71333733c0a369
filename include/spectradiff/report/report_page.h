// One page about a render or a measured video, that loads nothing from elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spectradiff/base/json.h"
#include "spectradiff/base/rational.h"
#include "spectradiff/features/features.h"
#include "spectradiff/image/canvas.h"
#include "spectradiff/render/video_measures.h"

namespace spectradiff {

struct ReportPicture {
  int64_t frame = 0;  // of the song
  std::vector<uint8_t> jpeg;
};

// A value per frame of the page's span.
struct ReportCurve {
  std::string name;    // "onset", "strength = 0.4 + 0.2*onset"
  bool moved = false;  // an option's that the music moves
  std::vector<double> values;
};

struct ReportSetting {
  std::string key;
  Json value;
  std::string origin;  // "flag", "default", …
};

// What the page says. Frames are those of the song: first to first + frames - 1.
struct ReportPage {
  std::string title;
  std::vector<std::string> facts;  // "0:30.0", "450 frames at 15 fps", …
  Rational fps{15};
  int64_t first = 0, frames = 0;
  Size picture{1, 1};
  std::vector<ReportPicture> pictures;  // ascending
  ReportCurve peak, rms;                // of the sound, 0..1; without values there is none
  std::vector<double> beats_s;
  std::vector<Section> sections;
  std::vector<ReportCurve> curves;
  std::vector<Measure> measures;
  std::vector<ReportSetting> settings;
  std::string command;         // that makes it again; empty: not known
  std::string frames_command;  // the same with "--frames A-B" in it; empty: not known
  std::string version;         // of the program
};

// The page as HTML: style and script within, pictures as data, for light and dark, any width, mouse and keys.
std::string report_html(const ReportPage& page);

// Keeps small JPEGs of pictures that are evenly spaced over a run. One thread.
class ReportStrip {
 public:
  // Of a run of so many pictures, >= 1.
  explicit ReportStrip(int64_t run);

  // The run's next picture.
  void take(int64_t frame, const Canvas& picture);

  std::vector<ReportPicture> pictures;

 private:
  int64_t total_, places_;
  int64_t taken_ = 0;
};

}  // namespace spectradiff
