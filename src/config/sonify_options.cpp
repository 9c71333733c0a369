#include "sonify_options.h"

#include <map>

#include "option_kinds.h"

namespace spectradiff {
namespace {

constexpr const char* kSounding = "Sound from a picture";

#define FIELD(member) [](RunSettings& run) -> auto& { return run.sonify.member; }

OptionText of_sound(const char* key, const char* value_name, const char* help) {
  return {key, Is::run, kSounding, kSonify, value_name, help};
}

const std::vector<std::pair<std::string, PictureChannel>>& channel_names() {
  static const std::vector<std::pair<std::string, PictureChannel>> names = {
      {"red", PictureChannel::red},
      {"green", PictureChannel::green},
      {"blue", PictureChannel::blue},
      {"average", PictureChannel::average}};
  return names;
}

std::string name_of_channel(PictureChannel channel) {
  for (const auto& [name, value] : channel_names())
    if (value == channel) return name;
  return "";
}

// "pitch=red,level=green,length=blue": pitch and level have a channel in any case, length may have one.
ChirpRoles checked_roles(const Json& value) {
  const std::string text = checked_text(value);
  std::map<std::string, PictureChannel> roles;
  for (const std::string_view each : split(text, ',')) {
    const std::string part(each);
    const size_t equals = part.find('=');
    const std::string role = part.substr(0, equals);
    const std::string channel = equals == std::string::npos ? "" : part.substr(equals + 1);
    bool known = false;
    for (const auto& [name, number] : channel_names()) {
      if (name != channel) continue;
      roles[role] = number;
      known = true;
    }
    if (!known || (role != "pitch" && role != "level" && role != "length"))
      refuse("has \"" + part +
             "\"; write pitch=red,level=green,length=blue, of red, green, blue and average");
  }
  ChirpRoles made;
  if (roles.contains("pitch")) made.pitch = roles["pitch"];
  if (roles.contains("level")) made.level = roles["level"];
  if (roles.contains("length")) made.length = roles["length"];
  return made;
}

std::string roles_text(const ChirpRoles& roles) {
  std::string text = "pitch=" + name_of_channel(roles.pitch) + ",level=" + name_of_channel(roles.level);
  if (roles.length) text += ",length=" + name_of_channel(*roles.length);
  return text;
}

}  // namespace

void add_sonify_options(std::vector<Option>& table) {
  table.push_back(choice_option<SonifyMethod>(
      of_sound("method", "NAME", "how a picture becomes sound"), FIELD(method),
      {{"griffin-lim", SonifyMethod::griffin_lim,
        "it is a spectrogram, 0 Hz on top, black 80 dB below white; phases are found for it"},
       {"chirp", SonifyMethod::chirp, "every column is a tone that rises by half"},
       {"riffusion", SonifyMethod::riffusion,
        "it is one of riffusion's: 512 high, dark is loud, low notes at the bottom"}}));
  Choices<PictureChannel> channels;
  for (const auto& [name, channel] : channel_names())
    channels.push_back({name, channel, channel == PictureChannel::average ? "the mean of three sounds" : ""});
  table.push_back(choice_option(of_sound("channels", "NAME", "which channel is heard (griffin-lim)"),
                                FIELD(channels), channels));
  table.push_back(real_option(of_sound("stretch", "TIMES", "so many times as long, at the same pitch"),
                              FIELD(stretch), {0.1, 100}));
  table.push_back(integer_option(of_sound("sample_rate", "HZ", "of the sound; riffusion's is 44100"),
                                 FIELD(sample_rate_hz), 8000, 192000));
  table.push_back(
      ranging("ROLE=CHANNEL by commas",
              written_option(of_sound("roles", "ROLES",
                                      "which channel says what of a column's tone (chirp): pitch, "
                                      "level and, where it is to end early, length"),
                             FIELD(roles), checked_roles, roles_text)));
}

#undef FIELD

}  // namespace spectradiff
