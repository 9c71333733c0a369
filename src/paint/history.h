// The song's strengths over time and height, for painters that show more than one moment.
#pragma once

#include <cstdint>
#include <vector>

#include "painting.h"

namespace spectradiff {

// Strengths of neighbouring frames, resampled from bins to `heights` evenly spaced places: the first one is
// that of the lowest bin.
class History {
 public:
  // Of the frames from `begin` to `end`, both included; what lies outside the song is silent.
  History(const Levels& levels, double gamma, int64_t begin, int64_t end, int heights);

  // Mean over `frames_wide` frames around the (fractional) frame, at least between two neighbours: where the
  // weights of the frames of column x lie.
  struct Column {
    int first = 0;        // index of the first frame
    int count = 0;        // of frames, 0: silent
    int first_share = 0;  // of 256, when count is 2
  };
  Column column(double frame, double frames_wide) const;
  // 0..255 · 128
  int at(int height, const Column& column) const;

  // The columns of a picture, `frames_wide` each.
  class Row {
   public:
    Row(const History& history, const std::vector<double>& frames, double frames_wide);
    // at() of every column.
    const std::vector<uint16_t>& strengths(int height);

   private:
    const History& history_;
    std::vector<Column> columns_;
    std::vector<uint16_t> strengths_;
    // Where every column lies between two frames; of a silent one, no share of either counts.
    const bool between_;
    std::vector<int> places_;                             // of the first
    std::vector<uint16_t> first_shares_, second_shares_;  // of 256
    std::vector<uint16_t> firsts_, seconds_;              // strengths
  };

 private:
  static int mean(const uint16_t* frames, const Column& column);

  int64_t begin_;
  int frames_;
  int heights_;
  std::vector<uint16_t> strengths_;  // [heights][frames], 0..255 · 128
};

}  // namespace spectradiff
