#include "paint_stage.h"

#include "frame_error.h"

namespace spectradiff {

Painted PaintStage::paint(const Recipe& row) const {
  Painted made;
  made.painting = at_frame(row.frame, "paint", [&] { return this->painting(row); });
  if (run_.control != nullptr)
    made.control = at_frame(row.frame, "control", [&] { return run_.control->at(row.frame, made.painting); });
  made.overlay = at_frame(row.frame, "sound", [&] { return overlay(row); });
  return made;
}

std::optional<TextOverlay> PaintStage::overlay(const Recipe& row) const {
  if (run_.sound == nullptr || row.sound.empty()) return std::nullopt;
  return TextOverlay{run_.sound->unit(row.sound).values, row.numbers.text_strength,
                     row.numbers.rms_embedding * run_.sound->rms(row.sound)};
}

Canvas PaintStage::painting(const Recipe& row) const {
  if (trails_ != nullptr) {
    PaintSettings moved = trails_->settings_of(row.frame);
    moved.arrangement.view = row.view;
    moved.arrangement.border = row.border;
    return painter_.finished(trails_->painting(row.frame), moved);
  }
  if (row.painting.empty() && !row.view) return painter_.paint(row.frame);
  const PaintSettings& settled = run_.plan.constants.paint;
  PaintSettings moved = settled;
  for (size_t i = 0; i < row.painting.size(); ++i) run_.plan.painting[i].put(moved, row.painting[i]);
  moved.arrangement.view = row.view;
  moved.arrangement.border = row.border;
  return moved == settled ? painter_.paint(row.frame) : painter_.paint(moved, row.frame);
}

}  // namespace spectradiff
