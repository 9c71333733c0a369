#include "conditioning_ops.h"

#include <cmath>
#include <vector>

namespace spectradiff {
namespace {

constexpr double kParallelTokens = 0.9995;

at::Tensor blurred_along(const at::Tensor& latents, int64_t dimension) {
  constexpr double kDeviation = 2;
  constexpr int64_t kReach = 6;
  const int64_t size = latents.size(dimension);
  std::vector<double> weights;
  double total = 0;
  for (int64_t i = -kReach; i <= kReach; ++i) {
    weights.push_back(std::exp(-0.5 * static_cast<double>(i * i) / (kDeviation * kDeviation)));
    total += weights.back();
  }
  const std::vector<int64_t> pads = dimension == 3 ? std::vector<int64_t>{kReach, kReach, 0, 0}
                                                   : std::vector<int64_t>{0, 0, kReach, kReach};
  const at::Tensor padded = at::replication_pad2d(latents, pads);
  at::Tensor sum;
  for (int64_t i = 0; i <= 2 * kReach; ++i) {
    const at::Tensor part = padded.narrow(dimension, i, size) * (weights[static_cast<size_t>(i)] / total);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

at::Tensor blurred(const at::Tensor& latents) {
  return blurred_along(blurred_along(latents, 2), 3);
}

at::Tensor with_variance_of(const at::Tensor& bent, const at::Tensor& before) {
  const at::Tensor mean = bent.mean();
  const at::Tensor deviation = bent.std();
  const at::Tensor scale = at::where(deviation > 0, before.std() / deviation, at::ones_like(deviation));
  return mean + (bent - mean) * scale;
}

at::Tensor rotated(const at::Tensor& latents, const std::vector<double>& numbers) {
  const auto a = static_cast<int64_t>(numbers[0]), b = static_cast<int64_t>(numbers[1]);
  const double cosine = std::cos(numbers[2]), sine = std::sin(numbers[2]);
  at::Tensor turned = latents.clone();
  turned.select(1, a).copy_(latents.select(1, a) * cosine - latents.select(1, b) * sine);
  turned.select(1, b).copy_(latents.select(1, a) * sine + latents.select(1, b) * cosine);
  return turned;
}

at::Tensor bent_once(const at::Tensor& latents, const LatentBend& bend, const at::Tensor& noise) {
  const std::vector<double>& numbers = bend.arguments;
  switch (bend.kind) {
    case LatentBend::Kind::add:
      return latents + numbers[0];
    case LatentBend::Kind::gain: {
      at::Tensor gained = latents.clone();
      gained.select(1, static_cast<int64_t>(numbers[0])).mul_(numbers[1]);
      return with_variance_of(gained, latents);
    }
    case LatentBend::Kind::rotate:
      return rotated(latents, numbers);
    case LatentBend::Kind::low: {
      const at::Tensor low = blurred(latents);
      return with_variance_of(latents + low * (numbers[0] - 1), latents);
    }
    case LatentBend::Kind::high: {
      const at::Tensor low = blurred(latents);
      return with_variance_of(low + (latents - low) * numbers[0], latents);
    }
    case LatentBend::Kind::roll:
      return at::roll(latents, {std::llround(numbers[1]), std::llround(numbers[0])}, {2, 3});
    case LatentBend::Kind::noise:
      return with_variance_of(latents + noise * numbers[0], latents);
    case LatentBend::Kind::quantise:
      return with_variance_of((latents * numbers[0]).round() / numbers[0], latents);
  }
  return latents;
}

}  // namespace

at::Tensor laid_over(const at::Tensor& text, int64_t pooled_rows, const at::Tensor& overlay,
                     const at::Tensor& strength, const at::Tensor& offset) {
  const int64_t tokens = text.size(1) - pooled_rows;
  const at::Tensor own = text.narrow(1, 0, tokens).to(at::kFloat);
  const at::Tensor low = own.min(), high = own.max();
  const at::Tensor laid =
      own + (low + (high - low) * overlay.view({1, tokens, text.size(2)})) / strength + offset;
  return at::cat({laid.to(text.scalar_type()), text.narrow(1, tokens, pooled_rows)}, 1);
}

at::Tensor along_token_arcs(const at::Tensor& from, const at::Tensor& to, const at::Tensor& share) {
  const at::Tensor a = from.to(at::kFloat), b = to.to(at::kFloat);
  const at::Tensor cosine = (a * b).sum(-1, true) / (a.norm(2, -1, true) * b.norm(2, -1, true));
  const at::Tensor angle = at::acos(cosine.clamp(-1, 1));
  const at::Tensor sine = at::sin(angle);
  const at::Tensor arc = at::sin((1 - share) * angle) / sine * a + at::sin(share * angle) / sine * b;
  const at::Tensor line = a + share * (b - a);
  // No angle either where one of them is 0.
  return at::where(cosine.abs() <= kParallelTokens, arc, line).to(from.scalar_type());
}

at::Tensor bent_latents(at::Tensor latents, std::span<const LatentBend> bends, const at::Tensor& noise) {
  for (const LatentBend& bend : bends) latents = bent_once(latents, bend, noise);
  return latents;
}

}  // namespace spectradiff
