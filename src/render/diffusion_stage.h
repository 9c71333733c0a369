// From painted batches to diffused pictures (stage.h).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "paint_stage.h"
#include "spectradiff/diffusion/diffuser.h"
#include "spectradiff/image/colour_match.h"
#include "spectradiff/render/executor.h"
#include "spectradiff/render/schedule.h"
#include "spectradiff/render/stage.h"

namespace spectradiff {

// Batches that have begun and not finished are on the device; one that works by itself goes on with them
// while the next is prepared. The thread that owns the device.
class DiffusionStage {
 public:
  // `paint` is asked for anchors, which are no rows of the batches.
  DiffusionStage(const Run& run, const std::vector<Batch>& batches,
                 std::function<Painted(const Recipe&)> paint);

  size_t running() const { return running_.size(); }
  // Whether the oldest batch that began is done: finish would not wait. False where none has begun.
  bool is_ready() const;
  // Whether a row of the batch follows from one that is still on the device.
  bool must_wait(const Batch& batch) const;
  // Hands a batch over; `painted` belongs to its rows. False when cancelled.
  bool begin(const Batch& batch, std::vector<Painted> painted);
  // The same batch, where that threw.
  bool begin_again() { return submit(); }
  // Waits for the pictures of the oldest batch that began; absent when cancelled. One must have begun.
  std::optional<std::vector<Frame>> finish();

 private:
  struct SeenAnchor {
    Painted painted;
    Anchor anchor;
  };
  using SeenAnchors = std::map<int64_t, std::shared_ptr<const SeenAnchor>>;  // by frame

  // What a slot's latest picture is made from.
  struct Begun {
    const Recipe* row = nullptr;  // null: nothing that could be made again
    Painted painted;
  };

  struct Running {
    const Batch* batch = nullptr;
    bool repeats = false;          // the pictures are the slots' latest
    std::vector<Painted> painted;  // the inits, once begun
    SeenAnchors anchors;
    std::vector<FrameRequest> requests;     // [slots]
    std::optional<DiffusionTicket> ticket;  // once begun; absent: the inits are the pictures
  };

  struct KeptColours {
    int64_t frame = -1;
    ColourMoments moments;
  };

  // Whether each row is made from what its slot's latest picture is made from: a silence, a held note.
  bool repeats(const Batch& batch, const std::vector<Painted>& painted) const;
  bool submit();
  std::vector<DiffusedPicture> collect(Running& running);
  // In the order of the batch; absent when cancelled.
  std::optional<std::vector<Canvas>> pictures_of(Running running);
  Canvas init_of(const Recipe& row, size_t slot, Canvas painting);
  SeenAnchors anchors_of(const Batch& batch) const;
  FrameRequest request_of(const Recipe& row, const Painted& painted) const;
  std::optional<Canvas> diffuse_again(const Recipe& row, const FrameRequest& request);
  bool is_kept(int64_t frame) const { return run_.kept != nullptr && run_.kept->has(frame); }
  bool is_cancelled() const { return run_.stop.load() >= 2; }

  const Run& run_;
  std::function<Painted(const Recipe&)> paint_;
  SeenAnchors anchors_;               // of the batch that began last
  std::vector<bool> gives_colours_;   // [rows]: another row takes its colours
  std::vector<Canvas> latest_;        // [slots], those that finished last
  std::vector<Begun> begun_;          // [slots]
  std::vector<KeptColours> colours_;  // [slots], of rows that give them
  std::vector<Running> running_;      // oldest first
  Running next_;                      // is to begin
};

}  // namespace spectradiff
