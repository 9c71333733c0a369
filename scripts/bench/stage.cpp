// One stage by itself, for measuring: `spectradiff_stage paint SONG PAINTER SIZE FPS` paints every frame to
// nowhere; `spectradiff_stage hear SONG` analyses all features; `spectradiff_stage embed SONG WIDTH FPS` says
// what each way of telling 77 tokens of that width every frame's sound takes; `spectradiff_stage encode
// FRAMES.rgb SIZE FPS SONG OUT.mp4` encodes dumped RGB frames with the song's sound.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/frame_time.h"
#include "spectradiff/features/features.h"
#include "spectradiff/features/sound_embedding.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/executor.h"
#include "spectradiff/render/plan.h"

namespace spectradiff {
namespace {

class Nowhere : public FrameSink {
 public:
  void accept(int64_t, const Canvas&) override {}
};

Size size_of(const std::string& text) {
  const size_t x = text.find('x');
  return {std::stoi(text.substr(0, x)), std::stoi(text.substr(x + 1))};
}

int paint(const std::vector<std::string>& words) {
  AudioSource source = AudioSource::open(words[0]);
  RenderJob job;
  const auto& names = painter_names();
  job.paint.painter =
      static_cast<PainterKind>(std::find(names.begin(), names.end(), words[1]) - names.begin());
  job.paint.size = size_of(words[2]);
  job.analysis.fps = parse_rational(words[3], "fps");
  const Features features = analyze(source, job.analysis);
  const Plan plan = make_plan(job, source.info().sample_rate_hz, source.info().samples);
  Nowhere sink;
  const std::atomic<int> stop{0};
  const RunResult result =
      run_threaded({plan, features, sink, stop}, static_cast<int>(std::thread::hardware_concurrency()));
  std::printf("%lld\n", static_cast<long long>(result.frames));
  return 0;
}

int hear(const std::string& song) {
  AudioSource source = AudioSource::open(song);
  FeatureRequest wanted;
  wanted.all = true;
  for (int i = 0; i < 20; ++i) wanted.series.insert("mfcc_" + std::to_string(i));
  const Features features = analyze(source, {}, wanted);
  std::printf("%zu series, %.2f bpm, %s\n", features.series.size(), features.tempo_bpm, features.key.c_str());
  return 0;
}

int embed(const std::vector<std::string>& words) {
  AudioSource source = AudioSource::open(words[0]);
  AnalysisSettings settings;
  settings.fps = parse_rational(words[2], "fps");
  FeatureRequest wanted;
  wanted.sound = true;
  const Features features = analyze(source, settings, wanted);
  const char* const names[] = {"waveform", "fft", "melspectrogram", "mfcc"};
  for (const SoundFeature feature :
       {SoundFeature::waveform, SoundFeature::fft, SoundFeature::melspectrogram, SoundFeature::mfcc}) {
    const SoundEmbedder embedder(features.sound, 77, std::stoi(words[1]));
    const std::clock_t begin = std::clock();
    double sum = 0;
    for (int64_t frame = 0; frame < features.frames; ++frame) {
      const SoundPart part{feature, frame_sample_range(frame, kSoundRateHz, settings.fps)};
      sum += embedder.unit({&part, 1}).values.back();
    }
    std::printf("%s: %.2f s of one core (%g)\n", names[static_cast<size_t>(feature)],
                static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC, sum);
  }
  return 0;
}

int encode(const std::vector<std::string>& words) {
  std::ifstream frames(words[0], std::ios::binary);
  VideoSettings settings;
  settings.picture_size = settings.output_size = size_of(words[1]);
  settings.fps = parse_rational(words[2], "fps");
  auto source = std::make_shared<AudioSource>(AudioSource::open(words[3]));
  SoundTrack sound;
  sound.file = words[3];
  sound.lossless = source->info().lossless;
  sound.sample_rate_hz = source->info().sample_rate_hz;
  sound.channels = source->info().channels;
  sound.samples = source->info().samples;
  sound.read = [source](float* interleaved, int64_t count) { return source->read(interleaved, count); };
  VideoWriter writer(settings, words[4], std::move(sound));
  Canvas picture(settings.picture_size);
  auto& bytes = picture.bytes();
  while (frames.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
    writer.write(picture);
  std::printf("%lld\n", static_cast<long long>(writer.finish().pictures));
  return 0;
}

}  // namespace
}  // namespace spectradiff

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 5 && words[0] == "paint") return spectradiff::paint({words.begin() + 1, words.end()});
  if (words.size() == 2 && words[0] == "hear") return spectradiff::hear(words[1]);
  if (words.size() == 4 && words[0] == "embed") return spectradiff::embed({words.begin() + 1, words.end()});
  if (words.size() == 6 && words[0] == "encode") return spectradiff::encode({words.begin() + 1, words.end()});
  std::fprintf(stderr,
               "usage: spectradiff_stage paint SONG PAINTER SIZE FPS | hear SONG | embed SONG WIDTH FPS | "
               "encode FRAMES.rgb SIZE FPS SONG OUT.mp4\n");
  return 2;
}
