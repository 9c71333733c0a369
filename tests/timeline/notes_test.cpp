// Notes and their prompts, as tests/oracles/record_sound_embedding.py recorded them with librosa and SciPy.
#include "spectradiff/timeline/notes.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "expect_error.h"
#include "spectradiff/base/json.h"

namespace spectradiff {
namespace {

std::vector<NoteValues> rows_of(const Json& table) {
  std::vector<NoteValues> rows;
  for (const Json& line : table) {
    NoteValues& row = rows.emplace_back();
    for (size_t note = 0; note < row.size(); ++note) row[note] = line[note].get<double>();
  }
  return rows;
}

class Notes : public ::testing::Test {
 protected:
  const Json recorded_ = read_json(SPECTRADIFF_TEST_DATA "/notes.json");
  const std::vector<NoteValues> chroma_ = rows_of(recorded_["chroma"]);
  const std::vector<int64_t> onsets_ = recorded_["onsets"].get<std::vector<int64_t>>();
  const std::vector<double> amount_ = std::vector<double>(chroma_.size(), 0.8);
  std::vector<NoteMix> mixes(NotesMode mode) const {
    return mix_notes(chroma_, onsets_, {.mode = mode}, amount_);
  }
};

TEST_F(Notes, RiseAsLibrosaMeasuresIt) {
  const std::vector<NoteValues> expected = rows_of(recorded_["slopes"]), slopes = note_slopes(chroma_);
  for (size_t frame = 0; frame < slopes.size(); ++frame) {
    for (size_t note = 0; note < kNotes; ++note)
      ASSERT_NEAR(slopes[frame][note], expected[frame][note], 1e-8) << frame << " " << note;
  }
}

TEST_F(Notes, FocusOnTheOneThatChangesMost) {
  const auto notes = recorded_["focus"]["notes"].get<std::vector<size_t>>();
  const auto along = recorded_["focus"]["along"].get<std::vector<double>>();
  const auto made = mixes(NotesMode::focus);
  for (size_t frame = 0; frame < made.size(); ++frame) {
    EXPECT_TRUE(made[frame].arcs);
    EXPECT_EQ(made[frame].weights[notes[frame]], 1) << frame;
    EXPECT_NEAR(made[frame].along[notes[frame]], along[frame], 1e-8) << frame;
  }
}

TEST_F(Notes, CumulateAsSciPySmoothsThem) {
  const std::vector<NoteValues> expected = rows_of(recorded_["cumulative"]);
  const auto made = mixes(NotesMode::cumulative);
  for (size_t frame = 0; frame < made.size(); ++frame) {
    for (size_t note = 0; note < kNotes; ++note)
      ASSERT_NEAR(made[frame].weights[note], expected[frame][note], 1e-8) << frame << " " << note;
  }
}

// The base goes towards each note's prompt in turn.
TEST_F(Notes, LerpTowardsEachInTurn) {
  const auto made = mixes(NotesMode::lerp);
  for (size_t frame = 0; frame < made.size(); frame += 7) {
    std::array<double, kNotes + 1> embedding{1};  // of base and notes, as if their embeddings were axes
    for (size_t note = 0; note < kNotes; ++note) {
      const double share = 0.8 * chroma_[frame][note];
      for (double& value : embedding) value *= 1 - share;
      embedding[note + 1] += share;
    }
    for (size_t note = 0; note < kNotes; ++note)
      EXPECT_NEAR(made[frame].weights[note], embedding[note + 1], 1e-12) << frame << " " << note;
  }
}

TEST_F(Notes, ThatPersistAreOutweighedByNewOnes) {
  // C sounds on and on, E grows beside it: as loud as C, it counts 1.75 times.
  std::vector<NoteValues> chroma(20);
  for (size_t frame = 0; frame < chroma.size(); ++frame) {
    chroma[frame][0] = 0.5 + 0.02 * static_cast<double>(frame);
    chroma[frame][4] = frame < 15 ? 0 : 0.6;
  }
  const std::vector<double> amount(chroma.size(), 1);
  const NoteMix mix = mix_notes(chroma, {}, {.mode = NotesMode::persistence}, amount)[15];
  EXPECT_NEAR(mix.weights[4] / mix.weights[0], 1.75 * 0.6 / 0.8, 1e-12);
  EXPECT_NEAR(mix.weights[0] + mix.weights[4], 1, 1e-12);
  EXPECT_NEAR(mix.along[4], 0.6, 1e-12);
}

TEST_F(Notes, OfSilenceAreNone) {
  const std::vector<NoteValues> silence(12);
  const std::vector<double> amount(silence.size(), 0.8);
  for (const NotesMode mode :
       {NotesMode::lerp, NotesMode::persistence, NotesMode::focus, NotesMode::cumulative}) {
    for (const NoteMix& mix : mix_notes(silence, {}, {.mode = mode}, amount)) {
      for (size_t note = 0; note < kNotes; ++note) EXPECT_EQ(mix.weights[note] * mix.along[note], 0);
    }
  }
}

TEST_F(Notes, AreDealtAnewInEachPart) {
  const auto made = mix_notes(chroma_, onsets_, {.shuffles = 4}, amount_);
  EXPECT_EQ(made.front().part, 0);
  EXPECT_EQ(made[15].part, 1);
  EXPECT_EQ(made.back().part, 3);
  std::set<std::array<int, kNotes>> deals;
  for (int part = 0; part < 4; ++part) {
    auto prompts = dealt_prompts(7, part);
    deals.insert(prompts);
    std::sort(prompts.begin(), prompts.end());
    for (int note = 0; note < kNotes; ++note) EXPECT_EQ(prompts[static_cast<size_t>(note)], note);
  }
  EXPECT_EQ(deals.size(), 4u);
}

TEST(NotePrompts, AreTwelveHoweverTheyAreWritten) {
  std::string lines = "# notes\n", list = "[", names = "{";
  const char* keys[] = {"b", "A#", "a", "gs", "g", "f#", "F", "e", "ds", "d", "c#", "c"};
  for (int i = 0; i < kNotes; ++i) {
    lines += "prompt " + std::to_string(i) + "\n\n";
    list += (i > 0 ? ", \"prompt " : "\"prompt ") + std::to_string(i) + "\"";
    names += (i > 0 ? ", \"" : "\"") + std::string(keys[i]) + "\": \"prompt " +
             std::to_string(kNotes - 1 - i) + "\"";
  }
  const auto expected = parse_notes(lines, "a");
  EXPECT_EQ(expected.size(), 12u);
  EXPECT_EQ(expected[11], "prompt 11");
  EXPECT_EQ(parse_notes(list + "]", "a"), expected);
  EXPECT_EQ(parse_notes(names + "}", "a"), expected);
}

TEST(NotePrompts, ThatAreElevenAreRefusedWithTheirNumber) {
  std::string lines;
  for (int i = 0; i < 11; ++i) lines += "prompt\n";
  EXPECT_ERROR(parse_notes(lines, "notes.txt"), ErrorKind::usage,
               "notes.txt holds 11 prompts; twelve prompts are needed");
}

}  // namespace
}  // namespace spectradiff
