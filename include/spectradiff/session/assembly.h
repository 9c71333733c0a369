// The shards of a render become its video.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "spectradiff/base/file_guard.h"
#include "spectradiff/config/settings.h"
#include "spectradiff/render/render_observer.h"
#include "spectradiff/session/session.h"
#include "spectradiff/session/shared_resources.h"

namespace spectradiff {

struct AssemblyRequest {
  std::vector<std::filesystem::path> stores;  // of shards; others of the same song may fill gaps
  std::vector<Layer>
      layers;  // "output" among them; how it is encoded may differ from what the shards were told
};

// Adds every file that the request reads and writes.
void add_files(FileGuard& guard, const AssemblyRequest& request);

// Needs no model, but one that makes pictures between others, and no device: what was diffused elsewhere is
// taken as it is. One thread.
class Assembly {
 public:
  // Checks that every picture of the shards' plan is there once, and belongs to it. Writes nothing. `shared`
  // and `observer` outlive it. Error{output} naming a store that is no shard, is damaged, was made from
  // another plan or holds what another one holds too, and the frames that are missing with the --shard that
  // makes them; Error of other kinds as Session::open.
  static Assembly open(AssemblyRequest request, SharedResources& shared, RenderObserver& observer);
  Assembly(Assembly&&) noexcept;
  ~Assembly();

  // Shows, encodes and checks as Session::run does; the shards stay. `stop` ends it at once. Once.
  Outcome run(const std::atomic<int>& stop);

 private:
  struct State;
  explicit Assembly(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace spectradiff
