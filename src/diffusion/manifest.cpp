#include "spectradiff/diffusion/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <system_error>

#include "model_folder.h"
#include "network_ports.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kSchema = 1;
constexpr std::array kModelFamilies = {"sd1", "sd2", "lcm", "sdxl"};
constexpr std::array kNetworks = {"text_encoder", "vae_encoder", "denoiser", "vae_decoder"};
constexpr std::array kDtypes = {"float32", "float16", "bfloat16"};
constexpr std::string_view kControl = "control";  // a network that few bundles have
constexpr int kMaxTokens = 4096;
constexpr int64_t kMaxFileBytes = int64_t{1} << 40;

// Of bundles that do not diffuse: one network, from pictures to pictures. The family is also the key of what
// they say of it.
struct PictureFamily {
  const char* name;
  const char* network;
  const char* use;
};
constexpr PictureFamily kInterpolation = {
    "interpolation", "interpolator", "makes pictures between others; name it with --interpolation-model"};
constexpr PictureFamily kUpscaling = {"upscaling", "upscaler",
                                      "makes pictures larger; name it with --upscale"};
constexpr std::array kPictureFamilies = {kInterpolation, kUpscaling};

const PictureFamily* find_picture_family(const Json& name) {
  const auto found = std::find_if(kPictureFamilies.begin(), kPictureFamilies.end(),
                                  [&](const PictureFamily& family) { return name == family.name; });
  return found != kPictureFamilies.end() ? &*found : nullptr;
}

[[noreturn]] void refuse(const JsonReader& reader, const std::string& what) {
  throw_error(ErrorKind::model, "{}: {}", reader.where(), what);
}

template <typename Allowed>
std::string one_of(JsonReader& reader, const std::string& key, const Allowed& allowed) {
  const std::string value = reader.text(key);
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    refuse(reader, fmt::format("{} = '{}' is not supported; this program knows {}", key, value,
                               fmt::join(allowed, ", ")));
  }
  return value;
}

std::string file_name(JsonReader& reader, const std::string& key) {
  const std::string name = reader.text(key);
  const bool plain = name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
  if (name.empty() || name.front() == '.' || !plain) {
    refuse(reader, fmt::format("{} = '{}' is not a plain file name inside the bundle", key, name));
  }
  return name;
}

std::string hash(JsonReader& reader, const std::string& key) {
  const std::string text = reader.text(key);
  if (text.size() != 64 || text.find_first_not_of("0123456789abcdef") != text.npos) {
    refuse(reader, fmt::format("{} = '{}' is not 64 lower-case hexadecimal digits", key, text));
  }
  return text;
}

int64_t integer_within(JsonReader& reader, const std::string& key, int64_t low, int64_t high) {
  const int64_t value = reader.integer(key);
  if (value < low || value > high) {
    refuse(reader, fmt::format("{} = {} is outside {}..{}", key, value, low, high));
  }
  return value;
}

int32_t token_id(JsonReader& reader, const std::string& key) {
  return static_cast<int32_t>(integer_within(reader, key, 0, 10'000'000));
}

NetworkFile read_network(JsonReader reader) {
  NetworkFile network;
  network.file = file_name(reader, "file");
  network.format = one_of(reader, "format", std::array{"torchscript"});
  network.sha256 = hash(reader, "sha256");
  network.bytes = integer_within(reader, "bytes", 1, kMaxFileBytes);
  network.dtype = one_of(reader, "dtype", kDtypes);
  network.inputs = port_list(reader, "inputs");
  network.outputs = port_list(reader, "outputs");
  return network;
}

std::map<std::string, NetworkFile> read_networks(JsonReader reader, const Json& named) {
  std::map<std::string, NetworkFile> networks;
  for (const auto& [name, facts] : named.items()) {
    if (name != kControl && std::find(kNetworks.begin(), kNetworks.end(), name) == kNetworks.end()) {
      refuse(reader, fmt::format("the network '{}' is unknown; a bundle has {} and perhaps {}", name,
                                 fmt::join(kNetworks, ", "), kControl));
    }
    networks[name] = read_network(reader.object(name));
  }
  for (const char* name : kNetworks) {
    if (networks.contains(name)) continue;
    refuse(reader, fmt::format("the network '{}' is missing; pictures are made from words by {}", name,
                               fmt::join(kNetworks, ", ")));
  }
  return networks;
}

AddedToken read_added_token(JsonReader reader) {
  AddedToken token;
  token.content = reader.text("content");
  token.id = token_id(reader, "id");
  token.special = reader.boolean_or("special", false);
  token.lstrip = reader.boolean_or("lstrip", false);
  token.rstrip = reader.boolean_or("rstrip", false);
  token.single_word = reader.boolean_or("single_word", false);
  token.normalized = reader.boolean_or("normalized", !token.special);
  if (token.content.empty()) refuse(reader, "content is empty");
  return token;
}

TokenizerFiles read_tokenizer(JsonReader reader) {
  TokenizerFiles tokenizer;
  JsonReader files = reader.object("files");
  JsonReader vocab = files.object("vocab");
  JsonReader merges = files.object("merges");
  tokenizer.vocab = file_name(vocab, "file");
  tokenizer.vocab_sha256 = hash(vocab, "sha256");
  tokenizer.merges = file_name(merges, "file");
  tokenizer.merges_sha256 = hash(merges, "sha256");
  tokenizer.max_length = static_cast<int>(integer_within(reader, "max_length", 3, kMaxTokens));
  tokenizer.bos_token_id = token_id(reader, "bos_token_id");
  tokenizer.eos_token_id = token_id(reader, "eos_token_id");
  tokenizer.pad_token_id = token_id(reader, "pad_token_id");
  tokenizer.unk_token_id = token_id(reader, "unk_token_id");
  const Json& added = reader.any("added_tokens");
  if (!added.is_array()) refuse(reader, "added_tokens is not an array");
  for (size_t i = 0; i < added.size(); ++i) {
    tokenizer.added_tokens.push_back(read_added_token(
        JsonReader(added[i], fmt::format("{}.added_tokens[{}]", reader.where(), i), ErrorKind::model)));
  }
  return tokenizer;
}

double read_distilled_guidance(JsonReader& reader) {
  constexpr double kMost = 100;
  const double guidance = reader.real_or("distilled_guidance", 1);
  if (!(guidance >= 1 && guidance <= kMost))
    refuse(reader, fmt::format("distilled_guidance = {} is outside 1..{}", guidance, kMost));
  return guidance;
}

LatentFacts read_latent(JsonReader reader) {
  LatentFacts latent;
  latent.channels = static_cast<int>(integer_within(reader, "channels", 1, 64));
  latent.downscale = static_cast<int>(integer_within(reader, "downscale", 1, 64));
  latent.scaling_factor = reader.real("scaling_factor");
  if (!std::isfinite(latent.scaling_factor) || latent.scaling_factor <= 0) {
    refuse(reader, fmt::format("scaling_factor = {} is not a positive number", latent.scaling_factor));
  }
  latent.gaussian_posterior = one_of(reader, "posterior", std::array{"gaussian", "none"}) == "gaussian";
  latent.force_upcast = reader.boolean_or("force_upcast", false);
  return latent;
}

std::vector<BankLayer> read_bank(JsonReader& reader) {
  constexpr int64_t kMostChannels = 65536, kMostDownscale = 4096;
  std::vector<BankLayer> layers;
  if (!reader.has("attention_bank")) return layers;
  const Json& list = reader.any("attention_bank");
  if (!list.is_array() || list.empty()) refuse(reader, "attention_bank is no list of layers");
  for (size_t i = 0; i < list.size(); ++i) {
    JsonReader layer(list[i], fmt::format("{}.attention_bank[{}]", reader.where(), i), ErrorKind::model);
    layers.push_back({static_cast<int>(integer_within(layer, "channels", 1, kMostChannels)),
                      static_cast<int>(integer_within(layer, "downscale", 1, kMostDownscale))});
  }
  return layers;
}

std::vector<Size> read_sizes(JsonReader& reader) {
  std::vector<Size> sizes;
  const Json& list = reader.any("sizes");
  const auto is_dimension = [](const Json& n) { return n.is_number_integer() && n >= 8 && n <= 65536; };
  if (!list.is_array()) refuse(reader, "sizes is not an array");
  for (const Json& pair : list) {
    if (!pair.is_array() || pair.size() != 2 || !is_dimension(pair[0]) || !is_dimension(pair[1])) {
      refuse(reader, fmt::format("sizes holds {}, not [width, height]", pair.dump()));
    }
    sizes.push_back({pair[0].get<int>(), pair[1].get<int>()});
  }
  return sizes;
}

std::vector<int64_t> read_text_widths(JsonReader& reader) {
  if (!reader.has("text_widths")) return {};
  const Json& list = reader.any("text_widths");
  const auto is_width = [](const Json& n) { return n.is_number_integer() && n >= 1 && n <= 65536; };
  if (!list.is_array() || list.size() != 2 || !is_width(list[0]) || !is_width(list[1]))
    refuse(reader, fmt::format("text_widths = {} is not the widths of two text encoders", list.dump()));
  return list.get<std::vector<int64_t>>();
}

std::map<std::string, std::string> read_exporter(const JsonReader& reader, const Json& versions) {
  std::map<std::string, std::string> exporter;
  if (!versions.is_object()) refuse(reader, "exporter is not an object");
  for (const auto& [tool, version] : versions.items()) {
    if (!version.is_string()) refuse(reader, fmt::format("exporter.{} is not a text", tool));
    exporter[tool] = version.get<std::string>();
  }
  return exporter;
}

// A dimension of a tensor or a picture.
bool is_side(const Json& value) {
  return value.is_number_integer() && value >= 1 && value <= 65536;
}

CompiledNetwork read_compiled_network(JsonReader reader) {
  CompiledNetwork network;
  network.file = file_name(reader, "file");
  network.sha256 = hash(reader, "sha256");
  network.bytes = integer_within(reader, "bytes", 1, kMaxFileBytes);
  for (const Json& shape : reader.any("shapes")) {
    if (!shape.is_array() || shape.empty() || !std::all_of(shape.begin(), shape.end(), is_side))
      refuse(reader, fmt::format("shapes holds {}, not the sides of a tensor", shape.dump()));
    network.shapes.push_back(shape.get<std::vector<int64_t>>());
  }
  return network;
}

CompiledCode read_compiled(JsonReader reader, const Json& networks) {
  CompiledCode code;
  code.torch = reader.text("torch");
  code.device = one_of(reader, "device", std::array{"cpu"});
  code.dtype = one_of(reader, "dtype", kDtypes);
  code.cpu_flags = reader.texts("cpu_flags");
  const Json& size = reader.any("size");
  if (!size.is_array() || size.size() != 2 || !is_side(size[0]) || !is_side(size[1]))
    refuse(reader, fmt::format("size = {} is not [width, height]", size.dump()));
  code.size = {size[0].get<int>(), size[1].get<int>()};
  code.batch_size = static_cast<int>(integer_within(reader, "batch_size", 1, 64));
  code.guided = reader.boolean("guided");
  for (const auto& [name, facts] : networks.items()) {
    JsonReader network(facts, fmt::format("{}: network {}", reader.where(), name), ErrorKind::model);
    code.networks[name] = read_compiled_network(network.object("compiled"));
  }
  return code;
}

Json read_loras(JsonReader& reader) {
  if (!reader.has("loras")) return Json::array();
  const Json& loras = reader.any("loras");
  if (!loras.is_array()) refuse(reader, "loras is not an array");
  for (size_t i = 0; i < loras.size(); ++i) {
    JsonReader lora(loras[i], fmt::format("{}.loras[{}]", reader.where(), i), ErrorKind::model);
    lora.text("file");
    hash(lora, "sha256");
    lora.real("weight");
  }
  return loras;
}

const Json& object_of(JsonReader& reader, const std::string& key) {
  const Json& value = reader.any(key);
  if (!value.is_object()) refuse(reader, key + " is not an object");
  return value;
}

std::string read_name(JsonReader& reader) {
  const std::string name = reader.text("name");
  const auto ordinary = [](unsigned char c) { return std::isalnum(c) || c == '.' || c == '_' || c == '-'; };
  if (name.empty() || name.size() > 100 || name[0] == '.' ||
      !std::all_of(name.begin(), name.end(), ordinary)) {
    refuse(reader,
           fmt::format("name = '{}' may hold letters, digits, '.', '_' and '-' only, 100 at most", name));
  }
  return name;
}

std::string manifest_text(const fs::path& folder) {
  std::error_code failed;
  if (fs::is_regular_file(folder, failed)) {
    throw_error(ErrorKind::model,
                "{} is a file, and a model is a folder: scripts/export_model.py {} OUT makes one of a "
                "checkpoint, scripts/export_upscaler.py one of a network that enlarges",
                folder.string(), folder.string());
  }
  if (!fs::is_directory(folder, failed)) {
    throw_error(ErrorKind::model, "the model folder {} does not exist", folder.string());
  }
  const fs::path path = folder / "model.json";
  if (!fs::is_regular_file(path, failed)) {
    const bool diffusers = fs::exists(folder / "model_index.json", failed);
    throw_error(ErrorKind::model, "{} holds no model.json ({}){}", folder.string(), contents_of(folder),
                diffusers
                    ? "; it is a diffusers folder, make a bundle of it: scripts/export_model.py SOURCE OUT"
                    : "; a bundle has one: scripts/export_model.py SOURCE OUT makes it");
  }
  return read_file(path, kMaxTextBytes, ErrorKind::model);
}

// What bundles of all families say.
template <typename Families>
Manifest read_facts(JsonReader& reader, const fs::path& folder, const std::string& text,
                    const Families& families) {
  if (const int64_t schema = reader.integer("schema"); schema != kSchema) {
    refuse(reader, fmt::format("schema {} is not {}, the one this program reads; export the model with the "
                               "exporter of this version",
                               schema, kSchema));
  }
  Manifest manifest;
  manifest.folder = folder;
  manifest.sha256 = sha256_hex(text);
  manifest.name = read_name(reader);
  manifest.family = one_of(reader, "family", families);
  manifest.title = reader.text_or("title", manifest.name);
  manifest.licence = reader.text_or("licence", "");
  manifest.notes = reader.text_or("notes", "");
  manifest.source = reader.text_or("source", "");
  if (reader.has("exporter")) manifest.exporter = read_exporter(reader, reader.any("exporter"));
  JsonReader verified = reader.object("verified");
  manifest.verified_sizes = read_sizes(verified);
  manifest.verified_dtypes = verified.texts("dtypes");
  return manifest;
}

Manifest read_picture_manifest(const fs::path& folder, const PictureFamily& wanted) {
  const std::string text = manifest_text(folder);
  const std::string path = (folder / "model.json").string();
  const Json root = parse_json(text, path, ErrorKind::model);
  JsonReader reader(root, path, ErrorKind::model);
  const std::string family = reader.text("family");
  if (std::find(kModelFamilies.begin(), kModelFamilies.end(), family) != kModelFamilies.end())
    refuse(reader, fmt::format("this bundle diffuses pictures (family {}); name it with --model", family));
  if (const PictureFamily* other = find_picture_family(family); other != nullptr && family != wanted.name)
    refuse(reader, fmt::format("this bundle {}", other->use));
  Manifest manifest = read_facts(reader, folder, text, std::array{wanted.name});
  manifest.networks[wanted.network] = read_network(reader.object("networks").object(wanted.network));
  JsonReader facts = reader.object(wanted.name);
  manifest.pad_multiple = static_cast<int>(integer_within(facts, "pad_multiple", 1, 1024));
  if (manifest.is_upscaling()) manifest.scale = static_cast<int>(integer_within(facts, "scale", 2, 8));
  return manifest;
}

}  // namespace

std::string contents_of(const fs::path& folder) {
  constexpr size_t kShown = 12;
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed)) {
    names.push_back(entry->path().filename().string() + (entry->is_directory(failed) ? "/" : ""));
  }
  if (names.empty()) return "the folder is empty";
  std::sort(names.begin(), names.end());
  const bool more = names.size() > kShown;
  names.resize(std::min(names.size(), kShown));
  return "found: " + join(names, ", ") + (more ? ", …" : "");
}

Manifest read_manifest(const fs::path& folder) {
  const std::string text = manifest_text(folder);
  const std::string path = (folder / "model.json").string();
  const Json root = parse_json(text, path, ErrorKind::model);
  JsonReader reader(root, path, ErrorKind::model);
  if (const PictureFamily* other = find_picture_family(reader.text("family")))
    refuse(reader, fmt::format("this bundle {}", other->use));
  Manifest manifest = read_facts(reader, folder, text, kModelFamilies);
  manifest.networks = read_networks(reader.object("networks"), object_of(reader, "networks"));
  if (reader.has("compiled")) manifest.compiled = read_compiled(reader.object("compiled"), root["networks"]);
  manifest.tokenizer = read_tokenizer(reader.object("tokenizer"));
  if (manifest.family == "sdxl") {
    manifest.second_tokenizer = read_tokenizer(reader.object("tokenizer_2"));
    manifest.text_widths = read_text_widths(reader);
  }
  manifest.zeroes_empty_negative = reader.boolean_or("zeroes_empty_negative", false);
  manifest.latent = read_latent(reader.object("latent"));
  manifest.attention_bank = read_bank(reader);
  manifest.distilled_guidance = read_distilled_guidance(reader);
  if (manifest.latent.channels != 4) {
    refuse(reader, fmt::format("latent.channels = {}; the family {} has 4", manifest.latent.channels,
                               manifest.family));
  }
  manifest.scheduler = object_of(reader, "scheduler");
  reader.object("scheduler").text("class");
  manifest.look = reader.has("look") ? object_of(reader, "look") : Json::object();
  manifest.loras = read_loras(reader);
  manifest.vae = reader.text_or("vae", "");
  manifest.controlnet = reader.text_or("controlnet", "");
  check_ports(manifest);
  return manifest;
}

Manifest read_interpolation_manifest(const fs::path& folder) {
  return read_picture_manifest(folder, kInterpolation);
}

Manifest read_upscaling_manifest(const fs::path& folder) {
  return read_picture_manifest(folder, kUpscaling);
}

Manifest read_any_manifest(const fs::path& folder) {
  const Json root = parse_json(manifest_text(folder), (folder / "model.json").string(), ErrorKind::model);
  const PictureFamily* family =
      root.is_object() ? find_picture_family(root.value("family", Json())) : nullptr;
  return family != nullptr ? read_picture_manifest(folder, *family) : read_manifest(folder);
}

}  // namespace spectradiff
