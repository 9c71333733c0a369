// What was heard in a song as text for other programs: CSV and JSON. Numbers are written in the shortest form
// that reads back as the same float (times: double), in the C locale; lines end with a line feed. What is
// written goes to the sink in pieces, so that memory does not grow with it.
#pragma once

#include <span>
#include <string>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/file.h"
#include "spectradiff/features/features.h"

namespace spectradiff {

// A header, `frame,time_s` and the series' names, then a row per frame; time_s is where the frame starts.
// `series`: the columns, in this order, all of which `features` holds. A value that is not a finite number is
// an empty field.
void write_series_csv(const Features& features, std::span<const std::string> series, const TextSink& sink);

// {"schema": 1, "audio": {"file", "format", "sample_rate_hz", "channels", "samples"}, "fps": "15/1",
// "frames": N, "series": {name: [N numbers], …}, "events": {"onsets_s", "beats_s", "downbeats_s",
// "sections_s", "sections": [{"begin_s", "end_s", "label", "energy", "energy_class"}, …], "drops_s",
// "builds": [{"begin_s", "end_s"}, …]}, "scalars": {"tempo_bpm", "tempo_candidates_bpm",
// "tempos": [{"begin_s", "tempo_bpm"}, …], "beats_per_bar", "key", "duration_s"}}. Unknown values are null.
// `file` is the song's name for people; `series` as for the CSV.
void write_analysis_json(const std::string& file, const AudioInfo& audio, const Features& features,
                         std::span<const std::string> series, const TextSink& sink);

// The first beat of every bar, seconds.
std::vector<double> downbeats_s(const Features& features);

}  // namespace spectradiff
