// What is whole of a store that is damaged. Private to this module.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "database.h"

namespace spectradiff {

// A picture as it lies there, good until the next one.
struct StoredRow {
  int64_t id = 0, frame = 0;
  std::string key, seal;
  std::span<const uint8_t> png;
};

// Every picture that is whole, by id, whatever is damaged around it. False where some are not.
bool for_each_whole_row(Database& from, const std::function<void(const StoredRow&)>& visit);

// Makes a new store of it in its place; how many pictures were whole. What was there is lost.
int64_t salvage(const std::filesystem::path& file);

}  // namespace spectradiff
