// What is done to texts and to starting latents beside the networks: tensors in, tensors out.
#pragma once

#include <cstdint>
#include <span>

#include "spectradiff/diffusion/latent_bend.h"
#include "torch_headers.h"

namespace spectradiff {

// As Networks::lay_over has it: text [1][tokens + pooled][width], overlay [tokens · width], strength and
// offset of one number each.
at::Tensor laid_over(const at::Tensor& text, int64_t pooled_rows, const at::Tensor& overlay,
                     const at::Tensor& strength, const at::Tensor& offset);

// As Networks::along_arcs has it: [1][tokens][width] both, `share` of one number.
at::Tensor along_token_arcs(const at::Tensor& from, const at::Tensor& to, const at::Tensor& share);

// As latent_bend.h has it: [1][C][h][w]; `noise` may be undefined.
at::Tensor bent_latents(at::Tensor latents, std::span<const LatentBend> bends, const at::Tensor& noise);

}  // namespace spectradiff
