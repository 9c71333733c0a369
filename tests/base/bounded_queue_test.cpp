#include "spectradiff/base/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace spectradiff {
namespace {

TEST(BoundedQueue, DeliversInOrderAndEndsAfterClose) {
  BoundedQueue<std::unique_ptr<int>> queue(2);
  EXPECT_TRUE(queue.push(std::make_unique<int>(1)));
  EXPECT_TRUE(queue.push(std::make_unique<int>(2)));
  queue.close();
  EXPECT_FALSE(queue.push(std::make_unique<int>(3)));
  EXPECT_EQ(**queue.pop(), 1);
  EXPECT_EQ(**queue.pop(), 2);
  EXPECT_FALSE(queue.pop().has_value());
}

TEST(BoundedQueue, HoldsBackAProducerThatIsFaster) {
  BoundedQueue<int> queue(3);
  std::atomic<int> pushed = 0;
  int most_ahead = 0;
  std::thread producer([&] {
    for (int i = 0; i < 1000; ++i) {
      queue.push(i);
      ++pushed;
    }
    queue.close();
  });
  int popped = 0;
  while (auto value = queue.pop()) {
    EXPECT_EQ(*value, popped++);
    most_ahead = std::max(most_ahead, pushed.load() - popped);
  }
  producer.join();
  EXPECT_EQ(popped, 1000);
  EXPECT_LE(most_ahead, 3);
}

TEST(BoundedQueue, CancelFreesABlockedProducerAndDropsWhatIsQueued) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.push(1));
  bool taken = true;
  std::thread producer([&] { taken = queue.push(2); });
  queue.cancel();
  producer.join();
  EXPECT_FALSE(taken);
  EXPECT_FALSE(queue.pop().has_value());
}

TEST(BoundedQueue, LosesNothingBetweenManyProducersAndConsumers) {
  BoundedQueue<int> queue(4);
  std::atomic<int64_t> sum = 0;
  std::atomic<int> count = 0;
  std::vector<std::thread> consumers;
  consumers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    consumers.emplace_back([&] {
      while (auto value = queue.pop()) {
        sum += *value;
        ++count;
      }
    });
  }
  std::vector<std::thread> producers;
  producers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    producers.emplace_back([&queue, i] {
      for (int k = 0; k < 500; ++k) queue.push(i * 500 + k);
    });
  }
  for (auto& thread : producers) thread.join();
  queue.close();
  for (auto& thread : consumers) thread.join();
  EXPECT_EQ(count, 1500);
  EXPECT_EQ(sum, 1499 * 1500 / 2);
}

}  // namespace
}  // namespace spectradiff
