#include "video_options.h"

#include "option_kinds.h"
#include "spectradiff/base/number.h"
#include "spectradiff/config/output_size.h"

namespace spectradiff {
namespace {

constexpr const char* kVideo = "Video and sound";
constexpr const char* kMachine = "Machine";

constexpr int kLargestShownSide = 8192;
constexpr int64_t kLowestBitrate = 8000;
constexpr int64_t kHighestBitrate = 1024000;

#define FIELD(member) [](RenderJob& job) -> auto& { return job.member; }

OptionText of_video(const char* key, const char* value_name, const char* help) {
  return {key, Is::video, kVideo, kPictures | kAssemble, value_name, help};
}
// What only a video has, and no picture alone.
OptionText of_film(const char* key, const char* value_name, const char* help) {
  return {key, Is::video, kVideo, kVideos | kAssemble, value_name, help};
}
OptionText of_machine(const char* key, const char* value_name, const char* help) {
  return {key, Is::machine, kMachine, kRender, value_name, help};
}

Size encoded_size(const Json& value) {
  if (const auto lines = value.is_string() ? named_short_side(value.get<std::string>()) : std::nullopt)
    return shaped_size(*lines, "16:9");
  if (value.is_string() && value.get<std::string>().find('x') == std::string::npos)
    refuse("is not a size; write WIDTHxHEIGHT in pixels, as 1920x1080, or " + join(size_names(), ", "));
  return checked_size(value, kEven, kLargestShownSide);
}

std::string checked_device(const Json& value) {
  const std::string text = checked_text(value);
  const bool indexed = text.starts_with("cuda:") && parse_integer(text.substr(5)).value_or(-1) >= 0;
  if (text != "auto" && text != "cuda" && text != "mps" && text != "cpu" && !indexed) {
    refuse("is not one of auto, cuda, cuda:N, mps, cpu");
  }
  return text;
}

int64_t checked_bitrate(const Json& value) {
  const char* form = "is not a bit rate; write 256k or 256000, 8k to 1024k";
  const char* hint = "8k to 1024k, as 256k or 256000";
  if (value.is_number_integer()) return checked_integer(value, kLowestBitrate, kHighestBitrate, hint);
  std::string text = checked_text(value);
  const int64_t unit = !text.empty() && text.back() == 'k' ? 1000 : 1;
  if (unit > 1) text.pop_back();
  const auto number = parse_integer(text);
  if (!number || *number > kHighestBitrate) refuse(form);
  return checked_integer(*number * unit, kLowestBitrate, kHighestBitrate, hint);
}

// 8M, 500k or 8000000, or "off" for none.
std::optional<int64_t> checked_bytes(const Json& value) {
  if (value == "off") return std::nullopt;
  constexpr int64_t kLeast = 10'000, kMost = 4'000'000'000;
  const char* hint = "10k to 4000M; 8M is 8,000,000 bytes";
  if (value.is_number_integer()) return checked_integer(value, kLeast, kMost, hint);
  std::string text = checked_text(value);
  int64_t unit = 1;
  if (!text.empty() && (text.back() == 'k' || text.back() == 'M')) {
    unit = text.back() == 'k' ? 1000 : 1'000'000;
    text.pop_back();
  }
  const auto number = parse_integer(text);
  if (!number || *number > kMost) refuse("is not a number of bytes; write 8M, 500k or 8000000, or off");
  return checked_integer(*number * unit, kLeast, kMost, hint);
}

// A whole number, or "off" for none.
std::optional<int> checked_flash_limit(const Json& value) {
  if (value == "off") return std::nullopt;
  const auto typed = value.is_string() ? parse_integer(value.get<std::string>()) : std::nullopt;
  if (!typed && !value.is_number_integer())
    refuse("is not a number of flashes; write an integer from 0 to 120, or off");
  return static_cast<int>(
      checked_integer(typed ? Json(*typed) : value, 0, 120, "3 is what WCAG 2.3.1 allows; off for no limit"));
}

void add_pictures(std::vector<Option>& table) {
  table.push_back(
      without("as painted", ranging(size_range(kEven, kLargestShownSide) + "; or " + join(size_names(), ", "),
                                    optional_option(of_video("output_size", "WxH", "size of the video"),
                                                    FIELD(output.size), encoded_size, size_text))));
  table.push_back(choice_option<Fit>(of_video("fit", "NAME", "how pictures fill --output-size"),
                                     FIELD(output.fit), fits()));
  const OptionText network{
      "upscale",
      Is::input,
      kVideo,
      kRender | kAssemble,
      "NAME|DIR|none",
      "network that enlarges the pictures: a bundle made by export_upscaler.py; with none "
      "--output-size enlarges by Lanczos"};
  Option upscale = path_option(network, FIELD(output.upscale), PathKind::model);
  upscale.set = [set = upscale.set](Settings& to, const Json& value) {
    set(to, value == "none" ? Json("") : value);
  };
  table.push_back(without("none", std::move(upscale)));
  table.push_back(
      ranging("0 to 120, or off",
              written_option(
                  of_film("flash_limit", "N",
                          "calm the pictures to at most this many flashes per second; WCAG 2.3.1 allows 3. "
                          "Only the frames of this run count, so a part of a song may differ from the whole"),
                  FIELD(output.flash_limit), checked_flash_limit,
                  [](std::optional<int> limit) { return limit ? Json(*limit) : Json("off"); })));
}

void add_max_bytes(std::vector<Option>& table) {
  table.push_back(without(
      "as large as it comes",
      ranging(
          "10k to 4000M, or off",
          optional_option(of_film("max_bytes", "N",
                                  "largest .gif, .webp or .apng, such as 8M: colours or quality, then size, "
                                  "then the rate give way until it fits"),
                          FIELD(output.max_bytes), checked_bytes, [](int64_t bytes) { return bytes; }))));
}

void add_encoding(std::vector<Option>& table) {
  Choices<std::string> codecs = named({"auto", "h264", "hevc", "vp9", "av1", "prores", "ffv1"});
  codecs.front().note = "what the container usually holds";
  table.push_back(
      choice_option(of_film("video_codec", "NAME", "video codec"), FIELD(output.video_codec), codecs));
  table.push_back(
      integer_option(of_film("crf", "N", "quality, 0 is best; the scale ends at 51, for vp9 and av1 at 63"),
                     FIELD(output.crf), 0, 63));
  table.push_back(
      choice_option(of_film("encoder_preset", "NAME", "how fast to encode, the slower the smaller the file"),
                    FIELD(output.encoder_preset),
                    named({"ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower",
                           "veryslow"})));
  Choices<std::string> formats =
      named({"yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"});
  formats[4].note = "what prores takes unless told otherwise";
  table.push_back(
      choice_option(of_film("pixel_format", "NAME", "pixel format"), FIELD(output.pixel_format), formats));
  table.push_back(choice_option<std::string>(of_film("audio_codec", "NAME", "sound codec"),
                                             FIELD(output.audio_codec),
                                             {{"auto", "auto", "what the container usually holds"},
                                              {"copy", "copy", "the song's own sound, not encoded again"},
                                              {"aac", "aac"},
                                              {"alac", "alac"},
                                              {"flac", "flac"},
                                              {"opus", "opus"},
                                              {"none", "none", "a silent video"}}));
  table.push_back(ranging(
      "8k to 1024k",
      written_option(of_film("audio_bitrate", "R",
                             "bits per second of sound that is encoded with "
                             "losses, such as 256k or 256000"),
                     FIELD(output.audio_bitrate), checked_bitrate, [](int64_t rate) { return rate; })));
}

}  // namespace

void add_video_options(std::vector<Option>& table) {
  add_pictures(table);
  add_max_bytes(table);
  add_encoding(table);
}

void add_machine_options(std::vector<Option>& table) {
  table.push_back(ranging("auto, cuda, cuda:N, mps or cpu",
                          written_option(of_machine("device", "NAME", "where the model runs"),
                                         FIELD(diffusion.device), checked_device, same_text)));
  Choices<std::string> dtypes = named({"auto", "float32", "float16", "bfloat16"});
  dtypes.front().note = "what suits the device";
  table.push_back(choice_option(of_machine("dtype", "NAME", "kind of numbers that the model computes with"),
                                FIELD(diffusion.dtype), dtypes));
  table.push_back(integer_option(
      of_machine("batch_size", "N", "frames that the model makes at once; 0: as suits device and size"),
      FIELD(diffusion.batch_size), 0, 64));
  OptionText threads = of_machine("threads", "N", "processor threads; 0: one per core");
  threads.commands = kPictures | kAssemble;
  table.push_back(integer_option(threads, FIELD(threads), 0, 1024));
}

#undef FIELD

}  // namespace spectradiff
