#include "diffusion_stage.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "chain_init.h"
#include "frame_error.h"

namespace spectradiff {
namespace {

Painted copy_of(const Painted& painted) {
  return {painted.painting.clone(), painted.control.clone(), painted.overlay};
}

bool are_equal(const Painted& a, const Painted& b) {
  return a.painting.bytes() == b.painting.bytes() && a.control.bytes() == b.control.bytes() &&
         a.overlay == b.overlay;
}

// Apart from what only the painting and the row's place are made from.
bool are_diffused_alike(Recipe a, const Recipe& b) {
  a.frame = b.frame;
  a.chain = b.chain;
  a.painting = b.painting;
  a.view = b.view;
  a.border = b.border;
  a.way = b.way;
  return a == b;
}

}  // namespace

DiffusionStage::DiffusionStage(const Run& run, const std::vector<Batch>& batches,
                               std::function<Painted(const Recipe&)> paint)
    : run_(run),
      paint_(std::move(paint)),
      gives_colours_(run.plan.rows.size()),
      latest_(static_cast<size_t>(run.plan.constants.diffusion->slots)),
      begun_(latest_.size()),
      colours_(latest_.size()) {
  for (const Batch& batch : batches) {
    for (const SlottedRow& each : batch) {
      const auto& colours_of = run.plan.rows[each.row].init.colours_of;
      if (colours_of && !is_kept(*colours_of))
        gives_colours_[static_cast<size_t>(find_row(run.plan, *colours_of) - run.plan.rows.begin())] = true;
    }
  }
}

bool DiffusionStage::must_wait(const Batch& batch) const {
  return !running_.empty() && std::any_of(batch.begin(), batch.end(), [&](const SlottedRow& each) {
    return run_.plan.rows[each.row].init.previous.has_value();
  });
}

bool DiffusionStage::is_ready() const {
  return !running_.empty() && (!running_.front().ticket || running_.front().ticket->is_ready());
}

bool DiffusionStage::begin(const Batch& batch, std::vector<Painted> painted) {
  for (size_t i = 0; i < batch.size(); ++i) {
    const Recipe& row = run_.plan.rows[batch[i].row];
    Canvas& init = painted[i].painting;
    init = at_frame(row.frame, "init", [&] { return init_of(row, batch[i].slot, std::move(init)); });
    if (run_.inits && is_diffused(row) && !row.init.from_noise)
      at_frame(row.frame, "init", [&] { run_.inits(row.frame, init); });
  }
  if (!is_diffused(run_.plan.rows[batch.front().row])) {
    for (const SlottedRow& each : batch) begun_[each.slot].row = nullptr;
    running_.push_back({&batch, false, std::move(painted), {}, {}, std::nullopt});
    return true;
  }
  if (repeats(batch, painted)) {
    running_.push_back({&batch, true, {}, {}, {}, std::nullopt});
    return true;
  }
  for (size_t i = 0; i < batch.size(); ++i) {
    const Recipe& row = run_.plan.rows[batch[i].row];
    begun_[batch[i].slot] = row.init.previous ? Begun{} : Begun{&row, copy_of(painted[i])};
  }
  anchors_ = anchors_of(batch);
  const auto request = [&](size_t i) {
    const Recipe& row = run_.plan.rows[batch[i].row];
    FrameRequest made = request_of(row, painted[i]);
    if (row.anchor) made.anchor = &anchors_.at(*row.anchor)->anchor;
    return made;
  };
  std::vector<FrameRequest> requests(latest_.size(), request(0));
  for (size_t i = 0; i < batch.size(); ++i) requests[batch[i].slot] = request(i);
  next_ = {&batch, false, std::move(painted), anchors_, std::move(requests), std::nullopt};
  return submit();
}

bool DiffusionStage::repeats(const Batch& batch, const std::vector<Painted>& painted) const {
  for (size_t i = 0; i < batch.size(); ++i) {
    const Begun& latest = begun_[batch[i].slot];
    if (latest.row == nullptr || !are_diffused_alike(run_.plan.rows[batch[i].row], *latest.row) ||
        !are_equal(painted[i], latest.painted))
      return false;
  }
  return true;
}

bool DiffusionStage::submit() {
  next_.ticket = at_frame(run_.plan.rows[next_.batch->front().row].frame, "diffuse", [&] {
    return run_.diffuser->submit(next_.requests, [&] { return is_cancelled(); });
  });
  if (!next_.ticket) return false;
  running_.push_back(std::move(next_));
  return true;
}

std::optional<std::vector<Frame>> DiffusionStage::finish() {
  if (is_cancelled()) return std::nullopt;
  Running running = std::move(running_.front());
  running_.erase(running_.begin());
  const Batch& batch = *running.batch;
  auto pictures = pictures_of(std::move(running));
  if (!pictures) return std::nullopt;
  std::vector<Frame> frames;
  for (size_t i = 0; i < batch.size(); ++i) {
    const auto [row, slot] = batch[i];
    Canvas& picture = (*pictures)[i];
    const int64_t frame = run_.plan.rows[row].frame;
    if (gives_colours_[row]) colours_[slot] = {frame, colour_moments(picture)};
    latest_[slot] = picture.clone();
    frames.push_back({frame, std::move(picture)});
  }
  return frames;
}

std::optional<std::vector<Canvas>> DiffusionStage::pictures_of(Running running) {
  std::vector<Canvas> pictures;
  if (running.repeats) {
    for (const SlottedRow& each : *running.batch) pictures.push_back(latest_[each.slot].clone());
    return pictures;
  }
  if (!running.ticket) {
    for (Painted& each : running.painted) pictures.push_back(std::move(each.painting));
    return pictures;
  }
  std::vector<DiffusedPicture> diffused = collect(running);
  if (diffused.empty()) return std::nullopt;
  for (const SlottedRow& each : *running.batch) {
    const Recipe& row = run_.plan.rows[each.row];
    if (diffused[each.slot].finite) {
      pictures.push_back(std::move(diffused[each.slot].picture));
      continue;
    }
    auto again =
        at_frame(row.frame, "diffuse", [&] { return diffuse_again(row, running.requests[each.slot]); });
    if (!again) return std::nullopt;
    pictures.push_back(std::move(*again));
  }
  return pictures;
}

// Empty when cancelled. What was begun may find only now that there is no memory for it.
std::vector<DiffusedPicture> DiffusionStage::collect(Running& running) {
  const int64_t frame = run_.plan.rows[running.batch->front().row].frame;
  try {
    return at_frame(frame, "diffuse", [&] { return run_.diffuser->collect(std::move(*running.ticket)); });
  } catch (const FrameError& error) {
    if (error.kind() != ErrorKind::memory || !run_.again) throw;
  }
  run_.again(frame);
  return at_frame(frame, "diffuse",
                  [&] { return run_.diffuser->run(running.requests, [&] { return is_cancelled(); }); });
}

Canvas DiffusionStage::init_of(const Recipe& row, size_t slot, Canvas painting) {
  const auto& [previous, colours_of] = std::tie(row.init.previous, row.init.colours_of);
  if (!previous) return painting;
  KeptColours& colours = colours_[slot];
  if (colours_of && colours.frame != *colours_of)
    colours = {*colours_of, colour_moments(run_.kept->picture(*colours_of))};
  const ColourMoments* const matched = colours_of ? &colours.moments : nullptr;
  return is_kept(*previous) ? chain_init(row, run_.kept->picture(*previous), painting, matched, run_.depth)
                            : chain_init(row, latest_[slot], painting, matched, run_.depth);
}

DiffusionStage::SeenAnchors DiffusionStage::anchors_of(const Batch& batch) const {
  SeenAnchors seen;
  for (const SlottedRow& each : batch) {
    const auto& frame = run_.plan.rows[each.row].anchor;
    if (!frame || seen.contains(*frame)) continue;
    if (const auto known = anchors_.find(*frame); known != anchors_.end()) {
      seen.insert(*known);
      continue;
    }
    const Recipe& recipe = anchor_of(run_.plan, *frame);
    auto made = std::make_shared<SeenAnchor>();
    made->painted = paint_(recipe);
    if (run_.reference != nullptr) made->painted.painting = run_.reference->clone();
    made->anchor = {*frame, request_of(recipe, made->painted), run_.reference != nullptr};
    if (run_.reference != nullptr) made->anchor.frame.from_noise = false;
    seen.emplace(*frame, std::move(made));
  }
  return seen;
}

FrameRequest DiffusionStage::request_of(const Recipe& row, const Painted& painted) const {
  FrameRequest request;
  request.init = &painted.painting;
  const auto mix = [&](std::string PromptPair::* text) {
    TextMix mixed{{}, row.along_arc};
    for (const PromptShare& share : row.prompts)
      mixed.parts.push_back({run_.plan.prompts[static_cast<size_t>(share.prompt)].*text, share.weight});
    return mixed;
  };
  request.prompt = mix(&PromptPair::prompt);
  for (const PromptArc& arc : row.arcs)
    request.prompt.arcs.push_back(
        {run_.plan.prompts[static_cast<size_t>(arc.prompt)].prompt, arc.weight, arc.along});
  for (const PromptRegion& each : row.regions)
    request.regions.push_back(
        {each.region, run_.plan.prompts[static_cast<size_t>(each.prompt)].prompt, each.amount});
  request.negative_prompt = mix(&PromptPair::negative);
  request.strength = row.numbers.strength;
  request.guidance = row.numbers.guidance;
  request.noise = row.noise;
  request.world = row.world;
  request.turns = row.turns;
  if (run_.control != nullptr) request.control = &painted.control;
  request.control_weight = row.numbers.control_weight;
  if (painted.overlay) request.overlay = &*painted.overlay;
  request.bends = row.bends;
  request.from_noise = row.init.from_noise;
  request.coherence = row.numbers.coherence;
  return request;
}

// The float32 retry. Half precision overflows in some models at some frames. Such a picture, and no other of
// its batch, is made once more in float32 in a batch of one, with the same draws; so its bytes depend on
// itself alone and a render that goes on later makes the same. What is not finite even then ends the run: no
// video ever holds a picture that the model did not make.
std::optional<Canvas> DiffusionStage::diffuse_again(const Recipe& row, const FrameRequest& request) {
  Diffuser* const diffuser = run_.more_precise ? run_.more_precise(row.frame) : nullptr;
  if (diffuser != nullptr) {
    auto again = diffuser->run({&request, 1}, [&] { return is_cancelled(); });
    if (again.empty()) return std::nullopt;
    if (again[0].finite) return std::move(again[0].picture);
  }
  throw_error(ErrorKind::model,
              "the model gave NaN or infinity instead of a picture{}; other steps, strength or guidance may "
              "help",
              diffuser != nullptr ? ", in higher precision too" : "");
}

}  // namespace spectradiff
