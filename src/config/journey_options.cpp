#include "journey_options.h"

#include <algorithm>

#include "option_kinds.h"
#include "spectradiff/base/number.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

#define FIELD(member) [](RenderJob& job) -> auto& { return job.journey.member; }
#define NUMBER(member) [](JourneyNumbers& numbers) -> auto& { return numbers.member; }

OptionText of_journey(const char* key, const char* value_name, const char* help) {
  return {key, Is::picture, kJourneyGroup, kRender, value_name, help};
}

// Without a chain it moves the painting.
OptionText of_camera(const char* key, const char* value_name, const char* help) {
  OptionText text = of_journey(key, value_name, help);
  text.commands = kPictures;
  return text;
}

constexpr std::string_view kBeats = "beats:", kSections = "section:";
constexpr int kMostBeats = 1000;
constexpr const char* kChains =
    "none, song, section, section:N or beats:N (1 to 1000 beats), or a time such as 8s";

Cuts checked_cuts(const Json& value) {
  const std::string text = checked_text(value);
  if (text == "none") return {};
  if (text == "song") return {Cuts::Kind::song, 0, {}};
  if (text == "section") return {Cuts::Kind::section, 0, {}};
  for (const auto& [name, kind] :
       {std::pair{kBeats, Cuts::Kind::beats}, std::pair{kSections, Cuts::Kind::section}}) {
    if (!text.starts_with(name)) continue;
    const auto beats = parse_integer(std::string_view(text).substr(name.size()));
    if (!beats || *beats < 1 || *beats > kMostBeats) refuse(std::string("is none of ") + kChains);
    return {kind, static_cast<int>(*beats), {}};
  }
  TimeSpan time;
  try {
    time = parse_time(text, "chain");
  } catch (const Error&) {
    refuse(std::string("is none of ") + kChains +
           suggestion(text, std::vector<std::string>{"none", "song", "section", "beats:4"}));
  }
  if (time.value.num <= 0)
    refuse("leaves a chain no time; write for how long pictures follow from one another");
  return {Cuts::Kind::time, 0, time};
}

std::string cuts_text(const Cuts& cuts) {
  switch (cuts.kind) {
    case Cuts::Kind::none:
      return "none";
    case Cuts::Kind::song:
      return "song";
    case Cuts::Kind::section:
      return cuts.beats > 0 ? fmt::format("{}{}", kSections, cuts.beats) : "section";
    case Cuts::Kind::beats:
      return fmt::format("{}{}", kBeats, cuts.beats);
    case Cuts::Kind::time:
      break;
  }
  return cuts.time.text();
}

void add_chain(std::vector<Option>& table) {
  table.push_back(ranging(
      kChains, written_option(of_journey("chain", "NAME|T",
                                         "each picture is made from the one before, moved by the camera "
                                         "under the painting; from where on it begins anew. section:32: with "
                                         "each section, and in it every "
                                         "32 beats"),
                              FIELD(chain), checked_cuts, cuts_text)));
  table.push_back(moving(
      real_option(of_journey("paint_over", "A", "share of the painting that is laid over the moved picture"),
                  NUMBER(paint_over), {0, 1})));
  table.push_back(
      moving(real_option(of_journey("chain_strength", "S",
                                    "how much a picture that follows from another changes; 0: it is moved "
                                    "and not diffused; --strength is "
                                    "for where a chain begins"),
                         NUMBER(chain_strength), {0, 1, "0.3 to 0.5 lets a picture travel and stay fresh"})));
  table.push_back(choice_option<ColourMatch>(
      of_journey("colour_match", "NAME", "whose brightness, contrast and tint the pictures of a chain keep"),
      FIELD(colour_match),
      {{"none", ColourMatch::none, "nobody's: colours may drift"},
       {"section", ColourMatch::section, "those of the picture with which the section began"},
       {"song", ColourMatch::song, "those of the chain's first picture"}}));
  table.push_back(moving(real_option(
      of_journey("sharpen", "A", "how much the moved picture is sharpened: moving it takes detail away"),
      NUMBER(sharpen), {0, 2})));
  table.push_back(moving(real_option(
      of_journey(
          "chain_noise", "N",
          "noise laid over the moved picture, which becomes new detail: its deviation as a share of full "
          "brightness"),
      NUMBER(chain_noise), {0, 1, "0.02 to 0.1 is usual"})));
}

// A word, or the name of a video.
Option depth_option() {
  const OptionText words_of =
      of_journey("depth", "NAME|VIDEO",
                 "how far what the pictures of a chain show is from the camera: what is near "
                 "goes further by --forward, --pan-x and --pan-y; a video's white is near");
  Option option =
      choice_option<Depth>(words_of, FIELD(depth),
                           {{"flat", Depth::flat, "all of it is at one depth"},
                            {"luminance", Depth::luminance, "what is bright is near"},
                            {"radial", Depth::radial, "the middle is far, as in a tunnel"},
                            {"painter", Depth::painter, "what this frame's painting shows bright is near"}});
  option.path = PathKind::file;
  const auto set_word = option.set;
  const auto get_word = option.get;
  option.set = [=, words = option.choices](Settings& to, const Json& value) {
    JourneySettings& journey = to.job.journey;
    const std::string text = checked_text(value);
    const bool is_word = std::find(words.begin(), words.end(), text) != words.end();
    // A word mistyped is no file's name.
    if (!is_word && text.find_first_of("./") == std::string::npos)
      refuse("is none of " + join(words, ", ") + " and no video's name" + suggestion(text, words));
    journey.depth_video.clear();
    if (is_word) return set_word(to, value);
    journey.depth = Depth::video;
    journey.depth_video = text;
  };
  option.get = [=](const Settings& from) {
    return from.job.journey.depth == Depth::video ? Json(from.job.journey.depth_video) : get_word(from);
  };
  return option;
}

void add_space(std::vector<Option>& table) {
  table.push_back(moving(real_option(
      of_journey(
          "camera_noise", "W",
          "share of noise that moves with the camera in the noise that is diffused, so that texture goes "
          "along in place of staying on the screen"),
      NUMBER(camera_noise), {0, 1})));
  table.push_back(moving(real_option(
      of_camera(
          "forward", "V",
          "how far the camera flies in a second: 1 is the way to the picture; what is twice as far away "
          "grows half as fast (--depth)"),
      NUMBER(forward), {-10, 10, "0.3 is a calm flight, 1 a fast one"})));
  table.push_back(moving(
      real_option(of_camera("yaw", "DEG", "degrees by which the camera looks further right in a second"),
                  NUMBER(yaw), {-360, 360})));
  table.push_back(moving(
      real_option(of_camera("pitch", "DEG", "degrees by which the camera looks further up in a second"),
                  NUMBER(pitch), {-360, 360})));
  table.push_back(moving(real_option(
      of_camera("fov", "DEG", "the camera's angle of view: by how much --yaw, --pitch and the flips distort"),
      NUMBER(fov), {10, 150})));
  table.push_back(moving(
      real_option(of_journey("flip_x", "DEG",
                             "degrees by which a chain's picture tips in a second, its lower side nearer"),
                  NUMBER(flip_x), {-360, 360})));
  table.push_back(moving(
      real_option(of_journey("flip_y", "DEG",
                             "degrees by which a chain's picture swings in a second, its left side nearer"),
                  NUMBER(flip_y), {-360, 360})));
  table.push_back(moving(
      real_option(of_journey("flip_z", "DEG",
                             "degrees by which a chain's picture turns clockwise in a second, before both"),
                  NUMBER(flip_z), {-360, 360})));
  table.push_back(depth_option());
}

void add_coherence(std::vector<Option>& table) {
  const auto share = [](DiffusionNumbers& numbers) -> auto& { return numbers.coherence; };
  table.push_back(moving(real_option(
      of_journey("coherence", "C",
                 "how much a frame is put together from what its section's anchor shows, the frame in the "
                 "section's middle; 0: not at all; for models that were exported with --attention-bank"),
      share, {0, 1, "0.5 calms textures, 1 is the most"})));
  OptionText reference = of_journey("reference", "FILE",
                                    "a picture that all frames are put together from in the place of their "
                                    "sections' anchors (--coherence, then 0.7 unless it is given)");
  reference.option_class = Is::input;
  table.push_back(path_option(reference, FIELD(reference)));
}

void add_camera(std::vector<Option>& table) {
  table.push_back(
      moving(real_option(of_camera("zoom", "Z", "what the picture grows by in a second; below 1 it shrinks"),
                         NUMBER(zoom), {0.001, 1000, "1.3 is a calm flight, 3 a fast one"})));
  table.push_back(
      moving(real_option(of_camera("turn", "DEG", "degrees by which the picture turns clockwise in a second"),
                         NUMBER(turn), {-720, 720})));
  table.push_back(
      moving(real_option(of_camera("pan_x", "X", "widths by which the picture moves right in a second"),
                         NUMBER(pan_x), {-4, 4})));
  table.push_back(
      moving(real_option(of_camera("pan_y", "Y", "heights by which the picture moves down in a second"),
                         NUMBER(pan_y), {-4, 4})));
  table.push_back(moving(real_option(
      of_camera("centre_x", "X", "where zoom and turn have their middle, in widths from the left edge"),
      NUMBER(centre_x), {-1, 2})));
  table.push_back(moving(real_option(
      of_camera("centre_y", "Y", "where zoom and turn have their middle, in heights from the upper edge"),
      NUMBER(centre_y), {-1, 2})));
  table.push_back(choice_option<CameraPace>(
      of_camera("camera_pace", "NAME", "whose speeds move the camera into a frame"), FIELD(pace),
      {{"mean", CameraPace::mean, "the mean of the frame's and of the one before"},
       {"frame", CameraPace::frame, "the frame's own: a kick moves into its own frame"}}));
  table.push_back(choice_option<Border>(
      of_camera("border", "NAME", "what comes in from beyond the picture's border"), FIELD(border),
      {{"reflect", Border::reflect, "its mirror image"},
       {"replicate", Border::replicate, "its outermost pixels, drawn out"},
       {"wrap", Border::wrap, "its other side"}}));
}

#undef FIELD
#undef NUMBER

}  // namespace

void add_journey_options(std::vector<Option>& table) {
  add_chain(table);
  add_camera(table);
  add_space(table);
  add_coherence(table);
}

}  // namespace spectradiff
