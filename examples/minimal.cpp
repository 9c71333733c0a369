// A song becomes a video: minimal SONG VIDEO [MODEL_FOLDER]; painted, and diffused by a model if given.
#include <atomic>
#include <cstdio>
#include <memory>

#include "spectradiff/audio/audio_source.h"
#include "spectradiff/base/file.h"
#include "spectradiff/diffusion/engine.h"
#include "spectradiff/media/video_writer.h"
#include "spectradiff/render/executor.h"

using namespace spectradiff;

static void render(const char* song_file, const char* video_file, const char* model_folder) {
  RenderJob job;
  job.paint.size = {256, 256};
  job.diffusion.prompt = "iceland vista, cinematic";
  job.diffusion.batch_size = 1;
  AudioSource song = AudioSource::open(song_file);
  const AudioInfo& info = song.info();
  const Features features = analyze(song, job.analysis);
  const Plan plan = make_plan(job, info.sample_rate_hz, info.samples);

  Manifest manifest;
  std::unique_ptr<Networks> networks;
  std::unique_ptr<Diffuser> diffuser;
  if (model_folder != nullptr) {
    manifest = read_manifest(model_folder);
    verify_files(manifest);
    networks = load_networks(manifest, {});
    diffuser = std::make_unique<Diffuser>(*networks, manifest, DiffuserSettings{});
  }

  song.seek(0);
  const auto samples = [&](float* interleaved, int64_t frames) { return song.read(interleaved, frames); };
  const SoundTrack sound{song_file,     info.lossless, true,   info.sample_rate_hz,
                         info.channels, info.samples,  samples};
  VideoSettings video;
  video.container = container_of(video_file);
  video.fps = job.analysis.fps;
  video.picture_size = video.output_size = job.paint.size;
  PartFile part(video_file);  // the name appears when all of it is there
  VideoWriter writer(video, part.path(), sound);
  VideoSink sink(writer);
  const std::atomic<int> stop{0};
  const RunResult result = run_threaded({job, plan, features, diffuser.get(), sink, stop, {}}, 2);
  writer.finish();
  part.commit(true);
  std::printf("%s: %lld frames\n", video_file, static_cast<long long>(result.frames));
}

int main(int argc, char** argv) try {
  if (argc < 3) throw Error(ErrorKind::usage, "usage: minimal SONG VIDEO [MODEL_FOLDER]");
  render(argv[1], argv[2], argc > 3 ? argv[3] : nullptr);
} catch (const Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return exit_code(error.kind());
}
