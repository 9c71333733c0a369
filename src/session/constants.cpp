#include "constants.h"

#include <algorithm>

#include "run_diffusers.h"
#include "spectradiff/base/digest.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/config/anchor_plan.h"
#include "spectradiff/diffusion/prompt_text.h"
#include "spectradiff/media/picture_reader.h"
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
    const std::vector<std::filesystem::path> files = picture_files(path, key);
    digests[key] = digest_of_files(files);
    // What is no picture is known before a model is loaded.
    const PictureReader readable(files.front(), Rgb());
  };
  if (state.input.analysis)
    digests["analysis_audio"] = state.shared.digests.of_file(state.input.analysis->file());
  if (reads_image(job.paint)) add_pictures("image", job.paint.image.path);
  if (!job.analysis.beats.file.empty()) {
    check_there("beats", job.analysis.beats.file);
    digests["beats"] = state.shared.digests.of_file(job.analysis.beats.file);
  }
  const auto add_named = [&](const std::string& option, const std::map<std::string, std::string>& files) {
    for (const auto& [name, file] : files) digests[option + ":" + name] = state.shared.digests.of_file(file);
  };
  add_named("stem", job.input.stems);
  add_named("midi", job.input.midi);
  add_named("labels", job.input.labels);
  if (!state.settings.diffuses) return digests;
  const DiffusionSettings& diffusion = job.diffusion;
  if (!job.scenes.empty()) digests["scenes"] = sha256_hex(json_text(scenes_to_json(job.scenes)));
  if (!diffusion.prompts.empty())
    digests["prompts"] = sha256_hex(json_text(prompts_to_json(diffusion.prompts)));
  if (const auto& notes = diffusion.conditioning.notes; !notes.empty())
    digests["notes"] = sha256_hex(json_text(Json(notes)));
  if (!diffusion.control_image.empty()) add_pictures("control_image", diffusion.control_image);
  if (!diffusion.control_video.empty()) add_pictures("control_video", diffusion.control_video);
  if (!job.journey.reference.empty()) add_pictures("reference", job.journey.reference);
  if (!job.journey.depth_video.empty()) add_pictures("depth", job.journey.depth_video);
  return digests;
}

// Frames of a batch. Left open: as many as the model has compiled code for, or enough to fill the device and
// little enough for its memory.
int slots_of(const RenderJob& job, const Manifest& model, const std::string& device) {
  const Size size = job.paint.size;
  if (job.diffusion.batch_size > 0) return job.diffusion.batch_size;
  if (model.compiled && model.compiled->size == size) return model.compiled->batch_size;
  if (device.starts_with("cuda")) return 8;
  if (device.starts_with("mps")) return 2;
  constexpr int kSmallPicture = 448 * 256;
  return size.width * size.height <= kSmallPicture ? 8 : 2;
}

DiffusionConstants diffusion_constants(SessionState& state) {
  const RenderJob& job = state.settings.job;
  const Manifest& model = *state.settings.model();
  const EngineFacts facts = engine_facts(model, engine_request(state));
  DiffusionConstants constants;
  constants.model = model.name;
  constants.model_sha256 = model.sha256;
  constants.scheduler = job.diffusion.scheduler;
  constants.steps = job.diffusion.steps;
  constants.strength_mode = job.diffusion.strength_mode;
  constants.eta = job.diffusion.eta;
  constants.guided = state.settings.is_guided();
  constants.coherent = is_coherent(job);
  constants.reading = job.diffusion.reading;
  constants.control_map = job.diffusion.control_map;
  constants.device_class = facts.device_class;
  constants.dtype = facts.dtype;
  constants.engine = facts.engine;
  constants.threads = facts.threads;
  constants.slots = slots_of(job, model, facts.device);
  return constants;
}

}  // namespace

void settle_showing(SessionState& state) {
  Constants& constants = state.plan.constants;
  if (state.interpolation) constants.interpolation_sha256 = state.interpolation->sha256;
  if (state.upscaling) {
    constants.upscale_sha256 = state.upscaling->sha256;
    constants.upscale_scale = state.upscaling->scale;
  }
  constants.video = video_constants(state.settings.job, state.target, state.encoders);
}

void settle_constants(SessionState& state) {
  const RenderJob& job = state.settings.job;
  Constants& constants = state.plan.constants;
  constants.song.sha256 = state.shared.digests.of_file(state.input.song.file());
  constants.files = digests_of_files(state);
  constants.paint = settled(job.paint);
  constants.diffusion.reset();
  if (state.settings.diffuses) constants.diffusion = diffusion_constants(state);
  settle_showing(state);
}

// A picture of a chain needs the one before, so a batch holds one of each chain at most, and the rest of it
// is padding that costs as much as pictures do.
void fit_slots_to_chains(SessionState& state, int64_t chains) {
  auto& diffusion = state.plan.constants.diffusion;
  const Manifest* model = state.settings.model();
  if (!diffusion || state.settings.job.diffusion.batch_size > 0) return;
  if (model->compiled && model->compiled->size == state.settings.job.paint.size) return;
  constexpr int64_t kMostOnCpu = 2;
  const bool on_cpu = diffusion->device_class.starts_with("cpu");
  const int64_t most = on_cpu ? std::min(kMostOnCpu, chains) : chains;
  diffusion->slots = static_cast<int>(std::min<int64_t>(diffusion->slots, most));
}

void count_text_chunks(SessionState& state) {
  auto& diffusion = state.plan.constants.diffusion;
  if (!diffusion || diffusion->reading.long_prompts != LongPrompts::chunk) return;
  const Manifest& model = *state.settings.model();
  std::vector<Tokenizer> tokenizers;
  tokenizers.emplace_back(model.folder, model.tokenizer);
  if (model.second_tokenizer) tokenizers.emplace_back(model.folder, *model.second_tokenizer);
  for (const auto& [prompt, negative] : state.plan.prompts) {
    for (const std::string& text : {prompt, negative}) {
      const size_t chunks = read_prompt(tokenizers, text, diffusion->reading).chunks.size();
      diffusion->text_chunks = std::max(diffusion->text_chunks, static_cast<int>(chunks));
    }
  }
}

}  // namespace spectradiff
