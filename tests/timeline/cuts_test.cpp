#include "spectradiff/timeline/cuts.h"

#include <gtest/gtest.h>

namespace spectradiff {
namespace {

using Frames = std::vector<int64_t>;

// Ten seconds at 10 frames a second: three sections, a beat every half second from 0.3 s on, the third of
// which begins a bar.
Features cut_song() {
  Features features;
  features.settings.fps = Rational(10);
  features.sample_rate_hz = 8000;
  features.samples = 80000;
  features.frames = 100;
  for (int i = 0; i < 19; ++i) features.events.beats_s.push_back(0.3 + 0.5 * i);
  features.events.downbeats = {2, 6, 10, 14, 18};
  features.events.sections = {{0, 3.3, 0, 0.2, SectionEnergy::low},
                              {3.3, 7.31, 1, 0.8, SectionEnergy::high},
                              {7.31, 10, 0, 0.3, SectionEnergy::low}};
  return features;
}

TEST(Cuts, FollowSectionsBarsAndTime) {
  const Features song = cut_song();
  EXPECT_EQ(cut_frames({Cuts::Kind::song, 0, {}}, song), Frames{0});
  EXPECT_EQ(cut_frames({Cuts::Kind::section, 0, {}}, song), (Frames{0, 33, 73}));
  EXPECT_EQ(cut_frames({Cuts::Kind::section, 4, {}}, song), (Frames{0, 33, 53, 73}));
  EXPECT_EQ(cut_frames({Cuts::Kind::section, 2, {}}, song), (Frames{0, 23, 33, 43, 53, 63, 73, 83, 93}));
  EXPECT_EQ(cut_frames({Cuts::Kind::beats, 4, {}}, song), (Frames{0, 13, 33, 53, 73, 93}));
  EXPECT_EQ(cut_frames({Cuts::Kind::beats, 2, {}}, song).size(), 11u);
  EXPECT_EQ(cut_frames({Cuts::Kind::time, 0, {Rational(3), TimeUnit::seconds}}, song),
            (Frames{0, 30, 60, 90}));
  EXPECT_EQ(cut_frames({Cuts::Kind::time, 0, {Rational(45), TimeUnit::frames}}, song), (Frames{0, 45, 90}));
}

TEST(Cuts, OfLongSectionsWaitForTheNextSound) {
  Features song = cut_song();
  song.events.pauses = {{5, 6.1}};
  EXPECT_EQ(cut_frames({Cuts::Kind::section, 4, {}}, song), (Frames{0, 33, 61, 73}));
}

TEST(Cuts, ASongWithoutSectionsOrBeatsHasOne) {
  Features song = cut_song();
  song.events = {};
  EXPECT_EQ(cut_frames({Cuts::Kind::section, 0, {}}, song), Frames{0});
  EXPECT_EQ(cut_frames({Cuts::Kind::section, 4, {}}, song), Frames{0});
  EXPECT_EQ(cut_frames({Cuts::Kind::beats, 4, {}}, song), Frames{0});
}

}  // namespace
}  // namespace spectradiff
