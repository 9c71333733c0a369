// model list|info|check|trust.
#include <fmt/format.h>

#include "commands.h"
#include "spectradiff/base/error.h"
#include "spectradiff/diffusion/manifest.h"
#include "spectradiff/diffusion/sampler.h"
#include "spectradiff/session/model_trial.h"

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
  return {{"name", manifest.name},
          {"folder", manifest.folder.string()},
          {"family", manifest.family},
          {"title", manifest.title},
          {"licence", manifest.licence},
          {"source", manifest.source},
          {"sha256", manifest.sha256},
          {"trust", trust_of(manifest)},
          {"notes", manifest.notes},
          {"networks", networks},
          {"compiled", compiled},
          {"scheduler", manifest.scheduler},
          {"verified_sizes", sizes},
          {"verified_dtypes", manifest.verified_dtypes},
          {"exporter", manifest.exporter},
          {"loras", manifest.loras},
          {"vae", manifest.vae},
          {"controlnet", manifest.controlnet},
          {"attention_bank", manifest.has_bank()},
          {"distilled_guidance", manifest.distilled_guidance},
          {"look", manifest.look}};
}

// Where the weights come from, and what was done to them.
std::string source_text(const Manifest& manifest) {
  std::string text = manifest.source;
  for (const Json& lora : manifest.loras)
    text += fmt::format(", LoRA {} x {}", lora["file"].get<std::string>(), lora["weight"].get<double>());
  if (!manifest.vae.empty()) text += ", VAE " + manifest.vae;
  if (!manifest.controlnet.empty()) text += ", ControlNet " + manifest.controlnet;
  if (manifest.has_bank()) text += ", with an attention bank (--coherence)";
  if (manifest.distilled_guidance > 1)
    text += fmt::format(", distilled from guidance {}", manifest.distilled_guidance);
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
      trusted.empty() ? "none: allow it first with `spectradiff model trust`" : trusted, manifest.sha256,
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
    console.answer_json(found);
  } else if (text.empty()) {
    console.info(
        "no model on the search path; scripts/export_model.py makes one from a diffusers folder, and --model "
        "takes its folder");
  } else {
    console.answer(text);
  }
  return kComplete;
}

int check(const Arguments& arguments, Console& console, const Manifest& manifest) {
  const ModelTrial trial = try_model(manifest);
  if (arguments.run.json) {
    console.answer_json({{"name", manifest.name},
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
                         {"model", manifest_json(manifest)}});
  } else {
    for (const std::string& warning : trial.warnings) console.warn(warning);
    console.answer(fmt::format(
        "{}: files, trust and networks are fine\n"
        "loaded     {:.2f} s, {:.0f} MB of memory\n"
        "one step   {:.2f} s at {}x{}, batch {}, at most {:.0f} MB\n"
        "ran on     {} in {} ({})\n",
        manifest.name, trial.load_s, trial.loaded_mb, trial.step_s, trial.size.width, trial.size.height,
        trial.batch_size, trial.peak_mb, trial.device, trial.dtype, trial.engine));
  }
  return kComplete;
}

// The same of a network from pictures to pictures.
int check_pictures(const Arguments& arguments, Console& console, const Manifest& manifest) {
  const ModelTrial trial = try_model(manifest);
  if (arguments.run.json) {
    console.answer_json({{"name", manifest.name}, {"ok", true}, {"model", manifest_json(manifest)}});
  } else {
    console.answer(fmt::format("{}: files, trust and network are fine; it takes pictures of {}x{}\n",
                               manifest.name, trial.size.width, trial.size.height));
  }
  return kComplete;
}

}  // namespace

int run_model(const Arguments& arguments, Console& console) {
  if (arguments.action == "list") return list(arguments, console);
  const std::string name = arguments.subject.empty() ? "mini" : arguments.subject;
  const std::filesystem::path folder = find_model(name, model_search_path());
  const Manifest manifest = read_any_manifest(folder);
  if (arguments.action == "info") {
    arguments.run.json ? console.answer_json(manifest_json(manifest))
                       : console.answer(manifest_text(manifest));
    return kComplete;
  }
  if (arguments.action == "check" && !manifest.diffuses())
    return check_pictures(arguments, console, manifest);
  if (arguments.action == "check") return check(arguments, console, manifest);
  verify_files(manifest);
  trust(manifest);
  if (arguments.run.json) {
    console.answer_json(
        {{"name", manifest.name}, {"sha256", manifest.sha256}, {"list", user_trust_list().string()}});
  } else {
    console.info(
        fmt::format("{} is trusted from now on; the list is {}", manifest.name, user_trust_list().string()));
  }
  return kComplete;
}

}  // namespace spectradiff
