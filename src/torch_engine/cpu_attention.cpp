#include "cpu_attention.h"

#include <ATen/native/CPUBlas.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

// The compiler makes the loops over a row for each of these, and the processor at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define SPECTRADIFF_VECTOR_WIDTHS \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define SPECTRADIFF_VECTOR_WIDTHS
#endif

namespace spectradiff {
namespace {

constexpr int64_t kRows = 64;       // queries at a time
constexpr int64_t kColumns = 1024;  // keys in one product
constexpr int64_t kLanes = 16;
constexpr int64_t kApart = 16;  // rows a power of two apart would fall on the same lines of the cache
constexpr float kLog2E = 1.44269504088896341F;
constexpr float kLeastExponent = -126.0F;

// 2^x for x <= 0 with an error of 2e-7 of it; 0 where float32 has no normal number. The polynomial about the
// nearest integer is that of Cephes' exp2f.
inline float exp2_below_zero(float x) {
  constexpr float kRounder = 12582912.0F;  // 1.5 · 2^23: what is added to it becomes an integer
  const float bounded = x < kLeastExponent ? kLeastExponent : x;
  const float rounded = bounded + kRounder;
  const float f = bounded - (rounded - kRounder);
  float p = 1.535336188319500e-4F;
  p = p * f + 1.339887440266574e-3F;
  p = p * f + 9.618437357674640e-3F;
  p = p * f + 5.550332471162809e-2F;
  p = p * f + 2.402264791363012e-1F;
  p = p * f + 6.931472028550421e-1F;
  p = p * f + 1.0F;
  const uint32_t power = (std::bit_cast<uint32_t>(rounded) + 127U) << 23U;
  return x < kLeastExponent ? 0.0F : p * std::bit_cast<float>(power);
}

SPECTRADIFF_VECTOR_WIDTHS
float greatest_of(const float* values, int64_t count) {
  float lanes[kLanes];
  std::fill_n(lanes, kLanes, values[0]);
  const int64_t whole = count / kLanes * kLanes;
  for (int64_t i = 0; i < whole; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane)
      lanes[lane] = values[i + lane] > lanes[lane] ? values[i + lane] : lanes[lane];
  }
  for (int64_t i = whole; i < count; ++i) lanes[0] = values[i] > lanes[0] ? values[i] : lanes[0];
  return *std::max_element(lanes, lanes + kLanes);
}

// exp(scale · (score − greatest)), in place; gives their sum.
SPECTRADIFF_VECTOR_WIDTHS
float exponentiate(float* scores, int64_t count, float greatest, float scale) {
  const float factor = scale * kLog2E;
  float lanes[kLanes] = {};
  const int64_t whole = count / kLanes * kLanes;
  for (int64_t i = 0; i < whole; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const float share = exp2_below_zero((scores[i + lane] - greatest) * factor);
      scores[i + lane] = share;
      lanes[lane] += share;
    }
  }
  float sum = 0;
  for (int64_t i = whole; i < count; ++i) {
    scores[i] = exp2_below_zero((scores[i] - greatest) * factor);
    sum += scores[i];
  }
  for (const float lane : lanes) sum += lane;
  return sum;
}

SPECTRADIFF_VECTOR_WIDTHS
void scale_row(const float* from, float* to, int64_t count, float factor) {
  for (int64_t i = 0; i < count; ++i) to[i] = from[i] * factor;
}

// To the nearest, ties to even. Not for NaN with only low bits set, which no arithmetic gives.
SPECTRADIFF_VECTOR_WIDTHS
void scale_row(const float* from, at::BFloat16* to, int64_t count, float factor) {
  for (int64_t i = 0; i < count; ++i) {
    const auto bits = std::bit_cast<uint32_t>(from[i] * factor);
    to[i].x = static_cast<uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
  }
}

// Queries, keys and values as the products take them: in bfloat16 two rows of the right factor lie
// interleaved, so keys are padded to an even number.
template <typename T>
struct Operands {
  static constexpr bool kPairs = std::is_same_v<T, at::BFloat16>;

  Operands(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v)
      : heads(q.size(1)),
        queries(q.size(2)),
        width(q.size(3)),
        keys(k.size(2)),
        padded(kPairs ? (keys + 1) / 2 * 2 : keys),
        query(q.stride(3) == 1 ? q : q.contiguous()) {
    if constexpr (kPairs) {
      const int64_t batch = q.size(0);
      key = at::constant_pad_nd(k, {0, 0, 0, padded - keys})
                .reshape({batch, heads, padded, width / 2, 2})
                .permute({0, 1, 3, 2, 4})
                .contiguous();
      value = at::constant_pad_nd(v, {0, 0, 0, padded - keys})
                  .reshape({batch, heads, padded / 2, 2, width})
                  .permute({0, 1, 2, 4, 3})
                  .contiguous();
    } else {
      key = k.transpose(2, 3).contiguous();
      value = v.contiguous();
    }
  }

  int64_t heads, queries, width, keys, padded;
  at::Tensor query, key, value;
};

// What one thread works in.
template <typename T>
struct Scratch {
  explicit Scratch(const Operands<T>& in)
      : stride(in.padded + kApart),
        scores(static_cast<size_t>(kRows * stride)),
        shares(Operands<T>::kPairs ? scores.size() : 0),
        sums(static_cast<size_t>(kRows * in.width)) {}

  int64_t stride;
  std::vector<float> scores;
  std::vector<T> shares;
  std::vector<float> sums;
};

// `rows` queries of one head: their `out` rows lie `out_stride` apart.
template <typename T>
void attend(const Operands<T>& in, Scratch<T>& scratch, const T* query, const T* key, const T* value, T* out,
            int64_t rows, int64_t out_stride, float scale) {
  constexpr bool kPairs = Operands<T>::kPairs;
  using at::native::cpublas::brgemm;
  for (int64_t c = 0; c < in.padded; c += kColumns) {
    brgemm(rows, std::min(kColumns, in.padded - c), in.width, in.query.stride(2), in.padded, scratch.stride,
           false, query, key + c * (kPairs ? 2 : 1), scratch.scores.data() + c, kPairs);
  }
  float totals[kRows];
  for (int64_t r = 0; r < rows; ++r) {
    float* row = scratch.scores.data() + r * scratch.stride;
    totals[r] = exponentiate(row, in.keys, greatest_of(row, in.keys), scale);
    std::fill(row + in.keys, row + in.padded, 0.0F);
    if constexpr (kPairs) scale_row(row, scratch.shares.data() + r * scratch.stride, in.padded, 1.0F);
  }
  const T* shares = nullptr;
  if constexpr (kPairs) {
    shares = scratch.shares.data();
  } else {
    shares = scratch.scores.data();
  }
  for (int64_t c = 0; c < in.padded; c += kColumns) {
    brgemm(rows, in.width, std::min(kColumns, in.padded - c), scratch.stride, in.width, in.width, c > 0,
           shares + c, value + c * in.width, scratch.sums.data(), kPairs);
  }
  for (int64_t r = 0; r < rows; ++r)
    scale_row(scratch.sums.data() + r * in.width, out + r * out_stride, in.width, 1.0F / totals[r]);
}

template <typename T>
at::Tensor blocked_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, float scale) {
  const Operands<T> in(q, k, v);
  at::Tensor out = at::empty({q.size(0), in.queries, in.heads, in.width}, q.options());
  const int64_t blocks = (in.queries + kRows - 1) / kRows;
  const T* queries = in.query.template const_data_ptr<T>();
  const T* keys = in.key.template const_data_ptr<T>();
  const T* values = in.value.template const_data_ptr<T>();
  T* results = out.data_ptr<T>();
  at::parallel_for(0, q.size(0) * in.heads * blocks, 1, [&](int64_t begin, int64_t end) {
    Scratch<T> scratch(in);
    for (int64_t i = begin; i < end; ++i) {
      const int64_t pair = i / blocks, item = pair / in.heads, head = pair % in.heads;
      const int64_t first = i % blocks * kRows, matrix = pair * in.padded * in.width;
      attend(in, scratch,
             queries + item * in.query.stride(0) + head * in.query.stride(1) + first * in.query.stride(2),
             keys + matrix, values + matrix,
             results + ((item * in.queries + first) * in.heads + head) * in.width,
             std::min(kRows, in.queries - first), in.heads * in.width, scale);
    }
    at::native::cpublas::brgemm_release(Operands<T>::kPairs);
  });
  return out.transpose(1, 2);
}

bool fits(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return q.dim() == 4 && k.dim() == 4 && v.dim() == 4 && q.numel() > 0 && k.numel() > 0 &&
         q.size(0) == k.size(0) && q.size(1) == k.size(1) && q.size(3) == k.size(3) &&
         k.sizes() == v.sizes() && q.size(3) % 2 == 0 && k.scalar_type() == q.scalar_type() &&
         v.scalar_type() == q.scalar_type();
}

}  // namespace

at::Tensor cpu_attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value,
                         std::optional<double> scale) {
  const bool is_pairs = query.scalar_type() == at::kBFloat16;
  if (!fits(query, key, value) || (!is_pairs && query.scalar_type() != at::kFloat))
    return at::scaled_dot_product_attention(query, key, value, {}, 0.0, false, scale);
  const auto factor = static_cast<float>(scale.value_or(1.0 / std::sqrt(static_cast<double>(query.size(3)))));
  return is_pairs ? blocked_attention<at::BFloat16>(query, key, value, factor)
                  : blocked_attention<float>(query, key, value, factor);
}

}  // namespace spectradiff
