#include "habits.h"

#include <algorithm>

namespace spectradiff {
namespace {

struct Habit {
  std::string_view typed;
  std::string_view answer;
};

// Of ffmpeg, A1111, ComfyUI's and diffusers' scripts, Deforum and yt-dlp.
constexpr Habit kHabits[] = {
    {"-i", "the song stands alone: spectradiff render song.wav"},
    {"--input", "the song stands alone: spectradiff render song.wav"},
    {"--audio", "the song stands alone: spectradiff render song.wav"},
    {"--song", "the song stands alone: spectradiff render song.wav"},
    {"--out", "-o does that"},
    {"--outdir", "-o 'DIR/%05d.png' writes frames there, -o DIR/video.mp4 a video"},
    {"--output-dir", "-o 'DIR/%05d.png' writes frames there, -o DIR/video.mp4 a video"},
    {"-ss", "--start does that"},
    {"--end", "--duration says how much is rendered from --start on, --frames 120-240 which frames"},
    {"--stop", "--duration says how much is rendered from --start on, --frames 120-240 which frames"},
    {"-to", "--duration says how much is rendered from --start on, --frames 120-240 which frames"},
    {"-t", "--duration does that"},
    {"--length", "--duration does that"},
    {"--max-frames", "--frames 0-99 renders the first hundred"},
    {"-r", "--fps does that"},
    {"--framerate", "--fps does that"},
    {"--frame-rate", "--fps does that"},
    {"-s", "--size 512x512 does that"},
    {"-W", "--size 512x512 sets both sides"},
    {"-H", "--size 512x512 sets both sides"},
    {"--width", "--size 512x512 sets both sides"},
    {"--height", "--size 512x512 sets both sides"},
    {"--ar", "--aspect 9:16 does that"},
    {"--ratio", "--aspect 9:16 does that"},
    {"--aspect-ratio", "--aspect 9:16 does that"},
    {"--vertical", "--aspect 9:16 does that"},
    {"--resolution", "--size does that, and --output-size where the video is to be larger"},
    {"-c:v", "--video-codec does that"},
    {"--vcodec", "--video-codec does that"},
    {"-codec", "--video-codec does that"},
    {"--codec", "--video-codec and --audio-codec do that"},
    {"-c:a", "--audio-codec does that"},
    {"--acodec", "--audio-codec does that"},
    {"-b:a", "--audio-bitrate does that"},
    {"--bitrate", "--crf sets the quality of the picture, --audio-bitrate that of the sound"},
    {"-crf", "--crf does that"},
    {"-preset", "--encoder-preset does that; --preset takes the settings of a look"},
    {"--pix-fmt", "--pixel-format does that"},
    {"-pix_fmt", "--pixel-format does that"},
    {"-an", "--audio-codec none leaves the sound out"},
    {"--no-audio", "--audio-codec none leaves the sound out"},
    {"-n", "--negative-prompt does that"},
    {"-p", "--prompt does that"},
    {"--style", "--prompt says what is shown, --preset takes the settings of a look"},
    {"--look", "--preset takes the settings of a look"},
    {"--theme", "--preset takes the settings of a look"},
    {"--negative", "--negative-prompt does that"},
    {"--cfg", "--guidance does that"},
    {"--cfg-scale", "--guidance does that"},
    {"--guidance-scale", "--guidance does that"},
    {"--sampler", "--scheduler does that"},
    {"--sampler-name", "--scheduler does that"},
    {"--sampling-method", "--scheduler does that"},
    {"--denoise", "--strength does that"},
    {"--denoising-strength", "--strength does that"},
    {"--num-inference-steps", "--steps does that"},
    {"--sampling-steps", "--steps does that"},
    {"--ckpt", "--model takes a bundle; scripts/export_model.py makes one"},
    {"--checkpoint", "--model takes a bundle; scripts/export_model.py makes one"},
    {"-m", "--model does that"},
    {"--lora", "scripts/export_model.py --lora builds it into a model"},
    {"--controlnet", "scripts/export_model.py --controlnet builds it into a model"},
    {"--vae", "scripts/export_model.py --vae builds it into a model"},
    {"--cadence", "--diffuse-every does that"},
    {"--bpm", "--tempo does that"},
    {"--gpu", "--device cuda does that"},
    {"--cpu", "--device cpu does that"},
    {"--half", "--dtype float16 does that"},
    {"--fp16", "--dtype float16 does that"},
    {"--precision", "--dtype does that"},
    {"--format",
     "the name behind -o says the format: .mp4, .mov, .mkv, .webm, or .gif, .webp, .apng without sound"},
    {"--loglevel", "-q prints less, -v more"},
};

}  // namespace

std::string habit_answer(std::string_view option) {
  std::string name(option);
  // As others spell it: --cfg_scale.
  if (name.starts_with("--")) std::replace(name.begin() + 2, name.end(), '_', '-');
  const auto found = std::find_if(std::begin(kHabits), std::end(kHabits),
                                  [&](const Habit& habit) { return habit.typed == name; });
  return found == std::end(kHabits) ? "" : std::string(found->answer);
}

}  // namespace spectradiff
