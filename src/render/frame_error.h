// Whatever a stage throws comes out naming the frame.
#pragma once

#include <exception>
#include <new>

#include "spectradiff/render/executor.h"

namespace spectradiff {

template <typename Work>
auto at_frame(int64_t frame, const char* stage, Work work) {
  try {
    return work();
  } catch (const FrameError&) {
    throw;
  } catch (const Error& error) {
    throw FrameError(error.kind(), frame, fmt::format("frame {}: {}: {}", frame, stage, error.what()));
  } catch (const std::bad_alloc&) {
    throw FrameError(
        ErrorKind::memory, frame,
        fmt::format("frame {}: {}: out of memory; try a smaller --size or --batch-size", frame, stage));
  } catch (const std::exception& error) {
    throw FrameError(ErrorKind::internal, frame, fmt::format("frame {}: {}: {}", frame, stage, error.what()));
  }
}

}  // namespace spectradiff
