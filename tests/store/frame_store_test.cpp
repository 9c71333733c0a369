#include "spectradiff/store/frame_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "claim.h"
#include "database.h"
#include "expect_error.h"
#include "spectradiff/base/file.h"
#include "spectradiff/base/process.h"
#include "spectradiff/store/store_reader.h"
#include "temporary_folder.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

constexpr Size kSize{40, 24};

// Noise: no two alike, and none that compresses.
Canvas picture(int64_t number) {
  Canvas canvas(kSize);
  uint32_t state = static_cast<uint32_t>(number) * 2654435761u + 1;
  for (uint8_t& byte : canvas.bytes())
    byte = static_cast<uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  return canvas;
}

std::string key(int64_t number) {
  return fmt::format("{:064x}", number);
}

void put(FrameStore& store, int64_t first, int64_t last) {
  for (int64_t i = first; i <= last; ++i) store.put(key(i), i, picture(i));
}

// Which of 0..count-1 are there; each that is must be the very picture.
std::vector<int64_t> held(const FrameStore& store, int64_t count) {
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < count; ++i) {
    if (!store.holds(key(i))) continue;
    EXPECT_EQ(store.picture(key(i)).bytes(), picture(i).bytes()) << i;
    numbers.push_back(i);
  }
  return numbers;
}

std::vector<int64_t> numbers(int64_t count) {
  std::vector<int64_t> all(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) all[static_cast<size_t>(i)] = i;
  return all;
}

class FrameStoreTest : public ::testing::Test {
 protected:
  const TemporaryFolder folder_;
  const fs::path file_ = folder_ / "v.mp4.spectradiff";
  std::vector<std::string> notes_;

  void keep(int64_t count) {
    FrameStore store(file_, notes_);
    store.set_about("song", "abc");
    put(store, 0, count - 1);
  }

  // A child that does so and is killed in its sleep.
  template <typename Work>
  void kill_while(Work work) {
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
      FrameStore store(file_, notes_);
      work(store);
      if (write(ready[1], "r", 1) != 1) _exit(1);
      for (;;) pause();
    }
    char byte = 0;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ready[0]);
    close(ready[1]);
  }
};

TEST_F(FrameStoreTest, GivesBackEveryPictureAndWhatIsSaidOfThem) {
  keep(20);
  FrameStore store(file_, notes_);
  EXPECT_EQ(held(store, 30), numbers(20));
  EXPECT_EQ(store.pictures(), 20);
  EXPECT_EQ(store.about("song"), "abc");
  EXPECT_EQ(store.about("other"), "");
  EXPECT_TRUE(notes_.empty()) << notes_.front();
}

TEST_F(FrameStoreTest, APictureIsThereAsSoonAsItsKeyIsWritten) {
  FrameStore store(file_, notes_);
  put(store, 0, 3);
  store.flush();
  EXPECT_EQ(held(store, 5), numbers(4));
}

TEST_F(FrameStoreTest, LeavesNothingWhereNothingWasPut) {
  {
    const FrameStore store(file_, notes_);
  }
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(FrameStoreTest, LeavesNothingWhenRemoved) {
  FrameStore store(file_, notes_);
  put(store, 0, 3);
  store.remove();
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

TEST_F(FrameStoreTest, ASecondOneIsRefusedWhileTheFirstLives) {
  const FrameStore store(file_, notes_);
  EXPECT_ERROR(FrameStore(file_, notes_), ErrorKind::output, fmt::format("process {}", getpid()));
}

TEST_F(FrameStoreTest, WhatWasFlushedOutlivesAKillAndTheClaimIsTakenOver) {
  kill_while([](FrameStore& store) {
    put(store, 0, 11);
    store.flush();
    put(store, 12, 14);
  });
  FrameStore store(file_, notes_);
  const std::vector<int64_t> there = held(store, 15);
  EXPECT_GE(there.size(), 12u);
  EXPECT_EQ(there, numbers(static_cast<int64_t>(there.size())));
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_THAT(notes_.front(), ::testing::HasSubstr("taken over"));
}

TEST_F(FrameStoreTest, AClaimOfAnotherMachineIsTakenOverOnceItHasBeenSilent) {
  keep(1);
  Database(file_, Database::Access::write)
      .run("INSERT INTO claim VALUES(1, 'x', 'elsewhere', 'another boot', 1, '1', 0)");
  const FrameStore store(file_, notes_);
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_THAT(notes_.front(), ::testing::HasSubstr("process 1 on elsewhere has not been heard of"));
}

TEST_F(FrameStoreTest, AClaimOfAnotherMachineThatLivesIsNotTakenOver) {
  keep(1);
  Database database(file_, Database::Access::write);
  database.run("INSERT INTO claim VALUES(1, 'x', 'elsewhere', 'another boot', 1, '1', 0)");
  std::atomic<bool> is_over = false;
  std::thread other([&] {
    while (!is_over) {
      database.run("UPDATE claim SET beat = beat + 1");
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  });
  EXPECT_ERROR(FrameStore(file_, notes_), ErrorKind::output, "process 1 on elsewhere");
  is_over = true;
  other.join();
}

TEST_F(FrameStoreTest, OneThatWaitsForPicturesShowsThatItLives) {
  const FrameStore store(file_, notes_);
  Database database(file_, Database::Access::read);
  const int64_t before = database.number("SELECT beat FROM claim");
  std::this_thread::sleep_for(2 * kBeat);
  EXPECT_GT(database.number("SELECT beat FROM claim"), before);
}

TEST_F(FrameStoreTest, WhoLostItsClaimWritesNoMore) {
  FrameStore store(file_, notes_);
  put(store, 0, 0);
  store.flush();
  Database(file_, Database::Access::write).run("UPDATE claim SET token = 'x'");
  put(store, 1, 1);
  EXPECT_ERROR(store.flush(), ErrorKind::output, "taken over by another process");
  EXPECT_ERROR(put(store, 2, 2), ErrorKind::output, "taken over by another process");
}

TEST_F(FrameStoreTest, WhatIsNoStoreIsNamedAndLeftAlone) {
  const std::string text = "this is a diary, not a store " + std::string(5000, '.');
  std::ofstream(file_) << text;
  EXPECT_ERROR(FrameStore(file_, notes_), ErrorKind::output, "is no store of finished frames");
  EXPECT_EQ(read_file(file_, 10000, ErrorKind::input), text);
  fs::remove(file_);
  Database(file_, Database::Access::create).run("CREATE TABLE diary(day, words)");
  EXPECT_ERROR(FrameStore(file_, notes_), ErrorKind::output, "is no store of finished frames");
  fs::remove(file_);
  fs::create_directory(file_);
  EXPECT_ERROR(FrameStore(file_, notes_), ErrorKind::output, "is no file");
}

TEST_F(FrameStoreTest, AStoreOfANewerVersionIsLeftAlone) {
  keep(1);
  Database(file_, Database::Access::write).run("PRAGMA user_version = 2");
  EXPECT_ERROR(FrameStore(file_, notes_), ErrorKind::output, "newer version");
}

// Every page but the first: the file's own head says what it is.
TEST_F(FrameStoreTest, WhateverPageIsDamagedTheOthersPicturesAreGivenBack) {
  constexpr int64_t kCount = 12, kPage = 2048;
  keep(kCount);
  const std::string whole = read_file(file_, 1 << 20, ErrorKind::input);
  const auto pages = static_cast<int64_t>(whole.size()) / kPage;
  ASSERT_GT(pages, 12);
  int64_t cost_one_at_most = 0;
  bool some_cost = false;
  for (int64_t page = 1; page < pages; ++page) {
    std::string damaged = whole;
    std::fill_n(damaged.begin() + page * kPage, kPage, static_cast<char>(0xA5));
    write_file(file_, damaged, true);
    FrameStore store(file_, notes_);
    const size_t there = held(store, kCount).size();
    cost_one_at_most += there + 1 >= kCount ? 1 : 0;
    some_cost |= there < kCount;
    put(store, 0, kCount - 1);
    store.flush();
    EXPECT_EQ(held(store, kCount), numbers(kCount)) << "page " << page;
  }
  EXPECT_TRUE(some_cost);
  EXPECT_GT(cost_one_at_most, pages / 2);
}

TEST_F(FrameStoreTest, AnIndexThatLeadsToOthersPicturesIsDamage) {
  keep(3);
  std::string bytes = read_file(file_, 1 << 20, ErrorKind::input);
  // In the index a key is followed by its id, in the table by the checksum or the frame.
  const size_t second = bytes.find(key(1) + '\x02'), third = bytes.find(key(2) + '\x03');
  ASSERT_NE(second, std::string::npos);
  ASSERT_NE(third, std::string::npos);
  std::swap(bytes[second + key(1).size()], bytes[third + key(2).size()]);
  write_file(file_, bytes, true);
  EXPECT_EQ(StoreReader(file_).picture(key(1)).bytes(), picture(1).bytes());
  FrameStore store(file_, notes_);
  EXPECT_EQ(held(store, 3), numbers(3));
  ASSERT_FALSE(notes_.empty());
  EXPECT_NE(notes_.back().find("was damaged: 3 of its frames are whole"), std::string::npos);
}

TEST_F(FrameStoreTest, WhereverTheFileIsCutWhatItGivesIsWhole) {
  keep(8);
  const std::string whole = read_file(file_, 1 << 20, ErrorKind::input);
  for (size_t size = whole.size() - 1; size > 2048; size = size * 7 / 8) {
    write_file(file_, whole.substr(0, size), true);
    FrameStore store(file_, notes_);
    held(store, 8);
    put(store, 0, 7);
    store.flush();
    EXPECT_EQ(held(store, 8), numbers(8)) << size;
  }
}

// A limit of the file's size, as a full disk to it.
TEST_F(FrameStoreTest, AFullDiskEndsItAndKeepsWhatWasThere) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    FrameStore store(file_, notes_);
    put(store, 0, 4);
    store.flush();
    const rlimit limit{200000, 200000};
    setrlimit(RLIMIT_FSIZE, &limit);
    try {
      put(store, 5, 400);
      store.flush();
    } catch (const Error& error) {
      _exit(error.kind() == ErrorKind::output ? 42 : 1);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 42);
  FrameStore store(file_, notes_);
  const std::vector<int64_t> there = held(store, 401);
  EXPECT_GE(there.size(), 5u);
  EXPECT_EQ(there, numbers(static_cast<int64_t>(there.size())));
  put(store, 0, 400);
  store.flush();
  EXPECT_EQ(held(store, 401), numbers(401));
}

TEST_F(FrameStoreTest, GoesWithoutWritingWhatWaitsForIt) {
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    FrameStore store(file_, notes_);
    put(store, 0, 4);
    store.flush();
    const rlimit limit{1, 1};  // nothing more can be written
    setrlimit(RLIMIT_FSIZE, &limit);
    put(store, 5, 8);
    store.remove();
    _exit(fs::is_empty(folder_.path()) ? 42 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST_F(FrameStoreTest, SaysWhatItHoldsWithoutBeingClaimed) {
  keep(1);
  const FrameStore store(file_, notes_);
  EXPECT_EQ(read_about(file_, "song"), "abc");
  EXPECT_EQ(read_about(folder_ / "none", "song"), std::nullopt);
  EXPECT_FALSE(fs::exists(folder_ / "none"));
}

TEST_F(FrameStoreTest, AReaderSeesWhatALiveOneHasWrittenAndWhoseItIs) {
  FrameStore store(file_, notes_);
  put(store, 0, 4);
  store.flush();
  const StoreReader reader(file_);
  EXPECT_EQ(reader.pictures(), 5);
  EXPECT_FALSE(reader.is_damaged());
  EXPECT_TRUE(reader.holds(key(4)) && !reader.holds(key(5)));
  EXPECT_EQ(reader.picture(key(3)).bytes(), picture(3).bytes());
  EXPECT_EQ(reader.holder(), this_process().text());
}

TEST_F(FrameStoreTest, AReaderOfADamagedStoreHasWhatIsWholeAndSaysSo) {
  keep(12);
  std::string bytes = read_file(file_, 1 << 20, ErrorKind::input);
  std::fill_n(bytes.begin() + static_cast<int64_t>(bytes.size()) / 2, 2048, static_cast<char>(0xA5));
  write_file(file_, bytes, true);
  const StoreReader reader(file_);
  EXPECT_TRUE(reader.is_damaged());
  EXPECT_GE(reader.pictures(), 10);
  EXPECT_EQ(reader.holder(), "");
  EXPECT_EQ(read_file(file_, 1 << 20, ErrorKind::input), bytes);
}

TEST_F(FrameStoreTest, AReaderNamesWhatIsNoStore) {
  EXPECT_ERROR(StoreReader(folder_ / "none"), ErrorKind::output, "none is not there");
  EXPECT_FALSE(fs::exists(folder_ / "none"));
  std::ofstream(file_) << "a diary" << std::string(5000, '.');
  EXPECT_ERROR(StoreReader{file_}, ErrorKind::output, "is no store of finished frames");
}

TEST_F(FrameStoreTest, AnEmptyOneStaysWhereItIsTold) {
  {
    FrameStore store(file_, notes_);
    store.set_about("plan", "p");
    store.stay();
  }
  EXPECT_EQ(read_about(file_, "plan"), "p");
}

TEST(ProcessMark, ANumberUsedAgainIsAnotherProcess) {
  ProcessMark mark = this_process();
  EXPECT_TRUE(is_alive(mark));
  mark.start += "0";
  EXPECT_FALSE(is_alive(mark));
}

}  // namespace
}  // namespace spectradiff
