#include "song_options.h"

#include <fmt/format.h>

#include "option_kinds.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/timeline/signals.h"

namespace spectradiff {
namespace {

constexpr const char* kSong = "Song";
constexpr const char* kHearing = "Analysis";
constexpr const char* kBeats = "Beats";

constexpr RealRange kTempi = {20, 400};

#define FIELD(member) [](RenderJob& job) -> auto& { return job.member; }

TimeSpan checked_seconds(const Json& value) {
  const TimeSpan time = checked_time(value);
  if (time.unit != TimeUnit::seconds) refuse("is not in seconds; write 90, 90s, 1:30:00 or 50ms");
  if (time.value.num == 0) refuse("must be above 0");
  return time;
}

// A number, or "auto", which is 0.
double checked_tempo(const Json& value) {
  if (value == "auto") return 0;
  if (!value.is_string()) return checked_real(value, kTempi);
  const auto typed = parse_real(value.get<std::string>());
  if (!typed) refuse("is not a number of beats per minute; write a plain decimal such as 126.5, or auto");
  return checked_real(*typed, kTempi);
}
Json tempo_json(double tempo_bpm) {
  return tempo_bpm == 0 ? Json("auto") : Json(tempo_bpm);
}

constexpr int kMostBeatsPerBar = 32;

// An integer, or "auto", which is 0.
int checked_beats_per_bar(const Json& value) {
  if (value == "auto") return 0;
  const auto typed = value.is_string() ? parse_integer(value.get<std::string>()) : std::nullopt;
  if (!typed && !value.is_number_integer()) refuse("is not a number of beats; write an integer, or auto");
  return static_cast<int>(
      checked_integer(typed ? Json(*typed) : value, 1, kMostBeatsPerBar, "or write auto"));
}
Json beats_per_bar_json(int beats) {
  return beats == 0 ? Json("auto") : Json(beats);
}

// From "kick=band 40 120 | norm 95; hat=treble", as flags and the environment have it.
Json signals_from_text(std::string_view text) {
  Json signals = Json::object();
  while (true) {
    const size_t end = text.find(';');
    const std::string_view one = text.substr(0, end);
    const size_t equals = one.find('=');
    if (equals == std::string_view::npos || equals == 0)
      refuse("is not a signal; write NAME=SOURCE | STAGE | …, as kick=band 40 120 | norm 95");
    const std::string name(trimmed(one.substr(0, equals)));
    if (signals.contains(name)) refuse("names " + name + " twice");
    signals[name] = std::string(trimmed(one.substr(equals + 1)));
    if (end == std::string_view::npos) return signals;
    text.remove_prefix(end + 1);
  }
}

void set_signals(Settings& to, const Json& value) {
  if (!value.is_object()) refuse("is not an object of signals; write {\"kick\": \"band 40 120 | norm 95\"}");
  for (const auto& [name, text] : value.items()) {
    if (!text.is_string()) refuse("has a signal " + name + " that is not a text");
    const auto& source = text.get_ref<const std::string&>();
    if (source.size() > max_signal_bytes(source))
      refuse(fmt::format("has a signal {} of more than {} bytes", name, max_signal_bytes(source)));
    to.job.signals[name] = text.get<std::string>();
    if (to.job.signals.size() > kMaxSignals) refuse(fmt::format("makes more than {} signals", kMaxSignals));
  }
}

void add_signals(std::vector<Option>& table) {
  Option option = option_base(
      {"signal", Is::picture, kBeats, kAll, "NAME=…",
       "a series of your own for expressions: \"kick=band 40 120 | env 1f 6f | norm 95\"; can be given more "
       "than once"});
  option.repeats = true;
  option.from_text = signals_from_text;
  option.set = set_signals;
  option.get = [](const Settings& from) {
    Json signals;
    for (const auto& [name, text] : from.job.signals) signals[name] = text;
    return signals;
  };
  table.push_back(std::move(option));
}

constexpr const char* kNamedFile =
    "is not a named file; write NAME=FILE, the name being a to z, 0 to 9 and _";

bool is_file_name(const std::string& name) {
  return !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

// Files by names of the user's own, of which any number can be given.
template <typename Field>
Option named_files(const char* key, const char* help, Field field) {
  Option option = option_for({key, Is::input, kBeats, kAll, "NAME=FILE", help}, field);
  option.path = PathKind::file;
  option.repeats = true;
  option.from_text = [](std::string_view text) {
    const size_t equals = text.find('=');
    const std::string name(text.substr(0, equals));
    if (equals == std::string_view::npos || equals + 1 == text.size() || !is_file_name(name))
      refuse(kNamedFile);
    return Json{{name, std::string(text.substr(equals + 1))}};
  };
  option.set = [=](Settings& to, const Json& value) {
    if (!value.is_object()) refuse("is not an object of files; write {\"drums\": \"drums.wav\"}");
    for (const auto& [name, file] : value.items()) {
      if (!is_file_name(name) || !file.is_string() || file == "") refuse(kNamedFile);
      place_of(field, to)[name] = file.template get<std::string>();
    }
  };
  option.get = [=](const Settings& from) {
    Json files;
    for (const auto& [name, file] : value_of(field, from)) files[name] = file;
    return files;
  };
  return option;
}

void add_named_files(std::vector<Option>& table) {
  table.push_back(
      named_files("stem",
                  "a sound beside the song whose level is stem:NAME in expressions, as long as the "
                  "song; can be given more than once",
                  FIELD(input.stems)));
  table.push_back(
      named_files("midi",
                  "a MIDI file that begins with the song: midi:NAME is the velocity of what sounds, "
                  "midi:NAME:36 of one note, pitch:NAME the last note's number; can be given more "
                  "than once",
                  FIELD(input.midi)));
  table.push_back(named_files("labels",
                              "an Audacity label track: labels:NAME is 1 where a label is; can be given more "
                              "than once",
                              FIELD(input.labels)));
}

// What ears correct.
void add_beats(std::vector<Option>& table) {
  table.push_back(ranging(
      range_text(kTempi) + ", or auto: as heard",
      written_option({"tempo", Is::picture, kBeats, kAll | kMeasure | kSlow, "BPM", "beats per minute"},
                     FIELD(analysis.beats.tempo_bpm), checked_tempo, tempo_json)));
  table.push_back(without(
      "as heard",
      optional_option({"first_beat", Is::picture, kBeats, kAll | kMeasure, "T",
                       "when the first beat and bar begin; with --tempo, beats follow evenly from there"},
                      FIELD(analysis.beats.first_beat), checked_time, time_text)));
  table.push_back(ranging(
      fmt::format("1 to {}, or auto: 3, 4 or 7 as heard", kMostBeatsPerBar),
      written_option({"beats_per_bar", Is::picture, kBeats, kAll | kMeasure, "N", "number of beats in a bar"},
                     FIELD(analysis.beats.beats_per_bar), checked_beats_per_bar, beats_per_bar_json)));
  table.push_back(without("as heard", path_option({"beats", Is::input, kBeats, kAll | kMeasure, "FILE",
                                                   "a file with the beats: a time per line, with or without "
                                                   "its number in the bar, or Audacity labels"},
                                                  FIELD(analysis.beats.file))));
}

void add_analysis(std::vector<Option>& table) {
  table.push_back(integer_option({"bins", Is::picture, kHearing, kAll, "N", "number of frequency bins"},
                                 FIELD(analysis.bins), 1, 4096));
  table.push_back(choice_option<BinSpacing>(
      {"bin_spacing", Is::picture, kHearing, kAll, "NAME", "which frequencies the bins stand for"},
      FIELD(analysis.spacing),
      {{"log", BinSpacing::log, "equal steps of pitch from --fmin to --fmax"},
       {"cqt", BinSpacing::cqt, "the same by a constant-Q transform"},
       {"seed", BinSpacing::seed, "those of the original projects"}}));
  table.push_back(
      written_option({"window", Is::picture, kHearing, kAll, "T",
                      "length of the sound around a frame by which pitches are told apart; with cqt "
                      "that of the lowest bin, at most 1s"},
                     FIELD(analysis.window), checked_time, time_text));
  table.push_back(choice_option<WindowShape>(
      {"window_shape", Is::picture, kHearing, kAll, "NAME", "shape of this window"},
      FIELD(analysis.window_shape), {{"hann", WindowShape::hann}, {"rect", WindowShape::rect}}));
  table.push_back(real_option(
      {"fmin", Is::picture, kHearing, kAll, "HZ", "frequency of the lowest bin in Hz, not with seed spacing"},
      FIELD(analysis.fmin_hz), {1, 96000}));
  table.push_back(real_option({"fmax", Is::picture, kHearing, kAll, "HZ",
                               "frequency of the highest bin in Hz, at most half the sample rate; not with "
                               "seed spacing"},
                              FIELD(analysis.fmax_hz), {1, 192000}));
  table.push_back(
      ranging(normalize_range(),
              written_option({"normalize", Is::picture, kHearing, kAll, "RULE", "what counts as full level"},
                             FIELD(analysis.normalize), checked_normalize, normalize_text)));
  table.push_back(real_option(
      {"gain", Is::picture, kHearing, kAll, "DB", "louder or quieter than --normalize says, in decibels"},
      FIELD(analysis.gain_db), {-60, 60}));
}

}  // namespace

void add_song_options(std::vector<Option>& table) {
  table.push_back(written_option({"start", Is::video, kSong, kVideos | kMeasure, "T",
                                  "begin here: 90, 90s, 1:30, 50ms, 2205smp (samples) or 3f (frames)"},
                                 FIELD(selection.start), checked_time, time_text));
  table.push_back(without("to the end", optional_option({"duration", Is::video, kSong, kVideos | kSonify, "T",
                                                         "how much of the song to render, as --start"},
                                                        FIELD(selection.duration), checked_time, time_text)));
  table.back().other_meanings = {{kSonify, "how long the sound is to be, as 30 or 1:30 (chirp)", "30s"}};
  table.push_back(
      without("the song", path_option({"analysis_audio", Is::input, kSong, kPictures, "FILE",
                                       "analyse this file, for instance a stem, while the song is "
                                       "heard; as long as the song, - is stdin"},
                                      FIELD(input.analysis_audio))));
  table.push_back(switch_option({"strict", Is::machine, kSong, kAll | kMeasure | kSlow, "",
                                 "stop with an error where a sound file is damaged or silent, instead of "
                                 "warning"},
                                FIELD(input.strict)));
  table.push_back(written_option({"max_duration", Is::machine, kSong, kAll | kMeasure | kSlow, "T",
                                  "refuse sound files that are longer than this"},
                                 FIELD(input.max_duration), checked_seconds, time_text));
  table.push_back(switch_option({"any_sample_rate", Is::machine, kSong, kAll | kMeasure | kSlow, "",
                                 "read sound files from 1 Hz to 10 MHz, not only from 8 to 384 kHz"},
                                FIELD(input.any_sample_rate)));
  table.push_back(without(
      "all",
      written_option({"frames", Is::video, kSong, kVideos, "A-B",
                      "only these frames of the song: 12-40 (both included), 12-, -40, commas between"},
                     FIELD(selection.frames), checked_text, same_text)));
  table.push_back(ranging(range_text(kFrameRates),
                          written_option({"fps", Is::picture, kSong, (kAll & ~kStill) | kSlow, "R",
                                          "frames per second: 15, 29.97 (= 30000/1001) or 24000/1001"},
                                         FIELD(analysis.fps), checked_rate, rate_text)));
}

void add_hearing_options(std::vector<Option>& table) {
  add_analysis(table);
  add_beats(table);
  add_signals(table);
  add_named_files(table);
}

#undef FIELD

}  // namespace spectradiff
