// Softmax attention on a CPU, blocked so that the scores never leave the cache.
#pragma once

#include <optional>

#include "torch_headers.h"

namespace spectradiff {

// softmax(scale · query · keyᵀ) · value without a mask, as torch's scaled_dot_product_attention gives it;
// scale is 1/√width where it is not given. [batch][heads][tokens][width] on a CPU, any strides. Products and
// sums are float32; in bfloat16 the shares are rounded before they weigh the values. Shapes and dtypes that
// it is not made for go to torch's own. Equal items give equal bytes wherever in a batch they are.
at::Tensor cpu_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                         std::optional<double> scale);

}  // namespace spectradiff
