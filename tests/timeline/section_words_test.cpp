#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <string>

#include "song.h"
#include "spectradiff/timeline/song_values.h"

namespace spectradiff {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::Pointwise;

// Ten frames of a tenth of a second; the second section begins within the fourth frame, the third with the
// eighth, with a drop to which the second rises.
Features parted_song() {
  Features features = song_of(10);
  features.events.sections = {{0, 0.35, 0, 0.2, SectionEnergy::low},
                              {0.35, 0.7, 1, 0.6, SectionEnergy::middle},
                              {0.7, 1, 0, 1, SectionEnergy::high}};
  features.events.drops_s = {0.7};
  features.events.builds = {{0.4, 0.7}};
  return features;
}

TEST(SectionWords, SayWhichSectionAFrameIsIn) {
  const Features features = parted_song();
  EXPECT_THAT(values(features, "section"), ElementsAre(0, 0, 0, 1, 1, 1, 1, 2, 2, 2));
  EXPECT_THAT(values(features, "sections"), Each(3));
  EXPECT_THAT(values(features, "label"), ElementsAre(0, 0, 0, 1, 1, 1, 1, 0, 0, 0));
  EXPECT_THAT(values(features, "section_energy"), ElementsAre(0.2, 0.2, 0.2, 0.6, 0.6, 0.6, 0.6, 1, 1, 1));
}

TEST(SectionWords, SayWhereInItAFrameLies) {
  const Features features = parted_song();
  EXPECT_THAT(values(features, "since_section"),
              Pointwise(DoubleNear(1e-6), {0.0, 0.1, 0.2, 0.0, 0.05, 0.15, 0.25, 0.0, 0.1, 0.2}));
  EXPECT_THAT(values(features, "section_phase*0.35"),
              Pointwise(DoubleNear(1e-6), {0.0, 0.1, 0.2, 0.0, 0.05, 0.15, 0.25, 0.0, 0.35 / 3, 0.7 / 3}));
}

TEST(SectionWords, SayWhenADropComesAndHowNearItIs) {
  const Features features = parted_song();
  EXPECT_THAT(values(features, "drop"), ElementsAre(0, 0, 0, 0, 0, 0, 0, 1, 0, 0));
  EXPECT_THAT(values(features, "build"),
              Pointwise(DoubleNear(1e-5), {0.0, 0.0, 0.0, 0.0, 0.0, 1 / 3.0, 2 / 3.0, 0.0, 0.0, 0.0}));
}

TEST(SectionWords, WithoutSectionsTheSongIsOne) {
  const Features features = song_of(4);
  EXPECT_THAT(values(features, "section + label + drop + build"), Each(0));
  EXPECT_THAT(values(features, "section_energy"), Each(0.5));
  EXPECT_THAT(values(features, "section_phase"), ElementsAre(0, 0.25, 0.5, 0.75));
}

TEST(SectionWords, AskForSections) {
  const std::map<std::string, std::string> none;
  const SignalSet signals(none);
  for (const char* word : {"section", "section_phase", "label", "drop", "build"}) {
    FeatureRequest request;
    signals.add_needs(Expression(word, signals.names()), request);
    EXPECT_TRUE(request.sections) << word;
  }
}

}  // namespace
}  // namespace spectradiff
