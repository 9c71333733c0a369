#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "expect_error.h"
#include "spectradiff/diffusion/manifest.h"
#include "test_bundle.h"

namespace spectradiff {
namespace {

// A bundle's facts made into those of one network from pictures to pictures.
void become(Json& facts, const char* family, const char* network, const Json& says) {
  facts["family"] = family;
  facts["networks"] = {{network, facts["networks"]["denoiser"]}};
  facts[family] = says;
  for (const char* key : {"tokenizer", "latent", "scheduler"}) facts.erase(key);
}

TEST(PictureManifest, OfAnInterpolationBundleNamesOneNetworkAndItsPadding) {
  const auto interpolation = [](Json& facts) {
    become(facts, "interpolation", "interpolator", {{"pad_multiple", 64}});
  };
  const TestBundle bundle(interpolation);
  const Manifest read = read_interpolation_manifest(bundle.path());
  EXPECT_TRUE(read.is_interpolation());
  EXPECT_EQ(read.pad_multiple, 64);
  EXPECT_EQ(read.networks.at("interpolator").file, "denoiser.pt");
  verify_files(read);
  EXPECT_ERROR(read_manifest(bundle.path()), ErrorKind::model, "--interpolation-model");
  const TestBundle diffusing;
  EXPECT_ERROR(read_interpolation_manifest(diffusing.path()), ErrorKind::model, "--model");
  const TestBundle strange([](Json& facts) { facts["family"] = "strange"; });
  EXPECT_ERROR(read_interpolation_manifest(strange.path()), ErrorKind::model, "knows interpolation");
  const TestBundle unpadded([&](Json& facts) {
    interpolation(facts);
    facts["interpolation"]["pad_multiple"] = 0;
  });
  EXPECT_ERROR(read_interpolation_manifest(unpadded.path()), ErrorKind::model, "pad_multiple");
}

TEST(PictureManifest, OfAnUpscalingBundleSaysHowManyTimesAsLongSidesBecome) {
  const auto upscaling = [](int scale) {
    return
        [=](Json& facts) { become(facts, "upscaling", "upscaler", {{"pad_multiple", 2}, {"scale", scale}}); };
  };
  const TestBundle bundle(upscaling(4));
  const Manifest read = read_any_manifest(bundle.path());
  EXPECT_TRUE(read.is_upscaling());
  EXPECT_FALSE(read.diffuses());
  EXPECT_EQ(read.scale, 4);
  EXPECT_EQ(read.pad_multiple, 2);
  verify_files(read);
  EXPECT_ERROR(read_manifest(bundle.path()), ErrorKind::model, "--upscale");
  EXPECT_ERROR(read_interpolation_manifest(bundle.path()), ErrorKind::model, "--upscale");
  EXPECT_ERROR(read_upscaling_manifest(TestBundle(upscaling(1)).path()), ErrorKind::model, "scale");
  EXPECT_ERROR(read_upscaling_manifest(TestBundle().path()), ErrorKind::model, "--model");
}

}  // namespace
}  // namespace spectradiff
