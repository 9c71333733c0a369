// What the diffuser's tests share: a bundle, pictures, and a record of the calls of the fake networks.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "fake_networks.h"
#include "spectradiff/diffusion/diffuser.h"
#include "test_bundle.h"

namespace spectradiff {

inline constexpr Size kSize{32, 24};
inline const auto kNever = [] { return false; };

inline const TestBundle& bundle() {
  static const TestBundle made;
  return made;
}

inline Manifest test_manifest() {
  static const Manifest manifest = read_manifest(bundle().path());
  return manifest;
}

inline Canvas painting(int seed, Size size = kSize) {
  Canvas picture(size);
  uint32_t state = static_cast<uint32_t>(seed) * 2654435761u + 1;
  for (uint8_t& value : picture.bytes())
    value = static_cast<uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  return picture;
}

inline double largest_difference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max<double>(largest, std::abs(int{a[i]} - int{b[i]}));
  return largest;
}

struct Counts {
  std::map<std::string, int> calls;
  std::vector<std::string> order;
  FakeFault recorder() {
    return [this](const std::string& call, int) {
      ++calls[call];
      order.push_back(call);
    };
  }
};

}  // namespace spectradiff
