#include "spectradiff/report/song_view.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "song.h"

namespace spectradiff {
namespace {

SongView view_of(const std::vector<float>& interleaved, int columns, int channels = 1,
                 int sample_rate_hz = 44100) {
  return with_source(interleaved, channels, sample_rate_hz,
                     [=](AudioSource& source) { return view_song(source, columns); });
}

TEST(SongView, TheEnvelopeHoldsEverySampleOfEveryChannel) {
  std::vector<float> stereo(2000);
  stereo[2 * 333 + 1] = 0.75f;
  stereo[2 * 799] = -0.5f;
  const SongView view = view_of(stereo, 10, 2, 8000);
  ASSERT_EQ(view.columns, 10);
  for (size_t column = 0; column < 10; ++column) {
    EXPECT_EQ(view.highest[column], column == 3 ? 0.75f : 0) << column;
    EXPECT_EQ(view.lowest[column], column == 7 ? -0.5f : 0) << column;
    EXPECT_NEAR(view.rms[column],
                column == 3   ? 0.75 / std::sqrt(200)
                : column == 7 ? 0.5 / std::sqrt(200)
                              : 0,
                1e-6);
  }
}

TEST(SongView, ASineLiesAtItsPitchWithItsLevel) {
  const SongView view = view_of(sine(44100, 1000, 0.1), 200);
  const auto bins = static_cast<size_t>(view.bins);
  const auto middle = view.spectrogram_db.begin() + static_cast<std::ptrdiff_t>(100 * bins);
  const auto loudest = std::max_element(middle, middle + view.bins);
  const double bin = std::log(1000 / view.fmin_hz) / std::log(view.fmax_hz / view.fmin_hz) * (view.bins - 1);
  EXPECT_NEAR(static_cast<double>(loudest - middle), bin, 1.5);
  EXPECT_NEAR(*loudest, -20, 1);
}

TEST(SongView, AClickIsSeenInItsColumnOnly) {
  std::vector<float> click(44100);
  click[30870] = 1;
  const SongView view = view_of(click, 100);
  for (int column = 0; column < 100; ++column) {
    const auto i = static_cast<size_t>(column);
    EXPECT_EQ(view.highest[i], column == 70 ? 1.0f : 0.0f) << column;
    const auto begin = view.spectrogram_db.begin() + static_cast<std::ptrdiff_t>(column) * view.bins;
    const float loudest = *std::max_element(begin, begin + view.bins);
    if (column == 70) {
      EXPECT_GT(loudest, -60);
    } else if (std::abs(column - 70) > 3) {
      EXPECT_EQ(loudest, -200) << column;
    }
  }
}

TEST(SongView, LongSongsGetAsManyColumnsAndShortOnesNotMoreThanSamples) {
  const SongView longer = view_of(std::vector<float>(8000 * 200), 50, 1, 8000);
  EXPECT_EQ(longer.columns, 50);
  EXPECT_EQ(longer.spectrogram_db.size(), 50u * static_cast<size_t>(longer.bins));
  EXPECT_LE(longer.fmax_hz, 4000);
  const SongView shorter = view_of(sine(7, 1000, 1), 50);
  EXPECT_EQ(shorter.columns, 7);
  EXPECT_EQ(shorter.highest.size(), 7u);
}

}  // namespace
}  // namespace spectradiff
