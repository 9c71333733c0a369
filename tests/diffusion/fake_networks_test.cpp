#include "fake_networks.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace spectradiff {
namespace {

constexpr Size kSize{16, 24};

Canvas gradient(int seed) {
  Canvas picture(kSize);
  for (size_t i = 0; i < picture.bytes().size(); ++i)
    picture.bytes()[i] = static_cast<uint8_t>(i * 7 + size_t(seed) * 31);
  return picture;
}

struct Inputs {
  int picture = 1;
  uint64_t seed = 1, posterior_seed = 2;
  int32_t said = 5, unsaid = 6;
  double timestep = 500, guidance = 3;
};

// Every network once, in a row.
std::vector<uint8_t> chain(const Inputs& inputs) {
  const auto networks = make_fake_networks();
  const Canvas picture = gradient(inputs.picture);
  const auto noise = networks->noise_source(inputs.seed, {}),
             posterior = networks->noise_source(inputs.posterior_seed, {});
  const DeviceBatch batch = networks->upload({.pictures = {&picture},
                                              .numbers = {{0.5}, {inputs.timestep}, {inputs.guidance}},
                                              .draws = {{posterior.get()}, {noise.get()}}});
  const Array latents = networks->vae_encode(batch.pictures, batch.draws[0]);
  const Term terms[] = {{latents, 0}, {batch.draws[1], 0}};
  const std::vector<int32_t> said(77, inputs.said), unsaid(77, inputs.unsaid);
  const DenoiseInput input{.latents = networks->combine(batch.numbers, terms),
                           .numbers = batch.numbers,
                           .timesteps = 1,
                           .guidance = 2,
                           .positive = networks->text_encode({&said, 1}),
                           .negative = networks->text_encode({&unsaid, 1})};
  return networks->vae_decode(networks->denoise(input))->collect().pictures.at(0).bytes();
}

TEST(FakeNetworks, DependOnEveryInput) {
  const std::vector<uint8_t> plain = chain({});
  EXPECT_EQ(plain, chain({}));
  EXPECT_NE(plain, chain({.picture = 2}));
  EXPECT_NE(plain, chain({.seed = 9}));
  EXPECT_NE(plain, chain({.posterior_seed = 9}));
  EXPECT_NE(plain, chain({.said = 9}));
  EXPECT_NE(plain, chain({.unsaid = 9}));
  EXPECT_NE(plain, chain({.timestep = 499}));
  EXPECT_NE(plain, chain({.guidance = 3.2}));
}

TEST(FakeNetworks, FailWhereTheyAreToldTo) {
  const auto networks = make_fake_networks([](const std::string& call, int number) {
    if (call == "text_encode" && number == 1) throw std::runtime_error("planted");
  });
  const std::vector<int32_t> ids(77, 1);
  EXPECT_NO_THROW(networks->text_encode({&ids, 1}));
  EXPECT_THROW(networks->text_encode({&ids, 1}), std::runtime_error);
}

TEST(FakeNetworks, GivePicturesThatAreNotFiniteFromTheNamedCallOn) {
  const auto networks = make_fake_networks({}, 1);
  const Canvas picture = gradient(1);
  const DeviceBatch batch = networks->upload({.pictures = {&picture}, .numbers = {{1}}});
  const Array latents = networks->vae_encode(batch.pictures, nullptr);
  EXPECT_TRUE(networks->vae_decode(latents)->collect().finite.at(0));
  EXPECT_FALSE(networks->vae_decode(latents)->collect().finite.at(0));
}

}  // namespace
}  // namespace spectradiff
