#include "spectradiff/render/ordered_queue.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace spectradiff {
namespace {

TEST(OrderedQueue, DeliversInOrderWhateverTheWorkersDo) {
  OrderedQueue<int64_t> queue(500, 8);
  std::vector<std::jthread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&] {
      while (const auto number = queue.claim()) queue.push(*number, *number * 3);
    });
  }
  for (int64_t expected = 0; expected < 500; ++expected) EXPECT_EQ(queue.pop(), expected * 3);
  EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(OrderedQueue, CancelReleasesEverybody) {
  OrderedQueue<int> queue(10, 1);
  std::jthread blocked_producer([&] { EXPECT_FALSE(queue.push(5, 1)); });
  std::jthread blocked_consumer([&] { EXPECT_EQ(queue.pop(), std::nullopt); });
  queue.cancel();
  blocked_producer.join();
  blocked_consumer.join();
  EXPECT_EQ(queue.claim(), std::nullopt);
}

}  // namespace
}  // namespace spectradiff
