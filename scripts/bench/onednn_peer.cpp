// What oneDNN alone needs for the layers of a network: reads one layer a line from stdin, writes the median
// seconds of each to stdout, in order. Layouts are oneDNN's own choice, weights are packed beforehand.
//
//   conv float32|bfloat16 BATCH CHANNELS HEIGHT WIDTH OUT_CHANNELS KERNEL STRIDE PADDING
//   matmul float32|bfloat16 BATCH ROWS INNER COLUMNS     BATCH pictures' [ROWS][INNER] times [INNER][COLUMNS]
//   each linear float32|bfloat16 ROWS INNER COLUMNS           with a bias
#include <algorithm>
#include <chrono>
#include <dnnl.hpp>
#include <iostream>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

using dnnl::memory;
using Arguments = std::unordered_map<int, memory>;

constexpr double kLeastSeconds = 0.1;
constexpr size_t kLeastRuns = 3;

struct Device {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

memory filled(const memory::desc& layout, const Device& device) {
  memory made(layout, device.engine);
  // 0x3c3c is 0.011 in bfloat16, and twice in a row 0.011 in float32: no denormals, no infinities.
  auto* words = static_cast<uint16_t*>(made.get_data_handle());
  std::fill(words, words + layout.get_size() / 2, uint16_t{0x3c3c});
  return made;
}

double median_seconds(const dnnl::primitive& layer, const Arguments& arguments, Device& device) {
  std::vector<double> seconds;
  double total = 0;
  for (bool is_warm = false; total < kLeastSeconds || seconds.size() < kLeastRuns; is_warm = true) {
    const auto begin = std::chrono::steady_clock::now();
    layer.execute(device.stream, arguments);
    device.stream.wait();
    const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!is_warm) continue;
    seconds.push_back(spent);
    total += spent;
  }
  std::nth_element(seconds.begin(), seconds.begin() + seconds.size() / 2, seconds.end());
  return seconds[seconds.size() / 2];
}

double convolution(std::istream& line, memory::data_type dtype, Device& device) {
  memory::dim batch, channels, height, width, out, kernel, stride, padding;
  line >> batch >> channels >> height >> width >> out >> kernel >> stride >> padding;
  const auto side = [&](memory::dim in) { return (in + 2 * padding - kernel) / stride + 1; };
  const auto any = memory::format_tag::any;
  const memory::desc source({batch, channels, height, width}, dtype, any);
  const memory::desc weights({out, channels, kernel, kernel}, dtype, any);
  const memory::desc bias({out}, memory::data_type::f32, memory::format_tag::x);
  const memory::desc target({batch, out, side(height), side(width)}, dtype, any);
  const dnnl::convolution_forward::primitive_desc chosen({dnnl::prop_kind::forward_inference,
                                                          dnnl::algorithm::convolution_direct,
                                                          source,
                                                          weights,
                                                          bias,
                                                          target,
                                                          {stride, stride},
                                                          {padding, padding},
                                                          {padding, padding}},
                                                         device.engine);
  return median_seconds(dnnl::convolution_forward(chosen),
                        {{DNNL_ARG_SRC, filled(chosen.src_desc(), device)},
                         {DNNL_ARG_WEIGHTS, filled(chosen.weights_desc(), device)},
                         {DNNL_ARG_BIAS, filled(chosen.bias_desc(), device)},
                         {DNNL_ARG_DST, filled(chosen.dst_desc(), device)}},
                        device);
}

double linear(std::istream& line, memory::data_type dtype, Device& device) {
  memory::dim rows, inner, columns;
  line >> rows >> inner >> columns;
  const memory::desc source({rows, inner}, dtype, memory::format_tag::ab);
  const memory::desc weights({inner, columns}, dtype, memory::format_tag::any);
  const memory::desc bias({1, columns}, memory::data_type::f32, memory::format_tag::ab);
  const memory::desc target({rows, columns}, dtype, memory::format_tag::ab);
  const dnnl::matmul::primitive_desc chosen({source, weights, bias, target}, device.engine);
  return median_seconds(dnnl::matmul(chosen),
                        {{DNNL_ARG_SRC, filled(source, device)},
                         {DNNL_ARG_WEIGHTS, filled(chosen.weights_desc(), device)},
                         {DNNL_ARG_BIAS, filled(bias, device)},
                         {DNNL_ARG_DST, filled(target, device)}},
                        device);
}

double matmul(std::istream& line, memory::data_type dtype, Device& device) {
  memory::dim batch, rows, inner, columns;
  line >> batch >> rows >> inner >> columns;
  const memory::desc source({batch, rows, inner}, dtype, memory::format_tag::abc);
  const memory::desc weights({batch, inner, columns}, dtype, memory::format_tag::any);
  const memory::desc target({batch, rows, columns}, dtype, memory::format_tag::abc);
  const dnnl::matmul::primitive_desc chosen({source, weights, target}, device.engine);
  return median_seconds(dnnl::matmul(chosen),
                        {{DNNL_ARG_SRC, filled(source, device)},
                         {DNNL_ARG_WEIGHTS, filled(chosen.weights_desc(), device)},
                         {DNNL_ARG_DST, filled(target, device)}},
                        device);
}

}  // namespace

int main() {
  Device device;
  std::string text;
  while (std::getline(std::cin, text)) {
    std::istringstream line(text);
    std::string kind, dtype_name;
    line >> kind >> dtype_name;
    const auto dtype = dtype_name == "bfloat16" ? memory::data_type::bf16 : memory::data_type::f32;
    const double seconds = kind == "conv"     ? convolution(line, dtype, device)
                           : kind == "linear" ? linear(line, dtype, device)
                                              : matmul(line, dtype, device);
    std::cout << seconds << std::endl;
  }
}
