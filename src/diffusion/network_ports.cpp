#include "network_ports.h"

#include <fmt/format.h>

#include <numeric>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

struct Ports {
  std::string inputs, outputs;
};

const std::string& outputs_of(const Manifest& manifest, const std::string& network) {
  return manifest.networks.at(network).outputs;
}

// Of the embedding: its rows are known, its width is the text encoder's own where the manifest states none.
std::string text_port(const Manifest& manifest) {
  const int rows = manifest.tokenizer.max_length + (manifest.embeds_size() ? 1 : 0);
  const std::string begin = fmt::format("text [batch, {}, ", rows);
  if (!manifest.text_widths.empty()) {
    const auto& widths = manifest.text_widths;
    return fmt::format("{}{}]", begin, std::accumulate(widths.begin(), widths.end(), int64_t{0}));
  }
  const std::string& stated = outputs_of(manifest, "text_encoder");
  return stated.starts_with(begin) && stated.find_first_of(",]", begin.size()) + 1 == stated.size()
             ? stated
             : begin + "width]";
}

std::map<std::string, Ports> expected_ports(const Manifest& manifest) {
  const LatentFacts& latent = manifest.latent;
  const std::string sides = fmt::format("height/{0}, width/{0}]", latent.downscale);
  const std::string latents = fmt::format("[batch, {}, {}", latent.channels, sides);
  const std::string encoded = latent.gaussian_posterior
                                  ? fmt::format("moments [batch, {}, {}", 2 * latent.channels, sides)
                                  : "latents " + latents;
  const std::string picture = "[batch, 3, height, width]", text = text_port(manifest);
  const int ids =
      manifest.tokenizer.max_length + (manifest.second_tokenizer ? manifest.second_tokenizer->max_length : 0);
  const std::string noisy = "sample " + latents + ", timestep [batch], " + text;
  std::string facts;
  if (manifest.embeds_guidance()) facts += ", guidance [batch]";
  if (manifest.embeds_size()) facts += ", sizes [batch, 6]";
  std::map<std::string, Ports> ports = {
      {"text_encoder", {fmt::format("input_ids [batch, {}]", ids), text}},
      {"vae_encoder", {"image " + picture, encoded}},
      {"denoiser", {noisy + facts, "prediction " + latents}},
      {"vae_decoder", {"latents " + latents, "image " + picture}},
  };
  if (manifest.takes_control()) {
    const std::string& residuals = outputs_of(manifest, "control");
    ports["control"] = {noisy + ", pictures " + picture + ", weight [batch]", residuals};
    if (!residuals.empty()) ports["denoiser"].inputs += ", " + residuals;
  }
  return ports;
}

void compare(const Manifest& manifest, const std::string& network, const char* verb,
             const std::string& stated, const std::string& expected) {
  if (stated.empty() || stated == expected) return;
  throw_error(
      ErrorKind::model,
      "{}: the network {} {} {}; in a model of the family {} it {} {}: the networks belong to another "
      "model, export it again",
      (manifest.folder / "model.json").string(), network, verb, stated, manifest.family, verb, expected);
}

}  // namespace

std::string port_list(JsonReader& reader, const std::string& key) {
  if (!reader.has(key)) return "";
  const Json& list = reader.any(key);
  std::vector<std::string> ports;
  for (size_t i = 0; list.is_array() && i < list.size(); ++i) {
    JsonReader port(list[i], fmt::format("{}.{}[{}]", reader.where(), key, i), ErrorKind::model);
    std::vector<std::string> sides;
    const std::string name = port.text("name");
    for (const Json& side : port.any("shape"))
      sides.push_back(side.is_string() ? side.get<std::string>() : json_text(side));
    ports.push_back(fmt::format("{} [{}]", name, join(sides, ", ")));
  }
  if (ports.empty()) throw_error(ErrorKind::model, "{}: {} is no list of ports", reader.where(), key);
  return join(ports, ", ");
}

void check_ports(const Manifest& manifest) {
  for (const auto& [network, ports] : expected_ports(manifest)) {
    const NetworkFile& stated = manifest.networks.at(network);
    compare(manifest, network, "takes", stated.inputs, ports.inputs);
    compare(manifest, network, "gives", stated.outputs, ports.outputs);
  }
}

}  // namespace spectradiff
