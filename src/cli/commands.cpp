#include "commands.h"

#include <algorithm>
#include <cstdint>

namespace spectradiff {
namespace {

constexpr size_t kAnyNumber = SIZE_MAX;

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {.name = "render",
       .operands = "AUDIO",
       .most_operands = 1,
       .needs = "a sound file, or - for stdin: spectradiff render song.wav",
       .summary = "make a music video: paint every frame from the spectrum, diffuse it, add the song",
       .options = kRenderAlone,
       .runs_networks = true,
       .examples =
           R"(  spectradiff render song.wav --prompt "iceland vista, cinematic" --strength 0.75 --fps 15
  spectradiff render song.wav --draft -o draft.mp4
  spectradiff render song.flac --model ./my-model --preset spectral-pie -o video.mkv
  spectradiff render song.wav --frames 120-150 -o 'look/%05d.png'
  spectradiff render song.wav --sweep strength=0.4,0.6,0.8 --frames 0-75
  cat song.wav | spectradiff render - -o - | mpv -
)",
       .run = run_pictures},
      {.name = "paint",
       .operands = "AUDIO",
       .most_operands = 1,
       .needs = "a sound file, or - for stdin: spectradiff paint song.wav",
       .summary = "the painted pictures alone, without a model: what render starts from",
       .options = kPaint,
       .examples = R"(  spectradiff paint song.wav -o painted.mp4
  spectradiff paint song.wav --painter pie --pie-span 360 --output-size 1280x720
  spectradiff paint song.wav -o 'init/%05d.png'
)",
       .run = run_pictures},
      {.name = "try",
       .operands = "AUDIO",
       .most_operands = 1,
       .needs = "a sound file, or - for stdin: spectradiff try song.wav",
       .summary = "one picture to choose by: the loudest, quietest and most changing moments in eight looks",
       .options = kTry,
       .runs_networks = true,
       .examples = R"(  spectradiff try song.wav
  spectradiff try song.wav --looks plain,aurora,kick --prompt "a lighthouse in a storm" -o looks.png
)",
       .run = run_try},
      {.name = "analyze",
       .operands = "AUDIO",
       .most_operands = 1,
       .needs = "a sound file, or - for stdin: spectradiff analyze song.wav",
       .summary = "measure a song: tempo, key, beats and curves, as text, CSV, JSON or a picture",
       .options = kAnalyze,
       .examples = R"(  spectradiff analyze song.wav
  spectradiff analyze song.wav --plot song.png
  spectradiff analyze song.wav --csv - --series rms,onset | awk -F, 'NR > 1 && $4 > 0.5 {print $2}'
  spectradiff analyze song.wav --json-out - | jq .scalars.tempo_bpm
)",
       .run = run_analyze},
      {.name = "batch",
       .operands = "FILE",
       .most_operands = 1,
       .needs = "a file of jobs, or - for stdin: spectradiff batch jobs.json",
       .summary = "many renders in one call, from a file of jobs (JSON, one or many lines; - is stdin)",
       .options = kBatch,
       .runs_networks = true,
       .examples = R"(  spectradiff batch jobs.json
  spectradiff batch jobs.jsonl --json --fail-fast
  for song in *.wav; do echo "{\"audio\": \"$song\"}"; done | spectradiff batch - --preset funky
  spectradiff batch jobs.json --dry-run
)",
       .run = run_batch},
      {.name = "assemble",
       .operands = "STORE...",
       .most_operands = kAnyNumber,
       .needs = "the stores of all shards: spectradiff assemble video.mp4.*-of-4.spectradiff -o video.mp4",
       .summary = "make the video of what render --shard has made in parts; what is not given here is as it "
                  "was there",
       .options = kAssemble,
       .examples = R"(  spectradiff render song.wav -o video.mp4 --shard 2/4   # and 1/4, 3/4, 4/4, anywhere
  spectradiff assemble video.mp4.*-of-4.spectradiff -o video.mp4
  spectradiff assemble video.mp4.*-of-4.spectradiff -o small.mp4 --crf 30 --output-size 640x360
)",
       .run = run_assemble},
      {.name = "still",
       .operands = "SOUND...",
       .most_operands = kAnyNumber,
       .needs = "sounds: spectradiff still bell.wav -o bell.png",
       .summary =
           "one picture of each sound, file, list (.txt) or folder: the whole of it becomes the prompt",
       .options = kStill,
       .runs_networks = true,
       .examples = R"(  spectradiff still bell.wav -o bell.png
  spectradiff still recordings -o stills --sound-embedding mfcc --prompt "the sea"
)",
       .run = run_still},
      {.name = "sonify",
       .operands = "PICTURE",
       .most_operands = 1,
       .needs = "a picture: spectradiff sonify picture.png -o sound.wav",
       .summary = "make sound of a picture",
       .options = kSonify,
       .examples = R"(  spectradiff sonify picture.png --channels red -o red.wav
  spectradiff sonify picture.png --stretch 3 -o average.flac
  spectradiff sonify picture.png --method chirp --duration 30 -o - | mpv -
)",
       .run = run_sonify},
      {.name = "slow",
       .operands = "AUDIO",
       .most_operands = 1,
       .needs = "a sound file, or - for stdin: spectradiff slow song.wav",
       .summary = "a song slowed down, at the same pitch, until a beat lasts a whole number of frames",
       .options = kSlow,
       .examples = R"(  spectradiff slow song.wav --fps 30
  spectradiff slow song.wav --fps 30 --tempo 128 --frames-per-beat 16 -o slow.flac
  spectradiff slow song.wav --fps 15 -o - | spectradiff render - --fps 15 -o slow.mp4
)",
       .run = run_slow},
      {.name = "measure",
       .operands = "VIDEO [SONG]",
       .most_operands = 2,
       .needs = "a video: spectradiff measure video.mp4 song.wav",
       .summary = "how a video meets its music: flicker, beats, lag, flashes, drift; for any video, not only "
                  "from here",
       .options = kMeasure,
       .examples = R"(  spectradiff measure video.mp4
  spectradiff measure video.mp4 song.wav --report page.html
  spectradiff measure video.mp4 song.wav --tempo 126
  spectradiff measure chorus.mp4 song.wav --start 1:05 --json | jq .measures.beat_alignment_z
)",
       .run = run_measure},
      {.name = "model",
       .operands = "list|info|check|trust [NAME|DIR]",
       .most_operands = 1,
       .summary = "list models, show what one holds, test it, or permit it to run",
       .options = kOthers,
       .runs_networks = true,
       .actions = {"list", "info", "check", "trust"},
       .examples = R"(  spectradiff model list
  spectradiff model info ./my-model
  spectradiff model check ./my-model --json
  spectradiff model trust ./my-model
)",
       .run = run_model},
      {.name = "presets",
       .operands = "list|show [NAME]",
       .most_operands = 1,
       .summary = "list or show named settings",
       .options = kOthers,
       .actions = {"list", "show"},
       .examples = R"(  spectradiff presets list
  spectradiff presets show funky
)",
       .run = run_presets},
      {.name = "doctor",
       .summary = "check this computer: what is there, what is missing and what to do",
       .options = kOthers,
       .examples = "  spectradiff doctor\n",
       .run = run_doctor},
      {.name = "completion",
       .operands = "bash|zsh|fish",
       .summary = "print a script that lets this shell complete commands and options",
       .options = kOthers,
       .actions = {"bash", "zsh", "fish"},
       .examples = R"(  spectradiff completion bash > ~/.local/share/bash-completion/completions/spectradiff
  spectradiff completion zsh > ~/.zfunc/_spectradiff
  spectradiff completion fish > ~/.config/fish/completions/spectradiff.fish
)",
       .run = run_completion},
      {.name = "man",
       .summary = "print the manual page: spectradiff man | man -l -",
       .options = kOthers,
       .examples = "  spectradiff man | man -l -\n",
       .run = run_man},
  };
  return table;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const Command& command : commands()) names.push_back(command.name);
  return names;
}

std::vector<std::string> commands_with(const Option& option) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.has(option)) names.push_back(command.name);
  }
  return names;
}

const Command& command_named(const std::string& name) {
  return *std::find_if(commands().begin(), commands().end(),
                       [&](const Command& command) { return command.name == name; });
}

}  // namespace spectradiff
