// The numbers of a diffused frame that music may move.
#pragma once

namespace spectradiff {

// One more stands here and as a row of the option table; where it is used is DiffusionStage.
struct DiffusionNumbers {
  double strength = 0.75;     // 0..1
  double guidance = 7.5;      // 0..100; at most 1: no guidance
  double control_weight = 1;  // 0..2
  double coherence = 0;       // 0..1, of rows with an anchor: its share in their self-attention
  // Of rows with sound:
  double text_strength = 1;  // above 0, of the text against the sound
  double rms_embedding = 0;  // times the sound's level, added to every number of the embedding
  friend bool operator==(const DiffusionNumbers&, const DiffusionNumbers&) = default;
};

}  // namespace spectradiff
