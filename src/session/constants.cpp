#include "constants.h"

#include <algorithm>

#include "run_diffusers.h"
#include "spectradiff/base/digest.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/base/threads.h"
#include "spectradiff/paint/picture_source.h"
#include "video_output.h"

namespace spectradiff {
namespace {

bool reads_image(const PaintSettings& paint) {
  return paint.painter == PainterKind::image || paint.base.kind == BaseLayer::Kind::image;
}

// Option key → digest of the content that it names, of everything that is read beside song and model.
std::map<std::string, std::string> digests_of_files(SessionState& state) {
  const RenderJob& job = state.settings.job;
  std::map<std::string, std::string> digests;
  const auto add_pictures = [&](const std::string& key, const std::string& path) {
    digests[key] = digest_of_files(picture_files(path, key));
  };
  if (state.input.analysis) digests["analysis_audio"] = state.shared.digests.of_file(state.input.analysis->file());
  if (reads_image(job.paint)) add_pictures("image", job.paint.image.path);
  if (!job.analysis.beats.file.empty())
    digests["beats"] = state.shared.digests.of_file(job.analysis.beats.file);
  if (!state.settings.diffuses) return digests;
  const DiffusionSettings& diffusion = job.diffusion;
  if (!diffusion.prompts.empty()) digests["prompts"] = sha256_hex(json_text(prompts_to_json(diffusion.prompts)));
  if (!diffusion.control_image.empty()) add_pictures("control_image", diffusion.control_image);
  if (!diffusion.control_video.empty()) add_pictures("control_video", diffusion.control_video);
  return digests;
}

DiffusionConstants diffusion_constants(SessionState& state) {
  const RenderJob& job = state.settings.job;
  const Manifest& model = *state.settings.model();
  const EngineReport report = engine_report();
  struct Facts { std::string device, device_class, dtype, engine; int threads; } facts;
  facts.device = job.diffusion.device == "auto" ? report.devices.front().name : job.diffusion.device;
  for (const auto& d : report.devices) if (d.name == facts.device) { facts.device_class = d.description; facts.dtype = d.dtypes.front(); }
  if (job.diffusion.dtype != "auto") facts.dtype = job.diffusion.dtype;
  facts.engine = "libtorch " + report.torch_version;
  facts.threads = thread_count(job.threads);
  DiffusionConstants constants;
  constants.model = model.name;
  constants.model_sha256 = model.sha256;
  constants.scheduler = job.diffusion.scheduler;
  constants.steps = job.diffusion.steps;
  constants.strength_mode = job.diffusion.strength_mode;
  constants.eta = job.diffusion.eta;
  constants.guided = job.is_guided();
  constants.reading = job.diffusion.reading;
  constants.device_class = facts.device_class;
  constants.dtype = facts.dtype;
  constants.engine = facts.engine;
  constants.threads = facts.threads;
  constants.slots = job.diffusion.batch_size;
  if (constants.slots == 0 && model.compiled && model.compiled->size == job.paint.size) constants.slots = model.compiled->batch_size;
  if (constants.slots == 0) constants.slots = job.paint.size.width * job.paint.size.height <= 448 * 256 ? 8 : 2;
  return constants;
}

}  // namespace

void settle_constants(SessionState& state) {
  const RenderJob& job = state.settings.job;
  Constants& constants = state.plan.constants;
  constants.song.sha256 = state.shared.digests.of_file(state.input.song.file());
  constants.files = digests_of_files(state);
  constants.paint = settled(job.paint);
  constants.diffusion.reset();
  if (state.settings.diffuses) constants.diffusion = diffusion_constants(state);
  if (state.interpolation) constants.interpolation_sha256 = state.interpolation->sha256;
  constants.video = video_constants(job, state.target, state.encoders);
}

}  // namespace spectradiff
