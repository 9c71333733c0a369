#include "topics.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace spectradiff {
namespace {

struct Topic {
  const char* name;
  const char* text;
};

constexpr std::array<Topic, 6> kTopics = {{
    {"camera", R"text(Camera: what moves in the picture, and how far.

A journey makes each picture from the one before, moved by a camera, with a little of the painting laid over it:
  spectradiff render song.wav --chain section --zoom 1.4 --turn 10
  spectradiff render song.wav --chain beats:16 --zoom "1.1 + 0.8*level_rel*decay(beat_phase, 0.3)" --pan-x 0.05
--chain says where it begins anew: section, section:32 (and in it every 32 beats), song, beats:16 or a time. --zoom is
growth in a second (1.3 is a calm flight, 3 a fast one), --turn degrees, --pan-x and --pan-y widths and heights a
second: any frame rate shows the same motion. --centre-x and --centre-y move its middle, --border says what comes in
from beyond.
--forward flies into the picture, --yaw and --pitch look aside and up (--fov is the angle of view), --flip-x, -y and -z
turn it as a page turns; --depth says what is near and so goes further: luminance, radial, painter or a depth video:
  spectradiff render song.wav --chain section --forward 0.4 --yaw "8*sin(t)" --depth radial
--chain-strength (0.3 to 0.5) is how much each picture changes, --paint-over how much painting it takes up; at strength
0 a picture is only moved: it stands where the camera does. With --diffuse-every 2 the camera alone makes every second
picture, in half the time, and more of its motion is seen. --colour-match, --sharpen and --chain-noise keep a long way
from washing out.
The look of mini travels so by itself, at --strength; a preset does as it says, and --chain none makes each picture
from its painting alone.

Key frames: --signal "way=keys 0s 1, 2.5s 1.6, 4s 1" goes along lines between them. --import takes Deforum's settings
or a manifest that Parseq rendered, and names what has no meaning here; --print-config shows what became of it, flags
win over it. --camera-pace frame moves what stands in one frame alone into that frame:
  spectradiff render song.wav --import deforum.txt --paint-over 0.2
  spectradiff render song.wav --chain song --camera-pace frame --zoom "1 + 20*beat"

Without a chain every picture is its own, and the painting moves where its numbers do:
  spectradiff paint song.wav --paint-zoom "1 + 0.3*build" --paint-turn "10*bars"
  spectradiff paint song.wav --mark-drift "0.1*beats" --symmetry mirror

What is painted can go on by itself, pulled over a mesh as in MilkDrop, under what comes; each section begins anew:
  spectradiff paint song.wav --mesh-zoom "1.3 + 2*decay(beat_phase, 0.3)" --mesh-rot 30 --mesh-warp 2 --mesh-decay 0.5

The noise moves what is diffused. --seed-travel goes from one seed's noise to the next: what adds up there goes on,
what stands still holds the picture; --walk takes it round a circle, or by a closed way back to where it began:
  spectradiff render song.wav --signal "way=0.5 + 3*clamp(onset_rel - 1, 0, 2) | integrate" --seed-travel way
  spectradiff render song.wav --walk closed --loop
--walk-regions moves parts of the picture by what you name, and masks fade between them:
  spectradiff render song.wav --walk-regions bottom=bass,top=treble --walk-distance 0.2
--region-prompts tells them prompts of their own, --region-amounts how much by what you name:
  spectradiff render song.wav --region-prompts "bottom=lava | top=stars" --region-amounts bottom=bass,top=treble

What flickers calms down with --attack, --release and --blend-previous, or with --diffuse-every 4, which makes the
frames between from those around them: --interpolate flow follows each pixel and knows the camera, --diffuse-on beats
diffuses every first beat of a bar. --camera-noise 0.5 lets half of the noise go along with the camera.
--coherence puts each frame together from what its section's anchor shows, and --reference from what a picture of
yours shows; music may loosen it. They need a model that was exported with --attention-bank:
  spectradiff render song.wav --model ./my-model --coherence "1 - 0.7*onset"
  spectradiff render song.wav --model ./my-model --reference painting.jpg
`spectradiff help music` has the words of expressions.
)text"},
    {"music", R"text(Music: from sound to numbers, and from numbers to pictures.

What is heard, as a picture or as text:
  spectradiff analyze song.wav --plot song.png
  spectradiff analyze song.wav --csv - --series onset,loudness

Options marked ◇ in --help take an expression, worked out for every frame:
  spectradiff render song.wav --strength "0.45 + 0.25*onset"
Its words: rms, onset, bass, mid, treble, chroma_a … (0..1 over the song); bass_rel, level_rel, onset_rel (now
against the last seconds, about 1, so that one look fits every song); beat, beat_phase, beats, bars, since_beat;
section, section_phase, section_energy, label, drop, build; t in seconds. `render --help` lists all of them.
norm(onset, 95) makes a percentile of the song the full level, norm(onset, 95, 8s) that of the seconds around;
rel(bass, 4s) reads against the last seconds, quantize(onset, 1bar) changes on bars alone; osc_cosine(bars/4) swings.

A series of your own, with a shape:
  spectradiff paint song.wav --signal "kick=band 40 120 | env 1f 6f | norm 95" --mark-size "16 + 24*kick"

From beside the song: --stem drums=drums.wav is stem:drums, its level; --midi kit=kit.mid is midi:kit, the velocity
of what sounds, midi:kit:36 that of one note, pitch:kit the last note's number; --labels marks=labels.txt (Audacity's)
is labels:marks, 1 where a label is. change, for options of diffusion, is how much the painting changes:
  spectradiff render song.wav --stem drums=drums.wav --strength "0.4 + 0.4*stem:drums" --guidance "4 + 6*change"

Where it hears amiss, say what is right: --tempo 126, --first-beat 0.35, --beats-per-bar 3, or --beats FILE with a
time per line. --analysis-audio drums.wav paints from a stem and keeps the song's sound.
What came of it: --dry-run prints every frame's numbers, --stats and `spectradiff measure` how well changes meet
the beat, --report a page with all of it.
)text"},
    {"prompts", R"text(Prompts: what is shown, and when.

  spectradiff render song.wav --prompt "iceland vista, cinematic" --negative-prompt "text, blurry"
Without a prompt the model picks one of its own that suits the song, and says which.

Over the song, by times or by sections (chorus, drop, A, B, …):
  spectradiff render song.wav --prompts story.txt --prompt-blend slerp
  spectradiff render song.wav --scenes scenes.txt
story.txt has lines such as `1:30: a storm at sea | strength +0.2 | seed 7`: any option with ◇ may stand there, +0.2
adds, =0.2*onset sets, \| is a bar. Words and numbers go from line to line, noise along the arc between its seeds.
scenes.txt has `chorus: fireworks | strength +0.2 | cut`. LRC and SubRip files are taken as they are: lyrics become
prompts.

By notes: --notes FILE has twelve prompts, C to B, and chroma moves between them.
By sound: --sound-embedding melspectrogram makes the sound itself the prompt.

--guidance says how strictly it is followed, --prompt-weighting a1111 reads (word:1.3), --long-prompts chunk takes
more words than the model reads at once. --seed chooses another picture for the same words.
To choose among looks before anything long: `spectradiff try song.wav`.
)text"},
    {"models", R"text(Models: what paints over the painting.

  spectradiff model list
  spectradiff model info mini
mini comes with the program: small, quick on any processor, made for 256x256 and 448x256, and it knows landscapes,
skies, cities and the like. Others are exported from Hugging Face or a checkpoint file, once:
  python scripts/export_model.py SOURCE my-model
  spectradiff model check ./my-model
  spectradiff render song.wav --model ./my-model
--lora, --vae and --controlnet of the exporter build these in, --attention-bank what --coherence needs. A model that
neither ships nor was exported here is refused until you trust it: `spectradiff model trust ./my-model`.

A network that enlarges pictures, such as a TorchScript trace of ESRGAN, and one that makes pictures between others,
such as one of FILM, become bundles too (--upscale none does without one that a model brings):
  python scripts/export_upscaler.py esrgan.pt sharp
  spectradiff render song.wav --aspect 16:9 --upscale ./sharp
  python scripts/export_interpolator.py film.pt between
  spectradiff render song.wav --diffuse-every 4 --interpolation-model ./between

Where it runs: --device cuda, mps or cpu, --dtype float16 or bfloat16; `spectradiff doctor` says what is there.
How long it takes: --steps, the few-step models' --scheduler lcm, a small --size with a large --output-size, and
--diffuse-every count most; --draft is half the size, at most 12 steps and every fourth frame.
)text"},
    {"sharing", R"text(Sharing: sizes, files and what they hold.

  spectradiff render song.wav --aspect 9:16
  spectradiff render song.wav --aspect 16:9 --output-size 4k
--aspect 16:9, 9:16, 1:1 or 4:5 chooses a --size that the model knows and an --output-size of 1080 pixels on its shorter
side; 720p, 1080p, 1440p and 4k are sizes too. Pictures are scaled; --fit cover, contain or stretch says how.

mp4 with h264 plays everywhere; --crf 24 makes it smaller, --crf 14 better. .mov with --video-codec prores is for
editors, .webm for pages, 'frames/%05d.png' for everything else. The song's own sound is copied where the container
takes it. A part of the song: --start 1:05 --duration 30s.

Loops, which play for ever and have no sound, and whose size is kept to:
  spectradiff render song.wav --start 1:05 --duration 4s -o loop.webp
  spectradiff render song.wav --start 1:05 --duration 4s --walk closed --loop -o loop.gif --max-bytes 8M
--max-bytes lets colours or quality, then the size, then the rate give way, in this order, and says what it came to.
WebP is several times smaller than GIF at the same looks, APNG exact and large.

To lay a painting over other pictures, leave its background out; alpha is kept by prores in .mov, vp9 in .webm, ffv1
in .mkv, WebP, APNG and PNG:
  spectradiff paint song.wav --painter circles --background transparent -o overlay.mov
  spectradiff paint song.wav --painter pie --base plain --background transparent -o 'frames/%05d.png'

Strong flicker can harm: --stats counts flashes, --flash-limit 3 keeps to what WCAG 2.3.1 allows.

A finished video knows how it was made: `render song.wav --from video.mp4` makes it again, --print-config shows its
settings. For people: --report page.html, one page with pictures, waveform, numbers and the command.
)text"},
    {"cluster", R"text(Many songs, many machines, long nights.

Many jobs with the model loaded once, from a list; what is done is skipped, by content:
  spectradiff batch jobs.jsonl --json
  spectradiff render song.wav --sweep strength=0.4,0.6,0.8

A render that is stopped or killed goes on with the same command and makes the same bytes: finished frames lie in
OUTPUT.spectradiff beside the output, each within a second. Another codec costs no frame, another prompt for one scene
that scene. --time-limit 3h30m stops by itself in time, --keep-frames keeps them when all is done. That file also
claims the output's name: a second process is told at once, and what a dead one left is taken over. `paint`
keeps nothing: painting anew is as quick. What it will take, pictures, time and bytes, is said first, by --dry-run too;
a disk that cannot hold it is refused, and --force goes on.

One song on several machines: each makes a shard, a nearly equal part of the frames, in any order:
  spectradiff render song.wav -o video.mp4 --shard 1/4
  spectradiff assemble video.mp4.*-of-4.spectradiff -o video.mp4
assemble needs the song, and neither model nor device. It checks that every frame is there once and belongs to the
same plan, names what is missing with the --shard that makes it, and gives the bytes of a single run. Shards must be
made alike: the same settings, program and kind of device, and on processors the same --threads. A journey is only cut
where a chain begins. A GPU per process: CUDA_VISIBLE_DEVICES=2 spectradiff render …

A network disk must keep locks for the store, an SQLite file: NFS 4 does, NFS 3 with its lock daemon. Where it does
not, or is slow, write to the machine's own disk (-o /tmp/v.mp4) and copy what is complete.

For scripts: exit codes say whether trying again helps (`spectradiff man`), --json tells events line by line,
--dry-run prints the plan, which --plan FILE renders, edited or not. --threads, --device and --batch-size say what
one process takes of its machine; SIGUSR1 makes it say where it is.
)text"},
}};

const Topic* find_topic(std::string_view name) {
  const auto* const found =
      std::find_if(kTopics.begin(), kTopics.end(), [&](const Topic& topic) { return topic.name == name; });
  return found == kTopics.end() ? nullptr : found;
}

}  // namespace

std::vector<std::string> topic_names() {
  std::vector<std::string> names;
  for (const Topic& topic : kTopics) names.emplace_back(topic.name);
  return names;
}

bool is_topic(const std::string& name) {
  return find_topic(name) != nullptr;
}

std::string topic_text(const std::string& name) {
  return find_topic(name)->text;
}

}  // namespace spectradiff
