// measure: numbers about any video and its song.
#include <fmt/format.h>

#include "commands.h"
#include "report_file.h"
#include "signals.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

std::string table_of(const std::vector<Measure>& measures) {
  std::string table;
  for (const auto& [name, meaning, value] : measures) {
    const std::string shown =
        value.is_number_float() ? fmt::format("{:.4f}", value.get<double>()) : value.dump();
    table += fmt::format("{:<26}{:>9}   {}\n", name, shown, meaning);
  }
  return table;
}

}  // namespace

int run_measure(const Arguments& arguments, Console& console) {
  const MeasureRequest request = arguments.measure_request();
  install_signal_handlers();
  const auto measured = measure_video(request, console, stop_requests());
  if (!measured) return kStopped;
  console.info(fmt::format("{}: {} at {} fps", request.video, counted(measured->frames, "frame"),
                           measured->fps.number_text()));
  const std::string song = request.song.empty() ? "its sound" : request.song;
  if (!measured->music.empty()) console.info(fmt::format("{}: {}", song, join(measured->music, ", ")));
  if (!arguments.run.json) console.answer(table_of(measured->measures));
  if (measured->report) write_report(std::move(*measured->report), arguments, console);
  console.event("measures", {{"video", request.video},
                             {"song", request.song.empty() ? Json() : Json(request.song)},
                             {"frames", measured->frames},
                             {"fps", measured->fps.text()},
                             {"measures", measures_to_json(measured->measures)}});
  return kComplete;
}

}  // namespace spectradiff
