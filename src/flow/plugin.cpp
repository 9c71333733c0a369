// lib/libspectradiff_flow.so: OpenCV's optical flow. Loaded for itself, so that what OpenCV brings along (a
// BLAS among it) is not found by libtorch in place of its own.
#include "plugin.h"

#include <exception>
#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>
#include <opencv2/video/tracking.hpp>
#include <string>

namespace {

const char* find_flow(const uint8_t* from, const uint8_t* to, int width, int height, float* flow) {
  thread_local std::string failed;
  try {
    cv::setNumThreads(1);
    const cv::Mat before(height, width, CV_8UC1, const_cast<uint8_t*>(from));  // only read
    const cv::Mat after(height, width, CV_8UC1, const_cast<uint8_t*>(to));
    cv::Mat found(height, width, CV_32FC2, flow);
    found.setTo(cv::Scalar(0, 0));
    cv::Mat made;
    cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM)->calc(before, after, made);
    made.copyTo(found);
    return nullptr;
  } catch (const std::exception& error) {
    failed = error.what();
    return failed.c_str();
  }
}

}  // namespace

extern "C" const spectradiff::FlowPlugin* spectradiff_flow() {
  static const spectradiff::FlowPlugin plugin{spectradiff::kFlowAbi, &find_flow, CV_VERSION};
  return &plugin;
}
