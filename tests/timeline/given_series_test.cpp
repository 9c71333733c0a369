#include "spectradiff/timeline/given_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "song.h"

namespace spectradiff {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

std::string bytes(std::initializer_list<int> list) {
  return {list.begin(), list.end()};
}

std::string number(size_t value, int count) {
  std::string text;
  for (int i = count - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

std::string track(const std::string& events) {
  return "MTrk" + number(events.size(), 4) + events;
}

std::string midi(int division, const std::vector<std::string>& tracks) {
  std::string file = "MThd" + number(6, 4) + number(1, 2) + number(tracks.size(), 2) +
                     number(static_cast<size_t>(division), 2);
  for (const std::string& each : tracks) file += track(each);
  return file;
}

const std::string kEnd = bytes({0, 0xFF, 0x2F, 0});

TEST(Midi, NotesFollowTheTempoMapOfAnotherTrack) {
  // 96 ticks to a quarter note: half a second each until tick 192, a second each from there.
  const std::string tempo = bytes({0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20}) +           // 500000 us at 0
                            bytes({0x81, 0x40, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40}) +  // 1000000 us at 192
                            kEnd;
  const std::string notes =
      bytes({96, 0x90, 60, 127, 96, 60, 0}) +             // 96..192, ended by a running note of level 0
      bytes({48, 0x90, 64, 64, 96, 0x80, 64, 0}) + kEnd;  // 240..336
  const std::vector<MidiNote> read = parse_midi(midi(96, {tempo, notes}), "a.mid");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_DOUBLE_EQ(read[0].begin_s, 0.5);
  EXPECT_DOUBLE_EQ(read[0].end_s, 1.0);
  EXPECT_EQ(read[0].pitch, 60);
  EXPECT_DOUBLE_EQ(read[0].velocity, 1.0);
  EXPECT_DOUBLE_EQ(read[1].begin_s, 1.5);
  EXPECT_DOUBLE_EQ(read[1].end_s, 2.5);
  EXPECT_DOUBLE_EQ(read[1].velocity, 64 / 127.0);
}

TEST(Midi, SmpteTimeCountsFramesAndANoteWithoutEndEndsWithItsTrack) {
  // 25 frames of 40 ticks: a millisecond each.
  const std::string notes =
      bytes({0x83, 0x74, 0x95, 36, 100, 0x87, 0x68, 0xFF, 0x2F, 0});  // at 500, end at 1500
  const std::vector<MidiNote> read = parse_midi(midi(0xE728, {notes}), "a.mid");
  ASSERT_EQ(read.size(), 1u);
  EXPECT_DOUBLE_EQ(read[0].begin_s, 0.5);
  EXPECT_DOUBLE_EQ(read[0].end_s, 1.5);
}

TEST(Midi, WhatIsDamagedIsRefusedByItsPlace) {
  const auto refused = [](const std::string& file) -> std::string {
    try {
      parse_midi(file, "a.mid");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      return error.what();
    }
    return "nothing was thrown";
  };
  EXPECT_THAT(refused("RIFF"), HasSubstr("a.mid is no Standard MIDI File"));
  EXPECT_THAT(refused(midi(0, {kEnd})), HasSubstr("no ticks"));
  EXPECT_THAT(refused(midi(96, {bytes({0, 60, 1})})), HasSubstr("byte 23: an event has no kind"));
  const std::string whole = midi(96, {bytes({0, 0x90, 60, 100, 96, 0x80, 60, 0}) + kEnd});
  EXPECT_THAT(refused(whole.substr(0, whole.size() - 6)), HasSubstr("ends too early"));
}

TEST(Midi, AnyBytesAreNotesOrAnError) {
  const std::string whole =
      midi(96, {bytes({0, 0xFF, 0x51, 3, 7, 0xA1, 0x20}) + kEnd,
                bytes({0, 0x90, 60, 100, 96, 0x80, 60, 0, 0, 0xF0, 2, 1, 0xF7}) + kEnd});
  std::mt19937 dice(1);
  int read = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string file = whole.substr(0, dice() % 3 == 0 ? dice() % whole.size() : whole.size());
    for (unsigned k = dice() % 5; k > 0 && !file.empty(); --k)
      file[dice() % file.size()] = static_cast<char>(dice());
    try {
      for (const MidiNote& note : parse_midi(file, "a.mid")) EXPECT_LE(note.begin_s, note.end_s);
      ++read;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
    }
  }
  EXPECT_GT(read, 1000);
}

TEST(GivenSeries, AVelocityIsHeldWhileANoteSoundsAndAPitchUntilTheNextNote) {
  const Features song = song_of(8);  // 0.1 s each
  const std::vector<MidiNote> notes = {{0.15, 0.35, 60, 0.5}, {0.3, 0.32, 64, 1}, {0.61, 0.61, 40, 0.25}};
  EXPECT_THAT(note_series("midi:lead", notes, song).values,
              Pointwise(FloatNear(0), {0.0F, 0.5F, 0.5F, 1.0F, 0.0F, 0.0F, 0.25F, 0.0F}));
  EXPECT_THAT(note_series("midi:lead:60", notes, song).values,
              Pointwise(FloatNear(0), {0.0F, 0.5F, 0.5F, 0.5F, 0.0F, 0.0F, 0.0F, 0.0F}));
  EXPECT_THAT(note_series("pitch:lead", notes, song).values,
              Pointwise(FloatNear(0), {60.F, 60.F, 60.F, 64.F, 64.F, 64.F, 40.F, 40.F}));
}

TEST(GivenSeries, ALabelHoldsFromItsBeginToItsEndAndAMomentInItsFrame) {
  const Features song = song_of(8);
  const std::string text =
      "\xEF\xBB\xBF"
      "0.2\t0.4\tverse\r\n\\\t100\t200\n0,65\t0,65\tflash\n99\t100\tlater\n";
  EXPECT_THAT(label_series("labels:marks", parse_labels(text, "l.txt"), song).values,
              ElementsAre(0, 0, 1, 1, 0, 0, 1, 0));
  EXPECT_EQ(label_series("labels:marks", {}, song).name, "labels:marks");
  EXPECT_EQ(note_series("pitch:lead", {}, song).name, "pitch:lead");
  for (const char* wrong : {"0.2 0.4 verse", "0.4\t0.2\tback", "x\t1\ta", "0.5"}) {
    try {
      parse_labels(std::string("0\t1\ta\n") + wrong, "l.txt");
      FAIL() << wrong;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input);
      EXPECT_THAT(error.what(), HasSubstr("l.txt, line 2"));
    }
  }
}

TEST(GivenSeries, TheirNamesStandInExpressionsEvenBehindAChoice) {
  Features song = song_of(3, {{"stem:drums", "", {0, 1, 2}}, {"midi:kit:36", "", {0.5, 0, 0}}});
  EXPECT_THAT(values(song, "stem:drums"), ElementsAre(0, 0.5, 1));
  EXPECT_THAT(values(song, "stem:drums > 0.4 ? stem:drums : midi:kit:36"), ElementsAre(0.5, 0.5, 1));
  EXPECT_THAT(values(song, "at(stem:drums, -1f)"), ElementsAre(0, 0, 0.5));
  EXPECT_THAT(refusal([] { Expression("2*stem", {}); }), HasSubstr("--stem drums=FILE"));
  EXPECT_THAT(refusal([] { Expression("pitch", {}); }), HasSubstr("--midi drums=FILE"));
  EXPECT_THAT(refusal([] { Expression("midi:kit:200", {}); }),
              HasSubstr("no series, counter or signal midi:kit:200"));
}

}  // namespace
}  // namespace spectradiff
