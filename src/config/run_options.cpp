#include "run_options.h"

#include <algorithm>
#include <optional>

#include "option_kinds.h"
#include "spectradiff/base/number.h"
#include "spectradiff/config/output_size.h"

namespace spectradiff {
namespace {

constexpr const char* kFiles = "Input and output";
constexpr const char* kMessages = "Messages";
constexpr const char* kPreset = "preset";

#define FIELD(member) [](RunSettings& run) -> auto& { return run.member; }

OptionText of_run(const char* key, unsigned commands, const char* value_name, const char* help) {
  return {key, Is::run, kFiles, commands, value_name, help};
}
OptionText message(const char* key, unsigned commands, const char* value_name, const char* help) {
  return {key, Is::machine, kMessages, commands, value_name, help};
}

// A file or a list of names; absent is null in JSON.
template <typename Field>
Option name_option(const OptionText& text, Field field) {
  Option option = written_option(
      text, field,
      [](const Json& value) {
        std::string name = checked_text(value);
        if (name.empty()) refuse("is empty; give it a value or leave the option out");
        return name;
      },
      [](const std::string& name) { return name; });
  option.get = [=](const Settings& from) {
    const std::string value = value_of(field, from);
    return value.empty() ? Json() : Json(value);
  };
  return option;
}

Option with_short(Option option, const char* flag) {
  option.short_flag = flag;
  return option;
}

Option typed_only(Option option) {
  option.typed_only = true;
  return option;
}

// One name or several.
std::vector<std::string> checked_presets(const Json& value) {
  std::vector<std::string> names;
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array()) refuse("must be a name or a list of names");
  for (const Json& name : value) names.push_back(checked_text(name));
  return names;
}

bool is_sweepable(const Option& option) {
  return option.of_job || option.key == kPreset;
}

// "3h30m", "90m": hours, minutes and seconds, each once; or a time as everywhere.
double checked_limit(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  double seconds = 0;
  size_t begin = 0;
  for (const auto& [unit, length_s] : {std::pair{'h', 3600}, std::pair{'m', 60}, std::pair{'s', 1}}) {
    const size_t end = text.find(unit, begin);
    const auto count = end == std::string::npos
                           ? std::nullopt
                           : parse_integer(std::string_view(text).substr(begin, end - begin));
    if (!count || *count < 0) continue;
    seconds += static_cast<double>(*count) * length_s;
    begin = end + 1;
  }
  if (begin == 0 || begin < text.size()) {
    const auto time = time_of(value);
    if (!time || time->unit != TimeUnit::seconds)
      refuse("is not a time on the clock; write 3h30m, 90m, 5400 or 1:30:00");
    seconds = time->value.to_double();
  }
  if (!(seconds > 0)) refuse("leaves no time; write 3h30m, 90m, 5400 or 1:30:00");
  return seconds;
}

// "2/7".
Shard checked_shard(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  const size_t slash = text.find('/');
  const auto index = parse_integer(std::string_view(text).substr(0, slash));
  const auto count =
      slash == std::string::npos ? std::nullopt : parse_integer(std::string_view(text).substr(slash + 1));
  if (!index || !count) refuse("is not I/N; write 2/7 for the second of seven parts");
  if (*count < 1 || *count > kMostShards)
    refuse(fmt::format("divides into {} parts; 1 to {} are allowed", *count, kMostShards));
  if (*index < 1 || *index > *count)
    refuse(fmt::format("names no part: they count from 1/{} to {}/{}", *count, *count, *count));
  return Shard{static_cast<int>(*index), static_cast<int>(*count)};
}

std::string shard_text(const Shard& shard) {
  return fmt::format("{}/{}", shard.index, shard.count);
}

const Option& sweepable(const std::string& key) {
  const Option* option = find_option(key);
  if (option == nullptr || !is_sweepable(*option)) {
    std::vector<std::string> keys = option_keys();
    std::erase_if(keys, [](const std::string& name) { return !is_sweepable(*find_option(name)); });
    refuse("has \"" + key + "\", which is not an option that a sweep can change" + suggestion(key, keys));
  }
  return *option;
}

// Text between double quotes at `begin`, "" in it being one; nothing where they do not end before a comma or
// the end. `end` is then behind it.
std::optional<std::string> quoted_value(std::string_view typed, size_t begin, size_t& end) {
  if (begin >= typed.size() || typed[begin] != '"') return std::nullopt;
  std::string value;
  for (size_t i = begin + 1; i < typed.size(); ++i) {
    if (typed[i] != '"') {
      value += typed[i];
    } else if (i + 1 < typed.size() && typed[i + 1] == '"') {
      value += typed[i++];
    } else {
      end = i + 1;
      return end == typed.size() || typed[end] == ',' ? std::optional(value) : std::nullopt;
    }
  }
  return std::nullopt;
}

// Commas inside parentheses belong to a value.
std::string plain_value(std::string_view typed, size_t begin, size_t& end) {
  int depth = 0;
  for (end = begin; end < typed.size() && (typed[end] != ',' || depth > 0); ++end)
    depth += (typed[end] == '(') - (typed[end] == ')');
  return std::string(typed.substr(begin, end - begin));
}

// Values by commas, those with commas of their own in double quotes.
std::vector<std::string> comma_values(std::string_view typed) {
  std::vector<std::string> values;
  for (size_t begin = 0; begin <= typed.size();) {
    size_t end = 0;
    const auto quoted = quoted_value(typed, begin, end);
    values.push_back(quoted ? *quoted : plain_value(typed, begin, end));
    begin = end + 1;
  }
  return values;
}

// A list of JSON; nothing for other text that begins alike, as a prompt may.
std::optional<Json> json_list(std::string_view typed) {
  if (!typed.starts_with('[')) return std::nullopt;
  try {
    return parse_json(typed, "");
  } catch (const Error&) {
    return std::nullopt;
  }
}

// strength=0.4,0.6 or prompt="the sea, calm","a storm" or a list of JSON.
Json sweep_from_text(std::string_view typed) {
  const size_t equals = typed.find('=');
  if (equals == std::string_view::npos || equals == 0)
    refuse("is not KEY=VALUE,VALUE,…; write strength=0.4,0.6");
  std::string key(typed.substr(0, equals));
  std::replace(key.begin(), key.end(), '-', '_');
  const Option& option = sweepable(key);
  if (auto list = json_list(typed.substr(equals + 1))) return {{key, std::move(*list)}};
  Json values = Json::array();
  for (const std::string& value : comma_values(typed.substr(equals + 1)))
    values.push_back(key == kPreset ? Json(value) : option.from_text(value));
  return {{key, values}};
}

void set_sweep(Settings& to, const Json& value) {
  if (!value.is_object()) refuse("is not an object of lists, as {\"strength\": [0.4, 0.6]}");
  to.run.sweep.clear();
  for (const auto& [key, values] : value.items()) {
    const Option& option = sweepable(key);
    if (!values.is_array() || values.empty()) refuse("has no list of values for " + key);
    for (const Json& one : values) {
      Settings scratch;
      try {
        option.set(scratch, one);
      } catch (const Error& error) {
        refuse("has a value that cannot be used: " + key + " = " + one.dump() + " " + error.what());
      }
    }
    to.run.sweep.emplace_back(key, values.get<std::vector<Json>>());
  }
}

Json sweep_json(const Settings& from) {
  Json sweep;
  for (const auto& [key, values] : from.run.sweep) sweep[key] = values;
  return sweep;
}

constexpr unsigned kPictureCommands = kPaint | kRenderAlone;
constexpr unsigned kWithSettings = kAnalyze | kPictureCommands;

// Its sizes stand among the resolved settings.
void add_aspect(std::vector<Option>& table) {
  Choices<std::string> aspects = named(aspect_names());
  aspects.insert(aspects.begin(), {"auto", "", "as --size and --output-size say"});
  OptionText text =
      of_run("aspect", kPictures, "W:H",
             "shape of the pictures: a --size that the model knows, and an --output-size of 1080 pixels on "
             "its shorter side, where you give none");
  text.option_class = Is::video;
  Option aspect = choice_option<std::string>(text, FIELD(aspect), aspects);
  aspect.get = [](const Settings&) { return Json(); };
  table.push_back(std::move(aspect));
}

void add_many(std::vector<Option>& table) {
  Option sweep = option_base(
      of_run("sweep", kVideos, "KEY=…",
             "make a video per value, named after it: strength=0.4,0.6 or prompt=\"a sea, calm\",\"a storm\" "
             "or a JSON list; several sweeps make every combination; finished videos with the same settings "
             "are skipped"));
  sweep.of_job = false;
  sweep.repeats = true;
  sweep.from_text = sweep_from_text;
  sweep.set = set_sweep;
  sweep.get = sweep_json;
  table.push_back(std::move(sweep));
  table.push_back(
      switch_option(of_run("fail_fast", kVideos, "", "stop a batch or sweep at the first job that fails"),
                    FIELD(fail_fast)));
}

void add_files(std::vector<Option>& table) {
  Option output = with_short(
      without(
          "the song's name with .mp4",
          name_option(of_run("output", kPictureCommands | kSonify | kStill | kTry | kAssemble | kSlow, "PATH",
                             "the video: .mp4, .mov, .mkv or .webm; .gif, .webp or .apng is a silent "
                             "loop; dir/%05d.png writes frames, - a Matroska "
                             "stream to stdout"),
                      FIELD(output))),
      "-o");
  output.other_meanings = {
      {kTry, "the sheet, .png or .jpg", "the song's name with -looks.png"},
      {kStill, "the picture, .png; of several sounds the folder for their pictures",
       "the sound's name with .png; of several, here"},
      {kSonify, "the sound, .wav or .flac; - is WAV to stdout", "the picture's name with .wav"},
      {kSlow, "the slower song, .wav or .flac; - is WAV to stdout",
       "the song's name with its tempo, as song-75bpm.wav"},
  };
  table.push_back(std::move(output));
  table.push_back(name_option(
      of_run("preview", kPictureCommands, "FILE",
             "a contact sheet of the frames made so far, .png or .jpg, written again and again during the "
             "run; - "
             "shows the latest picture in the terminal, for which the program chafa must be installed"),
      FIELD(preview)));
  table.push_back(name_option(
      of_run(
          "inits", kRenderAlone, "DIR",
          "the pictures that are diffused, as DIR/00000.png …: of a chain the moved ones under the painting"),
      FIELD(inits)));
  table.push_back(
      name_option(of_run("report", kPictureCommands | kMeasure, "FILE",
                         "one page, .html, about the result: pictures over the waveform, sections, beats, "
                         "what moved, the numbers and how to make it again"),
                  FIELD(report)));
  table.push_back(without(
      "plain and seven presets",
      name_option(
          of_run("looks", kTry, "NAMES", "presets to try, by name or file, commas between; plain is none"),
          FIELD(looks))));
  table.push_back(with_short(switch_option(of_run("overwrite", kAll | kSonify | kMeasure | kAssemble | kSlow,
                                                  "", "replace files that exist"),
                                           FIELD(overwrite)),
                             "-y"));
  table.push_back(choice_option<bool>(
      of_run("resume", kVideos, "WHEN",
             "use the finished frames that a stopped run of this output left in OUTPUT.spectradiff"),
      FIELD(resume), {{"auto", true, "where they are the same"}, {"no", false, "begin anew"}}));
  table.push_back(switch_option(
      of_run("force", kPictures, "", "go on though the disk looks too small for what is to be made"),
      FIELD(force)));
  table.push_back(switch_option(of_run("keep_frames", kVideos, "",
                                       "leave the finished frames in OUTPUT.spectradiff when the output is "
                                       "complete, for renders with other settings"),
                                FIELD(keep_frames)));
  table.push_back(without(
      "none", optional_option(of_run("time_limit", kVideos, "T",
                                     "stop after this time, as if told to, and keep what is finished: "
                                     "3h30m, 90m, 1:30:00"),
                              FIELD(time_limit_s), checked_limit, [](double seconds) { return seconds; })));
  table.push_back(ranging(
      "1/N to N/N",
      without(
          "all of it",
          optional_option(
              of_run("shard", kRenderAlone, "I/N",
                     "make the frames of the I-th of N nearly equal parts, into OUTPUT.I-of-N.spectradiff, "
                     "and no video: `spectradiff assemble` makes that of all parts"),
              FIELD(shard), checked_shard, shard_text))));
  table.push_back(without(
      "where the shards found it",
      name_option(of_run("song_file", kAssemble, "FILE", "the song that the video is of"), FIELD(song))));
  table.push_back(name_option(
      of_run("seed_csv", kAnalyze, "FILE",
             "magnitudes per frame as the original projects wrote them, with 256 bins and 50 ms unless told "
             "otherwise; - is stdout"),
      FIELD(seed_csv)));
  table.push_back(name_option(
      of_run("csv", kAnalyze, "FILE", "a line per frame: its number, its time and every series; - is stdout"),
      FIELD(csv)));
  table.push_back(
      name_option(of_run("json_out", kAnalyze, "FILE", "series, events, tempo and key as JSON; - is stdout"),
                  FIELD(json_out)));
  OptionText series =
      of_run("series", kAnalyze, "NAMES",
             "which series --csv and --json-out write: rms,onset,chroma,band:40:120,mel,mfcc,…");
  series.option_class = Is::video;
  table.push_back(without("all but bands, mel and mfcc", name_option(series, FIELD(series))));
  table.push_back(
      name_option(of_run("plot", kAnalyze, "FILE",
                         "a PNG with waveform, level, spectrogram, onsets, beats and chroma; - is stdout"),
                  FIELD(plot)));
}

void add_slow(std::vector<Option>& table) {
  table.push_back(
      without("the next multiple of four",
              written_option(
                  of_run("frames_per_beat", kSlow, "N", "how many frames a beat is to last, 1 to 1000"),
                  FIELD(frames_per_beat),
                  [](const Json& value) { return static_cast<int>(checked_integer(value, 1, 1000, "")); },
                  [](int frames) { return frames == 0 ? Json() : Json(frames); })));
  table.back().from_text = integer_from_text;
}

void add_sources(std::vector<Option>& table) {
  Option preset = written_option(
      of_run(kPreset, kAll, "NAME",
             "take the settings of a preset, by its name or its .json file; can be given more than once, the "
             "later one wins"),
      FIELD(presets), checked_presets, [](const auto&) { return Json(); });
  preset.from_text = [](std::string_view typed) { return Json::array({std::string(typed)}); };
  preset.repeats = true;
  table.push_back(std::move(preset));
  Option imported = name_option(of_run("import", kPictures, "FILE",
                                       "take the settings of another program: Deforum's (JSON), or a "
                                       "manifest that Parseq rendered; they win "
                                       "over presets"),
                                FIELD(imported));
  imported.get = [](const Settings&) { return Json(); };  // its settings stand among the resolved ones
  table.push_back(std::move(imported));
  Option draft = switch_option(
      of_run(
          "draft", kPictures, "",
          "a quick preview with the timing of the final video: half the size, at most 12 steps and every 4th "
          "frame diffused, where you give none of these"),
      FIELD(draft));
  draft.get = [](const Settings&) { return Json(); };  // its values stand among the resolved ones
  table.push_back(std::move(draft));
  table.push_back(typed_only(name_option(
      of_run("config", kAll, "FILE", "take settings from a JSON file; they win over presets; - is stdin"),
      FIELD(config))));
  Option plan =
      name_option(of_run("plan", kVideos, "FILE",
                         "render a plan that --dry-run printed, edited or not, in place of other settings"),
                  FIELD(plan));
  plan.get = [](const Settings&) { return Json(); };  // a plan of its own
  table.push_back(std::move(plan));
  Option from = name_option(
      of_run("from", kPictures, "VIDEO",
             "take the settings of a video that this program made; they win over presets, --config wins over "
             "them"),
      FIELD(from));
  from.get = [](const Settings&) { return Json(); };  // its settings stand among the resolved ones
  table.push_back(std::move(from));
  table.push_back(typed_only(switch_option(
      of_run("print_config", kWithSettings, "", "print the settings that would be used as JSON, and stop"),
      FIELD(print_config))));
  table.push_back(typed_only(switch_option(
      of_run("origin", kWithSettings, "", "with --print-config: say where each setting comes from, too"),
      FIELD(origin))));
  table.push_back(typed_only(switch_option(
      of_run("dry_run", kVideos, "",
             "print the plan as JSON (batch: which jobs would run) and stop, without loading a model"),
      FIELD(dry_run))));
}

void add_messages(std::vector<Option>& table) {
  table.push_back(switch_option(
      message(
          "stats", kVideos | kAssemble, "",
          "after the run: flicker, how well changes follow onsets and beats, flashes, level, colour drift, "
          "seconds per stage"),
      FIELD(statistics)));
  table.push_back(switch_option(message("json", kEvery, "", "print events (or the answer) as JSON on stdout"),
                                FIELD(json)));
  table.push_back(choice_option<std::string>(
      message("progress", kAll | kMeasure | kAssemble, "WHEN", "show progress on stderr"), FIELD(progress),
      {{"auto", "auto", "unless --quiet"}, {"always", "always"}, {"never", "never"}}));
  OptionText log_file =
      message("log_file", kEvery, "FILE", "append every message to this file, with its time");
  log_file.option_class = Is::run;
  table.push_back(name_option(log_file, FIELD(log_file)));
  table.push_back(
      with_short(switch_option(message("quiet", kEvery, "", "print only errors"), FIELD(quiet)), "-q"));
  table.push_back(
      with_short(switch_option(message("verbose", kEvery, "", "print more details"), FIELD(verbose)), "-v"));
}

#undef FIELD

}  // namespace

void add_run_options(std::vector<Option>& table) {
  add_files(table);
  add_aspect(table);
  add_sources(table);
  add_slow(table);
  add_many(table);
  add_messages(table);
}

}  // namespace spectradiff
