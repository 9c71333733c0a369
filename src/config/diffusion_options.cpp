#include "diffusion_options.h"

#include "option_kinds.h"
#include "spectradiff/base/file.h"
#include "spectradiff/config/scene_plan.h"
#include "spectradiff/diffusion/weighted_seed.h"

namespace spectradiff {
namespace {

constexpr const char* kDiffusing = "Diffusion";
constexpr const char* kOwnScenes = "auto";
constexpr const char* kNoScenes = "none";

// torch's CPU generator, from which all noise is drawn, keeps 32 bits of a seed.
constexpr int64_t kLargestSeed = 4294967295;

#define FIELD(member) [](DiffusionSettings& diffusion) -> auto& { return diffusion.member; }
#define NUMBER(member) [](DiffusionNumbers& numbers) -> auto& { return numbers.member; }

OptionText row(const char* key, const char* value_name, const char* help, Is option_class = Is::picture) {
  return {key, option_class, kDiffusing, kRender, value_name, help};
}

std::string checked_prompt(const Json& value) {
  std::string text = checked_text(value);
  if (!is_valid_utf8(text)) refuse("is not valid UTF-8");
  if (text.find('\0') != std::string::npos) refuse("holds a NUL character");
  return text;
}

// A file's name, or the keys themselves, so that a finished job needs no file any more.
std::vector<PromptKey> checked_prompts(const Json& value) {
  try {
    if (!value.is_string()) return prompts_from_json(value, "prompts", check_change);
    const std::string file = value.get<std::string>();
    return file.empty() ? std::vector<PromptKey>()
                        : parse_prompts(read_file(file, kMaxTextBytes, ErrorKind::usage), file, check_change);
  } catch (const Error& error) {
    refuse(std::string("cannot be used: ") + error.what());
  }
}

void add_prompts(std::vector<Option>& table) {
  table.push_back(
      without("one of the model's own", written_option(row("prompt", "TEXT", "what the pictures show"),
                                                       FIELD(prompt), checked_prompt, same_text)));
  table.push_back(written_option(
      row("negative_prompt", "TEXT",
          "what the pictures do not show; needs --guidance above 1, or above what the model has of itself"),
      FIELD(negative_prompt), checked_prompt, same_text));
  table.push_back(choice_option<PromptWeighting>(
      row("prompt_weighting", "NAME", "what brackets in prompts mean"), FIELD(reading.weighting),
      {{"none", PromptWeighting::none, "nothing"},
       {"a1111", PromptWeighting::a1111,
        "(word) counts 1.1 times, [word] 0.91 times, (word:1.3) 1.3 times; \\( is a bracket"}}));
  table.push_back(
      choice_option<LongPrompts>(row("long_prompts", "NAME", "what becomes of prompts longer than 75 tokens"),
                                 FIELD(reading.long_prompts),
                                 {{"cut", LongPrompts::cut, "the rest is left out, with a warning"},
                                  {"chunk", LongPrompts::chunk, "they are read in chunks of 75 tokens"}}));
}

void add_prompt_changes(std::vector<Option>& table) {
  table.push_back(
      written_option(row("end_prompt", "TEXT",
                         "the prompt at the end of the song; --prompt changes into it little by little"),
                     FIELD(end_prompt), checked_prompt, same_text));
  Option prompts = written_option(row("prompts", "FILE",
                                      "prompts over the song, which override --prompt: lines of `1:30: text "
                                      "| strength +0.2 | seed 7`, or "
                                      "JSON key frames (in seconds, 300f or 16beats)"),
                                  FIELD(prompts), checked_prompts, prompts_to_json);
  prompts.path = PathKind::file;
  table.push_back(std::move(prompts));
  Choices<PromptBlend> blends;
  for (const auto& [name, blend] : prompt_blends()) {
    const bool cut = blend == PromptBlend::cut, arc = blend == PromptBlend::slerp;
    blends.push_back({name, blend, cut ? "at once" : arc ? "along an arc" : "along a straight line"});
  }
  table.push_back(choice_option(row("prompt_blend", "NAME", "how one prompt becomes the next"),
                                FIELD(prompt_blend), blends));
  table.push_back(without("progress, which goes from 0 to 1",
                          written_option(
                              row("prompt_weight", "W",
                                  "share of the next prompt, an expression: smoothstep(0,1,progress), onset"),
                              FIELD(prompt_weight),
                              [](const Json& value) {
                                check_expression_size(value);
                                return value.is_number() ? value.dump() : checked_text(value);
                              },
                              same_text)));
  table.push_back(switch_option(row("prompt_snap", "", "move every key of --prompts to the nearest beat"),
                                FIELD(prompt_snap)));
}

#define OF_JOB(member) [](RenderJob& job) -> auto& { return job.member; }

// A file's name, or the scenes themselves, so that a finished job needs no file any more.
Option scenes_option() {
  OptionText text =
      row("scenes", "FILE|auto|none",
          "what is shown in which part: lines of `A: text`, `chorus: text | strength +0.2 | cut`, `1:30: "
          "text`, JSON, LRC or SubRip; auto: the model's own prompts, one per label; none: "
          "one prompt throughout");
  text.commands = kPictures;
  Option option = option_for(text, OF_JOB(scenes));
  option.path = PathKind::file;
  option.no_paths = {kOwnScenes, kNoScenes};
  option.from_text = text_from_text;
  option.set = [](Settings& to, const Json& value) {
    to.job.own_scenes = value == kOwnScenes;
    to.job.scenes.clear();
    if (to.job.own_scenes || value == kNoScenes || value == "") return;
    try {
      to.job.scenes = value.is_string()
                          ? parse_scenes(read_file(value.get<std::string>(), kMaxTextBytes, ErrorKind::usage),
                                         value.get<std::string>(), check_change)
                          : scenes_from_json(value, "scenes", check_change);
    } catch (const Error& error) {
      refuse(std::string("cannot be used: ") + error.what());
    }
  };
  option.get = [](const Settings& from) {
    return from.job.own_scenes ? Json(kOwnScenes) : scenes_to_json(from.job.scenes);
  };
  return option;
}

#undef OF_JOB

void add_sampling(std::vector<Option>& table) {
  table.push_back(moving(
      real_option(row("strength", "S", "how much the painting changes; 0.3 to 0.6 keeps it visible"),
                  NUMBER(strength), {0, 1, "0.3 to 0.6 keeps the painting visible, 0.75 mostly leaves it"})));
  table.push_back(choice_option<StrengthMode>(
      row("strength_mode", "NAME",
          "how strength acts; where --strength is an expression and this is not given, exact in place of "
          "steps"),
      FIELD(strength_mode),
      {{"steps", StrengthMode::steps, "only int(steps x strength) of the steps run"},
       {"exact", StrengthMode::exact, "all steps run, from the noise level that strength names"},
       {"tapered", StrengthMode::tapered,
        "steps x the root of strength of them run, from there too, and closer together towards the end: more "
        "detail of few"}}));
  table.push_back(integer_option(row("steps", "N", "number of denoising steps"), FIELD(steps), 1, 1000));
  table.push_back(
      moving(real_option(row("guidance", "G",
                             "how closely the pictures follow the prompt; up to 1, or to what the "
                             "model has of itself, takes half the time"),
                         NUMBER(guidance), {0, 100})));
  table.push_back(without("the model's own", choice_option(row("scheduler", "NAME", "sampling method"),
                                                           FIELD(scheduler), named(scheduler_names()))));
  table.push_back(
      real_option(row("eta", "E", "fresh noise in each step of ddim and tcd"), FIELD(eta), {0, 1}));
}

void add_noise(std::vector<Option>& table) {
  OptionText seed = row("seed", "N", "where the noise comes from: the same seed, the same noise");
  seed.commands |= kSonify;
  Option numbered =
      integer_option(seed, FIELD(seed), 0, kLargestSeed, "the noise generator tells no larger seeds apart");
  numbered.range += ", or random: another one in each run, which is told and kept";
  numbered.from_text = [](std::string_view text) {
    return text == kRandomSeed ? Json(kRandomSeed) : integer_from_text(text);
  };
  numbered.set = [set = numbered.set](Settings& to, const Json& value) {
    if (value == kRandomSeed)
      refuse("is drawn by the program alone, before settings are put together; name a number here");
    set(to, value);
  };
  table.push_back(std::move(numbered));
  table.push_back(choice_option<SeedMode>(
      row("seed_mode", "NAME", "the seed of each frame"), FIELD(seed_mode),
      {{"fresh", SeedMode::fresh, "--seed; in a chain, where the same noise leaves its traces, each its own"},
       {"fixed", SeedMode::fixed, "--seed"},
       {"increment", SeedMode::increment, "one more than the frame before"},
       {"random", SeedMode::random, "any, made from --seed and the frame"}}));
  table.push_back(moving(real_option(
      row("seed_travel", "X",
          "how far the noise has moved on from this seed's: at 1 it is the next seed's, at 2 the one after; "
          "an expression that grows turns one picture into another"),
      FIELD(seed_travel), {0, kMaxSeedTravel})));
}

void add_control(std::vector<Option>& table) {
  table.push_back(path_option(
      row("control_image", "FILE",
          "what the model's control network sees with every frame: a picture of edges, of depth, …",
          Is::input),
      FIELD(control_image)));
  table.push_back(path_option(row("control_video", "PATH",
                                  "the same, but changing: a video, by the song's time, or a folder or "
                                  "pattern with a picture per frame",
                                  Is::input),
                              FIELD(control_video)));
  table.push_back(choice_option<ControlMap>(
      row("control_map", "NAME", "what is made of these pictures, or of the painting where there are none"),
      FIELD(control_map),
      {{"none", ControlMap::none, "nothing, they are shown as they are"},
       {"painting", ControlMap::painting, "the painting itself is shown"},
       {"luminance", ControlMap::luminance, "how bright they are, as a depth map: what is bright is near"},
       {"edges", ControlMap::edges, "their edges, as OpenCV's Canny draws them from 100 to 200"}}));
  table.push_back(moving(real_option(row("control_weight", "W", "how strongly the control picture acts"),
                                     NUMBER(control_weight), {0, 2})));
}

void add_cadence(std::vector<Option>& table) {
  table.push_back(integer_option(
      row("diffuse_every", "N",
          "diffuse every N-th frame and the last; those between are made from them, in a chain by moving the "
          "one before",
          Is::picture),
      FIELD(every), 1, 60));
  table.push_back(choice_option<DiffuseOn>(
      row("diffuse_on", "NAME", "which frames those are, their number kept", Is::video), FIELD(on),
      {{"grid", DiffuseOn::grid, "every N-th"},
       {"beats", DiffuseOn::beats, "every first beat of a bar, and other beats"},
       {"onsets", DiffuseOn::onsets, "every first beat of a bar, and strong onsets"}}));
  table.push_back(choice_option<Interpolation>(
      row("interpolate", "NAME", "how frames between diffused ones are made", Is::video),
      FIELD(interpolation),
      {{"blend", Interpolation::blend, "one fades into the next"},
       {"motion", Interpolation::motion, "what moves is followed, block by block"},
       {"flow", Interpolation::flow, "each pixel is followed, and a camera is known exactly"},
       {"network", Interpolation::network, "by --interpolation-model"}}));
  OptionText network = row("interpolation_model", "NAME|DIR",
                           "interpolation network: a bundle made by export_interpolator.py", Is::input);
  network.commands |= kAssemble;
  table.push_back(path_option(network, FIELD(interpolation_model), PathKind::model));
}

}  // namespace

void add_diffusion_options(std::vector<Option>& table) {
  table.push_back(switch_option(
      row("diffusion", "", "diffuse the painted pictures; --no-diffusion shows them as they are"),
      FIELD(enabled)));
  OptionText model = row(
      "model", "NAME|DIR",
      "model bundle, by name or folder; paint takes a model's look only if this flag names one", Is::input);
  model.commands = kPictures;
  table.push_back(path_option(model, FIELD(model), PathKind::model));
  OptionText trust = row("allow_unpinned_model", "",
                         "run a model that is on no trust list; a model can execute code", Is::trust);
  trust.commands |= kAssemble;
  table.push_back(switch_option(trust, FIELD(allow_unpinned)));
  add_prompts(table);
  add_prompt_changes(table);
  table.push_back(scenes_option());
  add_sampling(table);
  add_noise(table);
  add_cadence(table);
  add_control(table);
}

#undef FIELD
#undef NUMBER

}  // namespace spectradiff
