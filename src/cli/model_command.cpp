// model list|info|check|trust.
#include <fmt/format.h>

#include <chrono>

#include "commands.h"
#include "model_store.h"
#include "spectradiff/base/error.h"
#include "spectradiff/diffusion/diffuser.h"
#include "spectradiff/diffusion/manifest.h"

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
          {"scheduler", manifest.scheduler},
          {"verified_sizes", sizes},
          {"verified_dtypes", manifest.verified_dtypes},
          {"exporter", manifest.exporter},
          {"loras", manifest.loras},
          {"vae", manifest.vae},
          {"controlnet", manifest.controlnet},
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
  const std::string trusted = trust_of(manifest);
  return fmt::format(
      "{} ({})\nfolder     {}\nfamily     {}\nlicence    {}\nsource     {}\nscheduler  {}\nverified   "
      "{}\ntrust      {}\nsha256     {}\nnetworks, {:.1f} MB\n{}{}{}",
      manifest.name, manifest.title, manifest.folder.string(), manifest.family, manifest.licence,
      source_text(manifest), scheduler_name_of(manifest.scheduler), size_list(manifest.verified_sizes),
      trusted.empty() ? "none: render asks for `spectradiff model trust` first" : trusted, manifest.sha256,
      static_cast<double>(bytes) / 1e6, networks, manifest.notes, manifest.notes.empty() ? "" : "\n");
}

int list(const Arguments& arguments, Console& console) {
  Json found = Json::array();
  std::string text;
  for (const auto& folder : list_models(model_search_path())) {
    const Manifest manifest = read_manifest(folder);
    found.push_back({{"name", manifest.name},
                     {"folder", folder.string()},
                     {"family", manifest.family},
                     {"licence", manifest.licence}});
    text += fmt::format("{:<20} {:<8} {}\n", manifest.name, manifest.family, folder.string());
  }
  if (arguments.run.json) {
    console.answer(found.dump(2) + "\n");
  } else if (text.empty()) {
    console.info(
        "no model on the search path; scripts/export_model.py makes one from a diffusers folder, and --model "
        "takes its folder");
  } else {
    console.answer(text);
  }
  return 0;
}

// Everything short of a render: files, trust, loading, and one denoising step on a grey picture.
int check(const Arguments& arguments, Console& console, const Manifest& manifest) {
  ModelStore models;
  models.admit(manifest, false);
  const Size size = manifest.verified_sizes.empty() ? Size{256, 256} : manifest.verified_sizes.front();
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  Networks& networks = models.networks(manifest, {});
  const double load_s = seconds();
  Diffuser diffuser(networks, manifest, {"", 1, StrengthMode::exact, 0, 1});
  const Canvas grey(size, {128, 128, 128});
  FrameRequest request{&grey, "", "", 1.0, 1.0, 42};
  if (manifest.takes_control()) request.control = &grey;
  const auto diffused = diffuser.run({&request, 1}, [] { return false; });
  if (!diffused.front().finite)
    throw_error(ErrorKind::model, "the model {} gives NaN in {}", manifest.name, networks.dtype());
  const double step_s = seconds() - load_s;
  if (arguments.run.json) {
    console.answer(Json({{"name", manifest.name},
                         {"ok", true},
                         {"device", networks.device()},
                         {"dtype", networks.dtype()},
                         {"load_s", load_s},
                         {"one_step_s", step_s},
                         {"size", {size.width, size.height}},
                         {"model", manifest_json(manifest)}})
                       .dump(2) +
                   "\n");
  } else {
    console.answer(fmt::format(
        "{}: files, trust and networks are good; loaded in {:.2f} s, one step at {}x{} in {:.2f} s on {} in "
        "{}\n",
        manifest.name, load_s, size.width, size.height, step_s, networks.device(), networks.dtype()));
  }
  return 0;
}

}  // namespace

int run_model(const Arguments& arguments, Console& console) {
  if (arguments.action == "list") return list(arguments, console);
  const std::string name = arguments.subject.empty() ? "mini" : arguments.subject;
  const Manifest manifest = read_manifest(find_model(name, model_search_path()));
  if (arguments.action == "info") {
    console.answer(arguments.run.json ? manifest_json(manifest).dump(2) + "\n" : manifest_text(manifest));
    return 0;
  }
  if (arguments.action == "check") return check(arguments, console, manifest);
  verify_files(manifest);
  trust(manifest);
  if (arguments.run.json) {
    console.answer(
        Json({{"name", manifest.name}, {"sha256", manifest.sha256}, {"list", user_trust_list().string()}})
            .dump(2) +
        "\n");
  } else {
    console.info(
        fmt::format("{} may run now; it is listed in {}", manifest.name, user_trust_list().string()));
  }
  return 0;
}

}  // namespace spectradiff
