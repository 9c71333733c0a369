#include "spectradiff/config/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "diffusion_options.h"
#include "option_kinds.h"
#include "paint_options.h"
#include "run_options.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"
#include "spectradiff/diffusion/manifest.h"

namespace spectradiff {
namespace {

constexpr const char* kSong = "Song";
constexpr const char* kHearing = "Analysis";
constexpr const char* kBeats = "Beats";
constexpr const char* kVideo = "Video and sound";
constexpr const char* kMachine = "Machine";

#define FIELD(member) [](RenderJob& job) -> auto& { return job.member; }

// An option that may be absent; absent is null in JSON.
template <typename Field, typename Read, typename Write>
Option optional_option(const OptionText& text, Field field, Read read, Write write) {
  Option option = written_option(text, field, read, [](const auto&) { return Json(); });
  option.get = [=](const Settings& from) -> Json {
    const auto value = value_of(field, from);
    return value ? Json(write(*value)) : Json();
  };
  return option;
}

std::string time_text(const TimeSpan& time) {
  return time.text();
}
std::string rate_text(const Rational& rate) {
  return rate.text();
}
Size encoded_size(const Json& value) {
  return checked_size(value, 2, 8192);
}

TimeSpan checked_seconds(const Json& value) {
  const TimeSpan time = checked_time(value);
  if (time.unit != TimeUnit::seconds) refuse("is not in seconds; write 90, 90s, 1:30:00 or 50ms");
  if (time.value.num == 0) refuse("is no time at all; it is above 0");
  return time;
}

std::string checked_device(const Json& value) {
  const std::string text = checked_text(value);
  const bool indexed = text.starts_with("cuda:") && parse_integer(text.substr(5)).value_or(-1) >= 0;
  if (text != "auto" && text != "cuda" && text != "mps" && text != "cpu" && !indexed) {
    refuse("is not one of auto, cuda, cuda:N, mps, cpu");
  }
  return text;
}

int64_t checked_bitrate(const Json& value) {
  const char* form = "is not a bit rate; write 256k or 256000, 8k to 1024k";
  const char* hint = "8k to 1024k, as 256k or 256000";
  if (value.is_number_integer()) return checked_integer(value, 8000, 1024000, hint);
  std::string text = checked_text(value);
  const int64_t unit = !text.empty() && text.back() == 'k' ? 1000 : 1;
  if (unit > 1) text.pop_back();
  const auto number = parse_integer(text);
  if (!number || *number > 1024000) refuse(form);
  return checked_integer(*number * unit, 8000, 1024000, hint);
}

// A number, or "auto", which is 0.
double checked_tempo(const Json& value) {
  if (value == "auto") return 0;
  if (!value.is_string()) return checked_real(value, {20, 400});
  const auto typed = parse_real(value.get<std::string>());
  if (!typed) refuse("is neither auto nor a plain decimal number");
  return checked_real(*typed, {20, 400});
}
Json tempo_json(double tempo_bpm) {
  return tempo_bpm == 0 ? Json("auto") : Json(tempo_bpm);
}

// A whole number, or "off" for none.
std::optional<int> checked_flash_limit(const Json& value) {
  if (value == "off") return std::nullopt;
  const auto typed = value.is_string() ? parse_integer(value.get<std::string>()) : std::nullopt;
  if (!typed && !value.is_number_integer()) refuse("is neither off nor an integer, 0 to 120");
  return static_cast<int>(
      checked_integer(typed ? Json(*typed) : value, 0, 120, "3 is what WCAG 2.3.1 allows; off for no limit"));
}

void add_song(std::vector<Option>& table) {
  table.push_back(written_option({"start", Is::video, kSong, kPictures, "T",
                                  "begin here: 90, 90s, 1:30, 50ms, 2205smp or 3f (default 0)"},
                                 FIELD(selection.start), checked_time, time_text));
  table.push_back(optional_option(
      {"duration", Is::video, kSong, kPictures, "T", "render this much (default: to the end)"},
      FIELD(selection.duration), checked_time, time_text));
  table.push_back(
      path_option({"analysis_audio", Is::input, kSong, kPictures, "FILE",
                   "analyse this, a stem say, and hear the song; as long as the song, - is stdin"},
                  FIELD(input.analysis_audio)));
  table.push_back(switch_option({"strict", Is::machine, kSong, kAll, "",
                                 "refuse a damaged or silent file instead of warning (default off)"},
                                FIELD(input.strict)));
  table.push_back(written_option(
      {"max_duration", Is::machine, kSong, kAll, "T", "refuse files longer than this (default 6:00:00)"},
      FIELD(input.max_duration), checked_seconds, time_text));
  table.push_back(switch_option({"any_sample_rate", Is::machine, kSong, kAll, "",
                                 "read files from 1 Hz to 10 MHz, not only 8 to 384 kHz (default off)"},
                                FIELD(input.any_sample_rate)));
  table.push_back(written_option({"frames", Is::video, kSong, kPictures, "A-B",
                                  "only these frames of the song: 12-40 (both included), 12-, -40, commas"},
                                 FIELD(selection.frames), checked_text, same_text));
  table.push_back(written_option(
      {"fps", Is::picture, kSong, kAll, "R",
       "frames per second: 15, 29.97 (= 30000/1001) or 24000/1001; above 0 to 240 (default 15)"},
      FIELD(analysis.fps), checked_rate, rate_text));
}

void add_hearing(std::vector<Option>& table) {
  table.push_back(integer_option(
      {"bins", Is::picture, kHearing, kAll, "N", "frequency bins, 1 to 4096 (default 90; cqt spacing 240)"},
      FIELD(analysis.bins), 1, 4096));
  table.push_back(choice_option<>(
      {"bin_spacing", Is::picture, kHearing, kAll, "NAME",
       "log: even in pitch from --fmin; cqt: the same, constant Q; seed: the original projects' own indices "
       "(default log; painter showcqt: cqt)"},
      FIELD(analysis.spacing),
      std::vector<std::pair<std::string, BinSpacing>>{
          {"log", BinSpacing::log}, {"cqt", BinSpacing::cqt}, {"seed", BinSpacing::seed}}));
  table.push_back(written_option(
      {"window", Is::picture, kHearing, kAll, "T",
       "length of sound per frame (default 186ms; seed 50ms; cqt: the longest, 170ms, at most 1s)"},
      FIELD(analysis.window), checked_time, time_text));
  table.push_back(choice_option<>(
      {"window_shape", Is::picture, kHearing, kAll, "NAME", "hann or rect (default hann; seed spacing rect)"},
      FIELD(analysis.window_shape),
      std::vector<std::pair<std::string, WindowShape>>{{"hann", WindowShape::hann},
                                                       {"rect", WindowShape::rect}}));
  table.push_back(
      real_option({"fmin", Is::picture, kHearing, kAll, "HZ",
                   "lowest bin, not seed spacing, 1 to 96000 (default 30; cqt 20.6017, the note E0)"},
                  FIELD(analysis.fmin_hz), {1, 96000}));
  table.push_back(real_option(
      {"fmax", Is::picture, kHearing, kAll, "HZ",
       "highest bin, not seed spacing, at most half the sample rate (default 16000; cqt 20495.6)"},
      FIELD(analysis.fmax_hz), {1, 192000}));
  table.push_back(written_option(
      {"normalize", Is::picture, kHearing, kAll, "RULE",
       "what counts as full level: percentile:P, loudness:LUFS or none (default percentile:99)"},
      FIELD(analysis.normalize), checked_normalize, normalize_text));
  table.push_back(real_option(
      {"gain", Is::picture, kHearing, kAll, "DB", "on top of --normalize, -60 to 60 dB (default 0)"},
      FIELD(analysis.gain_db), {-60, 60}));
}

// From "kick=band 40 120 | norm 95; hat=treble", as flags and the environment have it.
Json signals_from_text(std::string_view text) {
  Json signals = Json::object();
  while (true) {
    const size_t end = text.find(';');
    const std::string_view one = text.substr(0, end);
    const size_t equals = one.find('=');
    if (equals == std::string_view::npos || equals == 0) refuse("is not NAME=SOURCE | STAGE | …");
    const std::string name(trimmed(one.substr(0, equals)));
    if (signals.contains(name)) refuse("names " + name + " twice");
    signals[name] = std::string(trimmed(one.substr(equals + 1)));
    if (end == std::string_view::npos) return signals;
    text.remove_prefix(end + 1);
  }
}

void set_signals(Settings& to, const Json& value) {
  if (!value.is_object()) refuse("is not an object of signals, as {\"kick\": \"band 40 120 | norm 95\"}");
  for (const auto& [name, text] : value.items()) {
    if (!text.is_string()) refuse("has a signal " + name + " that is not a text");
    to.job.signals[name] = text.get<std::string>();
  }
}

void add_signals(std::vector<Option>& table) {
  Option option =
      option_base({"signal", Is::picture, kBeats, kAll, "NAME=…",
                   "a series of your own for expressions: \"kick=band 40 120 | env 1f 6f | norm 95\"; "
                   "can be given more than once"});
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

// What ears correct.
void add_beats(std::vector<Option>& table) {
  table.push_back(written_option({"tempo", Is::picture, kBeats, kAll, "BPM",
                                  "what the tempo is, 20 to 400, or auto (default auto: heard)"},
                                 FIELD(analysis.beats.tempo_bpm), checked_tempo, tempo_json));
  table.push_back(
      optional_option({"first_beat", Is::picture, kBeats, kAll, "T",
                       "the first beat and bar begin here; with --tempo an even grid (default: heard)"},
                      FIELD(analysis.beats.first_beat), checked_time, time_text));
  table.push_back(
      integer_option({"beats_per_bar", Is::picture, kBeats, kAll, "N", "for bars, 1 to 32 (default 4)"},
                     FIELD(analysis.beats.beats_per_bar), 1, 32));
  table.push_back(path_option({"beats", Is::input, kBeats, kAll, "FILE",
                               "the beats themselves: seconds per line, or Audacity labels (default: heard)"},
                              FIELD(analysis.beats.file)));
}

void add_video(std::vector<Option>& table) {
  table.push_back(optional_option(
      {"output_size", Is::video, kVideo, kPictures, "WxH", "encoded, even numbers (default: as painted)"},
      FIELD(output.size), encoded_size, size_text));
  table.push_back(
      choice_option<>({"fit", Is::video, kVideo, kPictures, "NAME",
                       "cover (crop), contain (bars) or stretch to --output-size (default cover)"},
                      FIELD(output.fit),
                      std::vector<std::pair<std::string, Fit>>{
                          {"cover", Fit::cover}, {"contain", Fit::contain}, {"stretch", Fit::stretch}}));
  table.push_back(written_option(
      {"flash_limit", Is::video, kVideo, kPictures, "N",
       "calm pictures to N flashes per second, 0 to 120, or off; 3 is WCAG's limit; it knows this run's "
       "frames only, so that parts of a song may differ from the whole (default off)"},
      FIELD(output.flash_limit), checked_flash_limit,
      [](std::optional<int> limit) { return limit ? Json(*limit) : Json("off"); }));
  using Choices = std::vector<std::pair<std::string, std::string>>;
  Choices video_codecs, formats;
  for (const char* name : {"auto", "h264", "hevc", "vp9", "av1", "prores", "ffv1"})
    video_codecs.emplace_back(name, name);
  for (const char* name : {"yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"})
    formats.emplace_back(name, name);
  table.push_back(choice_option<>({"video_codec", Is::video, kVideo, kPictures, "NAME",
                                   "auto, h264, hevc, vp9, av1, prores or ffv1 (default auto: by container)"},
                                  FIELD(output.video_codec), video_codecs));
  table.push_back(integer_option({"crf", Is::video, kVideo, kPictures, "N",
                                  "quality, 0 (best) to 51, of vp9 and av1 to 63 (default 18)"},
                                 FIELD(output.crf), 0, 63));
  std::vector<std::pair<std::string, std::string>> presets;
  for (const char* name :
       {"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"}) {
    presets.emplace_back(name, name);
  }
  table.push_back(choice_option<>(
      {"encoder_preset", Is::video, kVideo, kPictures, "NAME", "ultrafast to veryslow (default medium)"},
      FIELD(output.encoder_preset), presets));
  table.push_back(choice_option<>({"pixel_format", Is::video, kVideo, kPictures, "NAME",
                                   "yuv420p, yuv422p, yuv444p, or of 10 bits yuv420p10le, … (default "
                                   "yuv420p; prores yuv422p10le)"},
                                  FIELD(output.pixel_format), formats));
  std::vector<std::pair<std::string, std::string>> codecs;
  for (const char* name : {"auto", "copy", "aac", "alac", "flac", "opus", "none"})
    codecs.emplace_back(name, name);
  table.push_back(choice_option<>({"audio_codec", Is::video, kVideo, kPictures, "NAME",
                                   "auto, copy, aac, alac, flac, opus or none (default auto: by container)"},
                                  FIELD(output.audio_codec), codecs));
  table.push_back(written_option(
      {"audio_bitrate", Is::video, kVideo, kPictures, "R", "of lossy sound, 8k to 1024k (default 256k)"},
      FIELD(output.audio_bitrate), checked_bitrate, [](int64_t rate) { return rate; }));
}

void add_machine(std::vector<Option>& table) {
  table.push_back(written_option(
      {"device", Is::machine, kMachine, kRender, "NAME", "auto, cuda, cuda:N, mps or cpu (default auto)"},
      FIELD(diffusion.device), checked_device, same_text));
  std::vector<std::pair<std::string, std::string>> dtypes;
  for (const char* name : {"auto", "float32", "float16", "bfloat16"}) dtypes.emplace_back(name, name);
  table.push_back(choice_option<>({"dtype", Is::machine, kMachine, kRender, "NAME",
                                   "auto, float32, float16 or bfloat16 (default auto: by device)"},
                                  FIELD(diffusion.dtype), dtypes));
  table.push_back(integer_option({"batch_size", Is::machine, kMachine, kRender, "N",
                                  "frames per network call, 1 to 64, 0: by device and size (default 0)"},
                                 FIELD(diffusion.batch_size), 0, 64));
  table.push_back(integer_option({"threads", Is::machine, kMachine, kPictures, "N",
                                  "processor threads, 1 to 1024, 0: all cores (default 0)"},
                                 FIELD(threads), 0, 1024));
}

#undef FIELD

std::vector<Option> make_table() {
  std::vector<Option> table;
  add_run_options(table);
  add_song(table);
  add_paint_options(table);
  add_diffusion_options(table);
  add_video(table);
  add_hearing(table);
  add_beats(table);
  add_signals(table);
  add_machine(table);
  return table;
}

}  // namespace

std::string flag_of(std::string_view key) {
  std::string text = "--" + std::string(key);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

std::string Option::environment() const {
  std::string text = "SPECTRADIFF_";
  for (const char c : key) text += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

const std::vector<Option>& option_table() {
  static const std::vector<Option> table = make_table();
  return table;
}

const Option* find_option(std::string_view key) {
  for (const Option& option : option_table()) {
    if (option.key == key) return &option;
  }
  return nullptr;
}

std::vector<std::string> option_keys() {
  std::vector<std::string> keys;
  for (const Option& option : option_table()) keys.push_back(option.key);
  return keys;
}

namespace {

// Of another's video a model is taken by its hash: that names no place here.
bool names_no_place(const Json& value) {
  return !value.is_string() || value == "" ||
         value.get_ref<const std::string&>().starts_with(kModelHashPrefix);
}

// Why not everybody may say it.
const char* reason_of(OptionClass option) {
  switch (option) {
    case OptionClass::picture:
    case OptionClass::video:
      return "it decides how a video is made, not what its pictures look like";
    case OptionClass::input:
      return "it names what is read on this computer";
    case OptionClass::machine:
      return "it is about this computer and how it reports";
    case OptionClass::run:
      return "it belongs to one call of the program";
    case OptionClass::trust:
      return "it decides what may run code on this computer";
  }
  return "";
}

std::string where_it_may_stand(const Option& option) {
  const std::string typed = option.flag() + ", " + option.environment();
  if (option.typed_only) return option.flag() + " or " + option.environment();
  if (option.option_class == OptionClass::trust) return typed + " or your own settings file";
  if (option.option_class == OptionClass::run) return typed + " or a --config file";
  return typed + ", a --config file or a preset";
}

Json values_of(const Settings& settings, bool (*wanted)(const Option&)) {
  Json values = Json::object();
  for (const Option& option : option_table()) {
    if (!wanted(option)) continue;
    if (Json value = option.get(settings); !value.is_null()) values[option.key] = std::move(value);
  }
  return values;
}

}  // namespace

std::string layer_problem(const Option& option, const Json& value, LayerKind layer) {
  const bool typed = layer == LayerKind::flag || layer == LayerKind::environment;
  const bool brings_input = may_stand(OptionClass::input, layer);
  bool allowed = may_stand(option.option_class, layer) && (typed || !option.typed_only);
  if (option.path != PathKind::none && !brings_input) {
    const bool by_content = option.option_class != OptionClass::input;
    const bool by_hash = layer == LayerKind::video && option.path == PathKind::model;
    allowed = (by_content || by_hash) && names_no_place(value);
  }
  if (allowed) return "";
  return fmt::format("cannot stand in {}: {}; use {}", name_of(layer), reason_of(option.option_class),
                     where_it_may_stand(option));
}

Json allowed_in(LayerKind layer, Json values) {
  for (const Option& option : option_table()) {
    const auto value = values.find(option.key);
    if (value != values.end() && !layer_problem(option, *value, layer).empty()) values.erase(value);
  }
  return values;
}

std::string check_number(const Option& option, double value) {
  Settings scratch;
  const bool whole = option.number->whole && std::abs(value) < 1e15 && value == std::round(value);
  try {
    option.set(scratch, whole ? Json(static_cast<int64_t>(value)) : Json(value));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

Json job_to_json(const RenderJob& job) {
  return values_of({job, {}}, [](const Option& option) { return option.of_job; });
}

std::vector<std::string> differing_keys(const Json& job, const Json& other) {
  std::vector<std::string> keys;
  for (const Option& option : option_table()) {
    const OptionClass of = option.option_class;
    if (!option.of_job || (of != Is::picture && of != Is::video && of != Is::input)) continue;
    if (job.value(option.key, Json()) != other.value(option.key, Json())) keys.push_back(option.key);
  }
  return keys;
}

Json settings_to_json(const Settings& settings) {
  return values_of(settings, [](const Option& option) {
    return !option.typed_only && may_stand(option.option_class, LayerKind::config);
  });
}

}  // namespace spectradiff
