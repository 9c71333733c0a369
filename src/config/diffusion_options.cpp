#include "diffusion_options.h"

#include <limits>

#include "option_kinds.h"
#include "spectradiff/base/file.h"
#include "spectradiff/diffusion/diffuser.h"

namespace spectradiff {
namespace {

constexpr const char* kDiffusing = "Diffusion";

#define FIELD(member) [](DiffusionSettings& diffusion) -> auto& { return diffusion.member; }
#define NUMBER(member) [](DiffusionNumbers& numbers) -> auto& { return numbers.member; }

std::string checked_prompt(const Json& value) {
  std::string text = checked_text(value);
  if (!is_valid_utf8(text)) refuse("is not valid UTF-8");
  if (text.find('\0') != std::string::npos) refuse("holds a NUL character");
  return text;
}

// A file's name, or the keys themselves, so that a finished job needs no file any more.
std::vector<PromptKey> checked_prompts(const Json& value) {
  try {
    if (!value.is_string()) return prompts_from_json(value, "prompts");
    const std::string file = value.get<std::string>();
    return file.empty() ? std::vector<PromptKey>()
                        : parse_prompts(read_file(file, kMaxTextBytes, ErrorKind::usage), file);
  } catch (const Error& error) {
    refuse(std::string("cannot be used: ") + error.what());
  }
}

void add_prompt_changes(std::vector<Option>& table) {
  table.push_back(written_option({"end_prompt", Is::picture, kDiffusing, kRender, "TEXT",
                                  "what --prompt becomes, little by little, until the song ends"},
                                 FIELD(end_prompt), checked_prompt, same_text));
  Option prompts =
      written_option({"prompts", Is::picture, kDiffusing, kRender, "FILE",
                      "prompts over the song: lines of `1:30: text`, or JSON key frames in seconds, "
                      "300f or 16beats"},
                     FIELD(prompts), checked_prompts, prompts_to_json);
  prompts.path = PathKind::file;
  table.push_back(std::move(prompts));
  table.push_back(
      choice_option<>({"prompt_blend", Is::picture, kDiffusing, kRender, "NAME",
                       "from prompt to prompt: lerp, slerp (along the arc) or cut (default lerp)"},
                      FIELD(prompt_blend), prompt_blends()));
  table.push_back(written_option(
      {"prompt_weight", Is::picture, kDiffusing, kRender, "W",
       "how much of the next prompt, an expression: smoothstep(0,1,progress), onset (default progress, 0 to "
       "1)"},
      FIELD(prompt_weight),
      [](const Json& value) { return value.is_number() ? value.dump() : checked_text(value); }, same_text));
  table.push_back(switch_option({"prompt_snap", Is::picture, kDiffusing, kRender, "",
                                 "move every key of --prompts to the beat nearest to it (default off)"},
                                FIELD(prompt_snap)));
}

void add_prompt_reading(std::vector<Option>& table) {
  table.push_back(choice_option<>(
      {"prompt_weighting", Is::picture, kDiffusing, kRender, "NAME",
       "a1111: (word) 1.1, [word] 0.91, (word:1.3), \\( a bracket; none: all are words (default none)"},
      FIELD(reading.weighting),
      std::vector<std::pair<std::string, PromptWeighting>>{{"none", PromptWeighting::none},
                                                           {"a1111", PromptWeighting::a1111}}));
  table.push_back(
      choice_option<>({"long_prompts", Is::picture, kDiffusing, kRender, "NAME",
                       "beyond 75 tokens: cut, with a warning, or chunk after chunk of 75 (default cut)"},
                      FIELD(reading.long_prompts),
                      std::vector<std::pair<std::string, LongPrompts>>{{"cut", LongPrompts::cut},
                                                                       {"chunk", LongPrompts::chunk}}));
}

void add_control(std::vector<Option>& table) {
  table.push_back(path_option({"control_image", Is::input, kDiffusing, kRender, "FILE",
                               "what the model's control network sees beside every frame: edges, depth, …"},
                              FIELD(control_image)));
  table.push_back(
      path_option({"control_video", Is::input, kDiffusing, kRender, "PATH",
                   "the same by the song's time: a video, or a folder or frame-%05d.png, one a frame"},
                  FIELD(control_video)));
  table.push_back(moving(real_option({"control_weight", Is::picture, kDiffusing, kRender, "W",
                                      "how much of it goes into the picture, 0 to 2 (default 1)"},
                                     NUMBER(control_weight), {0, 2})));
}

void add_cadence(std::vector<Option>& table) {
  table.push_back(
      integer_option({"diffuse_every", Is::video, kDiffusing, kRender, "N",
                      "diffuse every N-th frame and the last, 1 to 60; those between are made from them "
                      "(default 1)"},
                     FIELD(every), 1, 60));
  table.push_back(choice_option<>(
      {"interpolate", Is::video, kDiffusing, kRender, "NAME",
       "how, with --diffuse-every: blend, motion, what is seen moving, or network (default blend)"},
      FIELD(interpolation),
      std::vector<std::pair<std::string, Interpolation>>{{"blend", Interpolation::blend},
                                                         {"motion", Interpolation::motion},
                                                         {"network", Interpolation::network}}));
  table.push_back(path_option({"interpolation_model", Is::input, kDiffusing, kRender, "NAME|DIR",
                               "the network of --interpolate network, a bundle of export_interpolator.py"},
                              FIELD(interpolation_model), PathKind::model));
}

}  // namespace

void add_diffusion_options(std::vector<Option>& table) {
  table.push_back(switch_option(
      {"diffusion", Is::picture, kDiffusing, kRender, "", "--no-diffusion shows the painter's pictures"},
      FIELD(enabled)));
  table.push_back(path_option(
      {"model", Is::input, kDiffusing, kPictures, "NAME|DIR",
       "bundle by name or folder (default mini); paint takes the look of one that this flag names"},
      FIELD(model), PathKind::model));
  table.push_back(switch_option({"allow_unpinned_model", Is::trust, kDiffusing, kRender, "",
                                 "run a model that is on no trust list; models can execute code"},
                                FIELD(allow_unpinned)));
  table.push_back(written_option({"prompt", Is::picture, kDiffusing, kRender, "TEXT",
                                  "what to make of the pictures (default: one of the model's own)"},
                                 FIELD(prompt), checked_prompt, same_text));
  table.push_back(written_option({"negative_prompt", Is::picture, kDiffusing, kRender, "TEXT",
                                  "what to keep out; needs --guidance above 1"},
                                 FIELD(negative_prompt), checked_prompt, same_text));
  add_prompt_reading(table);
  add_prompt_changes(table);
  table.push_back(moving(
      real_option({"strength", Is::picture, kDiffusing, kRender, "S",
                   "how far to leave the painting, 0 to 1 (default 0.75)"},
                  NUMBER(strength), {0, 1, "0.3 to 0.6 keeps the painting visible, 0.75 mostly leaves it"})));
  table.push_back(choice_option<>({"strength_mode", Is::picture, kDiffusing, kRender, "NAME",
                                   "steps: int(steps x strength) steps run; exact: all run, from the level "
                                   "strength names (default steps)"},
                                  FIELD(strength_mode),
                                  std::vector<std::pair<std::string, StrengthMode>>{
                                      {"steps", StrengthMode::steps}, {"exact", StrengthMode::exact}}));
  table.push_back(integer_option(
      {"steps", Is::picture, kDiffusing, kRender, "N", "denoising steps, 1 to 1000 (default 50)"},
      FIELD(steps), 1, 1000));
  table.push_back(
      moving(real_option({"guidance", Is::picture, kDiffusing, kRender, "G",
                          "how closely to follow the prompt, 0 to 100; up to 1: no guidance (default 7.5)"},
                         NUMBER(guidance), {0, 100})));
  std::vector<std::pair<std::string, std::string>> schedulers;
  for (const std::string& name : scheduler_names()) schedulers.emplace_back(name, name);
  table.push_back(choice_option<>({"scheduler", Is::picture, kDiffusing, kRender, "NAME",
                                   "ddim, pndm, euler, euler_ancestral, heun, dpmpp_2m, dpmpp_2m_karras, "
                                   "unipc, lcm or tcd (default: the model's "
                                   "own)"},
                                  FIELD(scheduler), schedulers));
  table.push_back(real_option(
      {"eta", Is::picture, kDiffusing, kRender, "E", "fresh noise per DDIM or TCD step, 0 to 1 (default 0)"},
      FIELD(eta), {0, 1}));
  table.push_back(
      integer_option({"seed", Is::picture, kDiffusing, kRender, "N", "of the noise, 0 or more (default 42)"},
                     FIELD(seed), 0, std::numeric_limits<int64_t>::max()));
  table.push_back(choice_option<>(
      {"seed_mode", Is::picture, kDiffusing, kRender, "NAME",
       "fixed: one for all frames; increment; random (default fixed)"},
      FIELD(seed_mode),
      std::vector<std::pair<std::string, SeedMode>>{
          {"fixed", SeedMode::fixed}, {"increment", SeedMode::increment}, {"random", SeedMode::random}}));
  table.push_back(moving(real_option({"seed_travel", Is::picture, kDiffusing, kRender, "X",
                                      "how far the noise has gone from this seed's towards the next seed's, "
                                      "1, and on: music that adds up here turns one picture into another "
                                      "(default 0)"},
                                     FIELD(seed_travel), {0, kMaxSeedTravel})));
  add_cadence(table);
  add_control(table);
}

#undef FIELD
#undef NUMBER

}  // namespace spectradiff
