#include "conditioning_options.h"

#include <algorithm>

#include "bend_text.h"
#include "option_kinds.h"
#include "region_text.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"
#include "spectradiff/timeline/easing.h"

namespace spectradiff {
namespace {

#define FIELD(member) [](DiffusionSettings& diffusion) -> auto& { return diffusion.conditioning.member; }
#define NUMBER(member) [](DiffusionNumbers& numbers) -> auto& { return numbers.member; }

OptionText told(const char* key, const char* value_name, const char* help) {
  return {key, Is::picture, kConditioningGroup, kRender, value_name, help};
}

constexpr int kMostSliceFrames = 240;
constexpr std::string_view kOverlap = "overlap:";

SoundSlice checked_slice(const Json& value) {
  const std::string text = checked_text(value);
  if (text == "frame") return {};
  if (text == "song") return {SoundSlice::Kind::song, 1};
  if (text == "still") return {SoundSlice::Kind::still, 1};
  if (text == "song-lag") return {SoundSlice::Kind::song_lag, 1};
  const auto frames = text.starts_with(kOverlap)
                          ? parse_integer(std::string_view(text).substr(kOverlap.size()))
                          : std::nullopt;
  if (!frames || *frames < 2 || *frames > kMostSliceFrames)
    refuse("is none of frame, song, song-lag, still and overlap:N, N being 2 to 240 frames");
  return {SoundSlice::Kind::overlap, static_cast<int>(*frames)};
}

std::string slice_text(const SoundSlice& slice) {
  switch (slice.kind) {
    case SoundSlice::Kind::frame:
      return "frame";
    case SoundSlice::Kind::song:
      return "song";
    case SoundSlice::Kind::song_lag:
      return "song-lag";
    case SoundSlice::Kind::still:
      return "still";
    case SoundSlice::Kind::overlap:
      break;
  }
  return fmt::format("{}{}", kOverlap, slice.frames);
}

// A file's name, or the prompts themselves, so that a finished job needs no file any more.
std::vector<std::string> checked_notes(const Json& value) {
  try {
    if (!value.is_string()) {
      if (value.is_array() && value.empty()) return {};
      return parse_notes(json_text(value), "notes");
    }
    const std::string file = value.get<std::string>();
    return file.empty() ? std::vector<std::string>()
                        : parse_notes(read_file(file, kMaxTextBytes, ErrorKind::usage), file);
  } catch (const Error& error) {
    refuse(std::string("cannot be used: ") + error.what());
  }
}

Json written_regions(const RegionTexts& regions, std::string (*write)(const RegionTexts&)) {
  return regions.empty() ? Json() : Json(write(regions));
}

std::string checked_bend(const Json& value) {
  const std::string text = checked_text(value);
  try {
    read_bends(text);
  } catch (const Error& error) {
    refuse(error.what());
  }
  return text;
}

void add_sound(std::vector<Option>& table) {
  table.push_back(choice_option<std::optional<SoundFeature>>(
      told("sound_embedding", "NAME", "the frame's sound, laid over the prompt's embedding"),
      FIELD(sound.embedding),
      {{"none", std::nullopt, "words alone"},
       {"waveform", SoundFeature::waveform, "its samples"},
       {"fft", SoundFeature::fft, "its spectrum, time down the tokens"},
       {"melspectrogram", SoundFeature::melspectrogram, "its mel bands in decibels"},
       {"mfcc", SoundFeature::mfcc, "its timbre"}}));
  table.push_back(moving(real_option(
      told("text_strength", "S",
           "how much more the prompt counts than the sound: both are seen at 200 with Stable Diffusion's "
           "text encoder, at 5 with mini's"),
      NUMBER(text_strength), {1e-6, 1e6})));
  table.push_back(moving(real_option(
      told("rms_embedding", "K", "adds K times the sound's level to every number of the embedding"),
      NUMBER(rms_embedding), {-1000, 1000})));
  table.push_back(ranging(
      "frame, song, song-lag, still or overlap:N",
      written_option(
          told("sound_slice", "SLICE",
               "which sound a frame is told: its own; the same as a piece of the whole song's "
               "analysis, or lagging as Sound-Diffusion did; laid out as it did for still pictures; its "
               "own and that of the N - 1 frames behind it"),
          FIELD(sound.slice), checked_slice, slice_text)));
  table.push_back(integer_option(
      told("sound_blend", "FRAMES",
           "pieces of sound last so many frames, and each frame is told the two around it; 1: its own alone"),
      FIELD(sound.blend_frames), 1, kMostSliceFrames));
}

void add_notes(std::vector<Option>& table) {
  Option notes = written_option(
      told("notes", "FILE",
           "a prompt for each note from C to B, as twelve lines or JSON; the song's notes mix them"),
      FIELD(notes), checked_notes, [](const std::vector<std::string>& prompts) { return Json(prompts); });
  notes.path = PathKind::file;
  table.push_back(std::move(notes));
  table.push_back(choice_option<NotesMode>(
      told("notes_mode", "NAME", "how they do"), FIELD(note.mode),
      {{"lerp", NotesMode::lerp, "towards each in turn, by its loudness"},
       {"persistence", NotesMode::persistence, "loud ones, new ones more than those that last"},
       {"focus", NotesMode::focus, "at each onset towards the one that changes most"},
       {"cumulative", NotesMode::cumulative, "at each onset those that change most, by their loudness"}}));
  table.push_back(
      moving(real_option(told("notes_amount", "A", "how far they go"), FIELD(note.amount), {0, 1})));
  table.push_back(integer_option(told("notes_top", "N", "how many notes at once (cumulative)"),
                                 FIELD(note.top), 1, kNotes));
  table.push_back(real_option(
      told("notes_smooth", "FRAMES", "over how many frames they are smoothed (focus, cumulative)"),
      FIELD(note.smooth_frames), {0, 1000}));
  table.push_back(integer_option(
      told("notes_shuffles", "N", "deals the prompts to other notes at N equal parts of the song"),
      FIELD(note.shuffles), 0, 1000));
}

void add_walk(std::vector<Option>& table) {
  table.push_back(choice_option<WalkKind>(
      told("walk", "NAME", "how the noise moves through that of several seeds"), FIELD(walk.kind),
      {{"none", WalkKind::none, "it does not"},
       {"circle", WalkKind::circle, "around a circle through two"},
       {"random", WalkKind::random, "from beat to beat, anywhere among six"},
       {"closed", WalkKind::closed, "along a curve through four that ends where it began"}}));
  table.push_back(choice_option<WalkMode>(told("walk_mode", "NAME", "what moves it around a circle"),
                                          FIELD(walk.mode),
                                          {{"snap", WalkMode::snap, "every beat, from the beginning again"},
                                           {"travel", WalkMode::travel, "every beat, on and on"},
                                           {"level", WalkMode::level, "it stands where --walk-by says"},
                                           {"flow", WalkMode::flow, "as --walk-by adds up over the song"}}));
  table.push_back(
      without("the level on beats, percussion where it flows",
              written_option(
                  told("walk_by", "EXPR", "what it goes by, an expression that is 0 or more"), FIELD(walk.by),
                  [](const Json& value) {
                    check_expression_size(value);
                    return value.is_number() ? value.dump() : checked_text(value);
                  },
                  [](const std::string& text) { return text.empty() ? Json() : Json(text); })));
  table.push_back(moving(real_option(
      told("walk_distance", "D", "turns with each beat where the level is highest; with level: half turns"),
      FIELD(walk.distance), {0, 100})));
  table.push_back(choice_option<int>(told("walk_note", "NAME", "how long a step is"), FIELD(walk.beats),
                                     {{"beat", 1, "a beat"}, {"half", 2, "two"}, {"whole", 4, "four"}}));
  table.push_back(choice_option(told("easing", "NAME", "how a step speeds up and slows down"),
                                FIELD(walk.easing), named(easing_names())));
  table.push_back(real_option(told("walk_turns", "N", "around the curve over the song (flow, closed)"),
                              FIELD(walk.turns), {0, 1000}));
  table.push_back(real_option(
      told("walk_jitter", "J", "chance in every step: of the angle, or of the direction (random)"),
      FIELD(walk.jitter), {0, 1}));
  table.push_back(
      ranging("REGION=EXPR by commas, of top, bottom, left, right and middle",
              without("nowhere",
                      written_option(
                          told("walk_regions", "REGIONS",
                               "parts of the picture whose noise walks a way of their own, by what moves it: "
                               "bottom=bass,top=treble"),
                          FIELD(walk.regions),
                          [](const Json& value) { return read_region_expressions(checked_text(value)); },
                          [](const RegionTexts& regions) {
                            return written_regions(regions, region_expressions_text);
                          }))));
  table.push_back(real_option(
      told("walk_limit", "T", "turns a second at most, so that fast songs do not flicker; 0: no limit"),
      FIELD(walk.limit), {0, 100}));
}

void add_regions(std::vector<Option>& table) {
  table.push_back(ranging(
      "REGION=PROMPT by bars, of top, bottom, left, right and middle",
      without(
          "nowhere",
          written_option(
              told("region_prompts", "REGIONS",
                   "parts of the picture that are told a prompt of their own: \"bottom=lava | top=night "
                   "sky\"; each takes as long as the whole picture"),
              FIELD(region_prompts),
              [](const Json& value) { return read_region_prompts(checked_text(value)); },
              [](const RegionTexts& regions) { return written_regions(regions, region_prompts_text); }))));
  table.push_back(ranging(
      "REGION=EXPR by commas, of those with prompts",
      without("all of it", written_option(
                               told("region_amounts", "REGIONS",
                                    "how much these count, 0 to 1: bottom=bass,top=chroma_cqt_c"),
                               FIELD(region_amounts),
                               [](const Json& value) { return read_region_expressions(checked_text(value)); },
                               [](const RegionTexts& regions) {
                                 return written_regions(regions, region_expressions_text);
                               }))));
}

}  // namespace

void add_conditioning_options(std::vector<Option>& table) {
  add_sound(table);
  add_notes(table);
  add_walk(table);
  add_regions(table);
  table.push_back(without(
      "nothing", written_option(told("bend", "OPS",
                                     "what is done to the noisy latents: `add 0.8*raw(rms) | gain c0 1.2 | "
                                     "rotate 0 1 0.1 | low 0.5 | high 1.5 | roll 0 4 | noise 0.2 | quantise "
                                     "8`, every number an expression"),
                                FIELD(bend), checked_bend, same_text)));
  table.push_back(switch_option(told("loop", "",
                                     "the end, of the song or of what --start and --duration take, meets the "
                                     "beginning: noise walks along a closed curve, --end-prompt is reached "
                                     "in the middle"),
                                FIELD(loop)));
  table.push_back(switch_option(told("text_to_image", "", "frames from noise alone: no painting, strength 1"),
                                FIELD(text_to_image)));
}

#undef FIELD
#undef NUMBER

}  // namespace spectradiff
