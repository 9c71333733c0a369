// model list|info|check|trust.
#include <fmt/format.h>

#include <sys/resource.h>

#include <chrono>

#include "commands.h"
#include "spectradiff/base/error.h"
#include "spectradiff/diffusion/diffuser.h"
#include "spectradiff/diffusion/interpolator.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/sampler.h"
#include "spectradiff/session/model_store.h"

namespace spectradiff {
namespace {

std::string size_list(const std::vector<Size>& sizes) {
  std::string text;
  for (const Size& size : sizes)
    text += fmt::format("{}{}x{}", text.empty() ? "" : ", ", size.width, size.height);
  return text;
}

Json manifest_json(const Manifest& manifest) {
  Json networks = Json::object();
  for (const auto& [name, network] : manifest.networks) {
    networks[name] = {{"file", network.file},
                      {"sha256", network.sha256},
                      {"bytes", network.bytes},
                      {"dtype", network.dtype}};
  }
  Json sizes = Json::array();
  for (const Size& size : manifest.verified_sizes) sizes.push_back({size.width, size.height});
  Json compiled;
  if (const auto& code = manifest.compiled) {
    compiled = {{"torch", code->torch},           {"device", code->device},
                {"dtype", code->dtype},           {"size", {code->size.width, code->size.height}},
                {"batch_size", code->batch_size}, {"guided", code->guided}};
  }
  return {{"name", manifest.name},         {"folder", manifest.folder.string()},
          {"family", manifest.family},     {"title", manifest.title},
          {"licence", manifest.licence},   {"source", manifest.source},
          {"sha256", manifest.sha256},     {"trust", trust_of(manifest)},
          {"notes", manifest.notes},       {"networks", networks},
          {"compiled", compiled},          {"scheduler", manifest.scheduler},
          {"verified_sizes", sizes},       {"verified_dtypes", manifest.verified_dtypes},
          {"exporter", manifest.exporter}, {"loras", manifest.loras},
          {"vae", manifest.vae},           {"controlnet", manifest.controlnet},
          {"look", manifest.look}};
}

// Where the weights come from, and what was done to them.
std::string source_text(const Manifest& manifest) {
  std::string text = manifest.source;
  for (const Json& lora : manifest.loras)
    text += fmt::format(", LoRA {} x {}", lora["file"].get<std::string>(), lora["weight"].get<double>());
  if (!manifest.vae.empty()) text += ", VAE " + manifest.vae;
  if (!manifest.controlnet.empty()) text += ", ControlNet " + manifest.controlnet;
  return text;
}

std::string manifest_text(const Manifest& manifest) {
  int64_t bytes = 0;
  std::string networks;
  for (const auto& [name, network] : manifest.networks) {
    networks += fmt::format("  {:<14}{:>8.1f} MB  {}  {}\n", name, static_cast<double>(network.bytes) / 1e6,
                            network.dtype, network.sha256);
    bytes += network.bytes;
  }
  if (const auto& code = manifest.compiled) {
    networks += fmt::format("  compiled for the {}, torch {}, {} at {}x{}, batch {}{}\n", code->device,
                            code->torch, code->dtype, code->size.width, code->size.height, code->batch_size,
                            code->guided ? "" : ", without guidance");
  }
  const std::string trusted = trust_of(manifest);
  return fmt::format(
      "{} ({})\nfolder     {}\nfamily     {}\nlicence    {}\nsource     {}\nscheduler  {}\nverified   "
      "{}\ntrust      {}\nsha256     {}\nnetworks, {:.1f} MB\n{}{}{}",
      manifest.name, manifest.title, manifest.folder.string(), manifest.family,
      manifest.licence.empty() ? "not stated" : manifest.licence, source_text(manifest),
      manifest.scheduler.is_null() ? "none" : scheduler_name_of(manifest.scheduler),
      size_list(manifest.verified_sizes),
      trusted.empty() ? "none: render asks for `spectradiff model trust` first" : trusted, manifest.sha256,
      static_cast<double>(bytes) / 1e6, networks, manifest.notes, manifest.notes.empty() ? "" : "\n");
}

struct ListedModel {
  Json facts;
  std::string line;
};

// One that cannot be read is listed with what is wrong: it must not hide the others.
ListedModel listed(const std::filesystem::path& folder) {
  try {
    const Manifest manifest = read_any_manifest(folder);
    const std::string trusted = trust_of(manifest);
    return {{{"name", manifest.name},
             {"folder", folder.string()},
             {"family", manifest.family},
             {"licence", manifest.licence},
             {"sha256", manifest.sha256},
             {"trust", trusted}},
            fmt::format("{:<20} {:<13} {}{}\n", manifest.name, manifest.family, folder.string(),
                        trusted.empty() ? "  (not trusted)" : "")};
  } catch (const Error& error) {
    const std::string name = folder.filename().string();
    return {{{"name", name}, {"folder", folder.string()}, {"problem", error.what()}},
            fmt::format("{:<20} {:<13} {}\n", name, "unusable", error.what())};
  }
}

int list(const Arguments& arguments, Console& console) {
  Json found = Json::array();
  std::string text;
  for (const auto& folder : list_models(model_search_path())) {
    ListedModel model = listed(folder);
    found.push_back(std::move(model.facts));
    text += model.line;
  }
  if (arguments.run.json) {
    console.answer(json_text(found, 2) + "\n");
  } else if (text.empty()) {
    console.info(
        "no model on the search path; scripts/export_model.py makes one from a diffusers folder, and --model "
        "takes its folder");
  } else {
    console.answer(text);
  }
  return 0;
}

// The most memory that this process ever had at once.
double peak_memory_mb() {
  struct rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
  constexpr double kUnitsPerMb = 1e6;
#else
  constexpr double kUnitsPerMb = 1e6 / 1024;
#endif
  return static_cast<double>(usage.ru_maxrss) / kUnitsPerMb;
}

// What a check measured.
struct Trial {
  Size size;
  int batch_size = 1;
  double load_s = 0, step_s = 0;
  double loaded_mb = 0, peak_mb = 0;
  std::string device, dtype, engine;
  std::string overflows_in;  // the dtype that gave NaN before this one; empty: none did
  std::vector<std::string> warnings;
};

// Where there is compiled code, a job that it is for.
EngineRequest trial_request(const Manifest& manifest) {
  EngineRequest request{.size = {256, 256}, .batch_size = 1};
  if (const auto& compiled = manifest.compiled) {
    request.size = compiled->size;
    request.batch_size = compiled->batch_size;
    request.guided = compiled->guided;
    request.device = compiled->device;
    request.dtype = compiled->dtype;
  } else if (!manifest.verified_sizes.empty()) {
    request.size = manifest.verified_sizes.front();
  }
  return request;
}

// One denoising step on a grey picture; false where NaN or infinity comes out.
bool takes_a_step(Networks& networks, const Manifest& manifest, const EngineRequest& request) {
  Diffuser diffuser(networks, manifest,
                    {.steps = 1,
                     .strength_mode = StrengthMode::exact,
                     .batch_size = request.batch_size,
                     .guided = request.guided});
  const Canvas grey(request.size, {128, 128, 128});
  FrameRequest frame{&grey, "", "", 1.0, 1.0};
  if (manifest.takes_control()) frame.control = &grey;
  return diffuser.run({&frame, 1}, [] { return false; }).front().finite;
}

// Everything short of a render: files, trust, loading and a step; in float32 too where a render would go
// there.
Trial try_out(const Manifest& manifest) {
  make_sampler_table(manifest.scheduler, {.steps = 1, .strength = 1, .mode = StrengthMode::exact});
  ModelStore models;
  models.admit(manifest, false);
  const EngineRequest request = trial_request(manifest);
  Trial trial{.size = request.size, .batch_size = request.batch_size};
  const auto attempt = [&](auto load) {
    const auto begin = std::chrono::steady_clock::now();
    const auto seconds = [&] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    };
    Networks* const networks = load();
    if (networks == nullptr) return false;
    trial.load_s = seconds();
    trial.loaded_mb = peak_memory_mb();
    const bool is_finite = takes_a_step(*networks, manifest, request);
    trial.step_s = seconds() - trial.load_s;
    trial.peak_mb = peak_memory_mb();
    trial.device = networks->device();
    trial.dtype = networks->dtype();
    trial.engine = networks->engine();
    return is_finite;
  };
  bool is_good = attempt([&] { return &models.networks(manifest, request); });
  trial.warnings = models.take_notes();
  const std::string dtype = trial.dtype;
  if (!is_good) is_good = attempt([&] { return models.precise_networks(manifest, request); });
  if (!is_good)
    throw_error(ErrorKind::model, "the model {} gives NaN or infinity instead of a picture, in {}{}",
                manifest.name, dtype, trial.dtype == dtype ? "" : " and in " + trial.dtype);
  if (trial.dtype != dtype) {
    trial.overflows_in = dtype;
    trial.warnings.push_back(fmt::format(
        "the model gives NaN or infinity in {}; a render makes such a picture again in {} (--dtype "
        "{} makes all so)",
        dtype, trial.dtype, trial.dtype));
  }
  return trial;
}

int check(const Arguments& arguments, Console& console, const Manifest& manifest) {
  const Trial trial = try_out(manifest);
  if (arguments.run.json) {
    console.answer(
        json_text({{"name", manifest.name},
                   {"ok", true},
                   {"device", trial.device},
                   {"dtype", trial.dtype},
                   {"overflows_in", trial.overflows_in.empty() ? Json() : Json(trial.overflows_in)},
                   {"engine", trial.engine},
                   {"load_s", trial.load_s},
                   {"one_step_s", trial.step_s},
                   {"loaded_mb", trial.loaded_mb},
                   {"peak_mb", trial.peak_mb},
                   {"size", {trial.size.width, trial.size.height}},
                   {"batch_size", trial.batch_size},
                   {"warnings", trial.warnings},
                   {"model", manifest_json(manifest)}},
                  2) +
        "\n");
  } else {
    for (const std::string& warning : trial.warnings) console.warn(warning);
    console.answer(fmt::format(
        "{}: files, trust and networks are good\n"
        "loaded     {:.2f} s, {:.0f} MB of memory\n"
        "one step   {:.2f} s at {}x{}, batch {}, {:.0f} MB at the most\n"
        "ran on     {} in {} ({})\n",
        manifest.name, trial.load_s, trial.loaded_mb, trial.step_s, trial.size.width, trial.size.height,
        trial.batch_size, trial.peak_mb, trial.device, trial.dtype, trial.engine));
  }
  return 0;
}

// The same of an interpolation bundle: the picture half way between two.
int check_interpolation(const Arguments& arguments, Console& console, const Manifest& manifest) {
  ModelStore models;
  models.admit(manifest, false);
  const Size size = manifest.verified_sizes.empty() ? Size{256, 256} : manifest.verified_sizes.front();
  models.interpolator(manifest, {}).between(Canvas(size), Canvas(size, {255, 255, 255}), 2);
  if (arguments.run.json) {
    console.answer(json_text({{"name", manifest.name}, {"ok", true}, {"model", manifest_json(manifest)}}, 2) +
                   "\n");
  } else {
    console.answer(fmt::format("{}: files, trust and network are good; it makes pictures of {}x{}\n",
                               manifest.name, size.width, size.height));
  }
  return 0;
}

}  // namespace

int run_model(const Arguments& arguments, Console& console) {
  if (arguments.action == "list") return list(arguments, console);
  const std::string name = arguments.subject.empty() ? "mini" : arguments.subject;
  const std::filesystem::path folder = find_model(name, model_search_path());
  const Manifest manifest = read_any_manifest(folder);
  if (arguments.action == "info") {
    console.answer(arguments.run.json ? json_text(manifest_json(manifest), 2) + "\n"
                                      : manifest_text(manifest));
    return 0;
  }
  if (arguments.action == "check" && manifest.is_interpolation())
    return check_interpolation(arguments, console, manifest);
  if (arguments.action == "check") return check(arguments, console, manifest);
  verify_files(manifest);
  trust(manifest);
  if (arguments.run.json) {
    console.answer(
        json_text(
            {{"name", manifest.name}, {"sha256", manifest.sha256}, {"list", user_trust_list().string()}}, 2) +
        "\n");
  } else {
    console.info(
        fmt::format("{} may run now; it is listed in {}", manifest.name, user_trust_list().string()));
  }
  return 0;
}

}  // namespace spectradiff
