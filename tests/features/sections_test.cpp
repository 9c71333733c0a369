#include "sections.h"

#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include "pauses.h"
#include "rises.h"

namespace spectradiff {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Part {
  std::string chords;  // a letter a bar, over and over: C to B
  size_t bars;
  double level_db;
};

// Bars of two seconds.
std::vector<Bar> song_of(const std::vector<Part>& parts) {
  std::vector<Bar> bars;
  for (const Part& part : parts) {
    for (size_t i = 0; i < part.bars; ++i) {
      Bar bar{};
      bar.begin_s = 2.0 * static_cast<double>(bars.size());
      bar.end_s = bar.begin_s + 2;
      bar.level_db = bar.bass_db = bar.treble_db = part.level_db;
      const auto jitter = static_cast<double>(bars.size() % 3);  // no two bars in a row are quite alike
      for (double& level : bar.timbre_db) level = part.level_db + jitter;
      const auto root = static_cast<size_t>(part.chords[i % part.chords.size()] - 'A');
      for (auto& half : bar.chroma) {
        for (const size_t step : {0, 4, 7}) half[(root + step) % half.size()] = 1;
      }
      bars.push_back(bar);
    }
  }
  return bars;
}

// Nothing but bars is looked at in songs of 24 and more.
std::vector<Section> sections_of(const std::vector<Bar>& bars) {
  return find_sections(bars, {}, {MelFrames(), 86, std::vector<Chroma>(), 43});
}

std::string form_of(const std::vector<Section>& sections) {
  std::string text;
  for (const Section& section : sections)
    text +=
        label_text(section.label) + std::to_string(std::lround((section.end_s - section.begin_s) / 2)) + " ";
  return text;
}

TEST(Sections, DoNotBeginInAPause) {
  const Part quiet{"AFCG", 12, -30}, loud{"CEDH", 12, -10};
  const std::vector<Bar> bars = song_of({quiet, loud});
  const auto begin_with_a_pause = [&](double from_s, double to_s) {
    const auto sections =
        find_sections(bars, {{from_s, to_s}}, {MelFrames(), 100, std::vector<Chroma>(), 43});
    EXPECT_EQ(sections.front().end_s, sections.back().begin_s);
    return sections.size() == 2 ? sections.back().begin_s : -1;
  };
  EXPECT_EQ(begin_with_a_pause(23.2, 23.9), 24);
  EXPECT_EQ(begin_with_a_pause(23.2, 24.02), 24);
  EXPECT_EQ(begin_with_a_pause(23.2, 24.3), 24.3);
  EXPECT_EQ(begin_with_a_pause(23.2, 27), 27);
  EXPECT_EQ(begin_with_a_pause(24.1, 27), 24);
  EXPECT_EQ(form_of(find_sections(bars, {{23, 48}}, {MelFrames(), 100, std::vector<Chroma>(), 43})), "A24 ");
}

TEST(Pauses, AreHalfASecondAndMoreWithoutSound) {
  MelFrames mel;
  const auto add = [&](double seconds, float power) {
    for (int hop = 0; hop < 100 * seconds; ++hop) mel.add(std::vector<float>(kMelBands, power).data());
  };
  EXPECT_THAT(find_pauses(mel, 100), IsEmpty());
  add(1, 1e-9f);
  EXPECT_THAT(find_pauses(mel, 100), IsEmpty()) << "nothing sounds at all";
  add(2, 1);
  add(0.4, 1e-9f);
  add(1, 1e-5f);
  add(3, 1e-9f);
  const std::vector<Pause> pauses = find_pauses(mel, 100);
  ASSERT_EQ(pauses.size(), 2u);
  EXPECT_EQ(pauses[0].begin_s, 0);
  EXPECT_NEAR(pauses[0].end_s, 1, 0.03);
  EXPECT_NEAR(pauses[1].begin_s, 4.4, 0.01);
  EXPECT_NEAR(pauses[1].end_s, 7.4, 0.03);
}

TEST(Sections, ThatDifferInChordsAloneAreToldApartAndRepeatsAreKnown) {
  const Part verse{"AFCG", 8, -20}, chorus{"CEDH", 8, -20}, bridge{"BJGI", 8, -20};
  EXPECT_EQ(form_of(sections_of(song_of({verse, chorus, verse, chorus, bridge, chorus}))),
            "A8 B8 A8 B8 C8 B8 ");
}

TEST(Sections, ThatDifferInLevelAloneAreToldApartAndHaveTheirEnergies) {
  const Part calm{"AFCG", 8, -40}, loud{"AFCG", 8, -15};
  const std::vector<Section> sections = sections_of(song_of({calm, loud, calm, loud}));
  EXPECT_EQ(form_of(sections), "A8 B8 A8 B8 ");
  for (const Section& section : sections) {
    EXPECT_EQ(section.energy_class, section.label == 0 ? SectionEnergy::low : SectionEnergy::high);
    EXPECT_NEAR(section.energy, section.label, 0.1);
  }
}

TEST(Sections, GetTheirEnergyFromHowLoudTheyAreMoreThanFromHowMuchBegins) {
  std::vector<Bar> bars = song_of({{"AFCG", 16, -24}, {"CEDH", 16, -20}});
  for (size_t i = 0; i < bars.size(); ++i) bars[i].density_db = i < 16 ? 10 : 0;
  std::vector<Section> sections = sections_of(bars);
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_LT(sections[0].energy, sections[1].energy);
  for (size_t i = 0; i < bars.size(); ++i) bars[i].density_db = i < 16 ? 20 : 0;
  sections = sections_of(bars);
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_GT(sections[0].energy, sections[1].energy);
}

TEST(Sections, OfALoopAreOneWhoseEnergyIsNeitherLowNorHigh) {
  const std::vector<Section> sections = sections_of(song_of({{"AFCG", 40, -20}}));
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_EQ(sections[0].energy, 0.5);
  EXPECT_EQ(sections[0].energy_class, SectionEnergy::middle);
}

TEST(Sections, OfNoBarsAreNone) {
  EXPECT_THAT(sections_of({}), IsEmpty());
}

// Two calm parts, the second of which rises by `rise_db` a bar above the bass, then a loud one.
std::vector<Bar> rising_song(double rise_db) {
  std::vector<Bar> bars = song_of({{"AFCG", 8, -30}, {"AFCG", 8, -30}, {"CEDH", 16, -20}});
  for (size_t i = 8; i < 16; ++i) bars[i].treble_db += rise_db * static_cast<double>(i - 8);
  return bars;
}

std::vector<Section> its_sections() {
  return {{0, 16, 0, 0, SectionEnergy::low},
          {16, 32, 0, 0, SectionEnergy::low},
          {32, 64, 1, 1, SectionEnergy::high}};
}

TEST(Rises, AreBuildsThatEndInADrop) {
  const Rises rises = find_rises(rising_song(1.5), its_sections());
  EXPECT_THAT(rises.drops_s, ElementsAre(32));
  ASSERT_EQ(rises.builds.size(), 1u);
  EXPECT_EQ(rises.builds[0].end_s, 32);
  EXPECT_LE(rises.builds[0].begin_s, 16);
}

TEST(Rises, AreNoneWhereNothingRisesAndADropNeedsNone) {
  const Rises rises = find_rises(rising_song(0), its_sections());
  EXPECT_THAT(rises.builds, IsEmpty());
  EXPECT_THAT(rises.drops_s, ElementsAre(32));
}

TEST(Rises, AreNoDropsIntoASectionOfLittleEnergyOrWithoutBass) {
  std::vector<Section> sections = its_sections();
  sections[2].energy_class = SectionEnergy::middle;
  EXPECT_THAT(find_rises(rising_song(0), sections).drops_s, IsEmpty());
  std::vector<Bar> bars = rising_song(0);
  for (Bar& bar : bars) bar.bass_db = -30;
  EXPECT_THAT(find_rises(bars, its_sections()).drops_s, IsEmpty());
}

}  // namespace
}  // namespace spectradiff
