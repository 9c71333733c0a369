// The tables of a store, and what a row of pictures must fulfil. Private to this module.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "database.h"
#include "spectradiff/image/canvas.h"

namespace spectradiff {

constexpr int64_t kApplicationId = 0x73704446;  // "spDF"
constexpr int64_t kVersion = 1;

// What the head of the file says, whatever follows it; 0 where there is none.
int64_t application_id_of(const std::filesystem::path& file);

// Error{output} naming the file and why it is not used: it was left alone.
[[noreturn]] void refuse_foreign_store(const std::filesystem::path& file, const char* why);

// Of a file that is there: Error{output} where it is no store that this version reads. False: nothing was
// ever finished in it, since whoever began it was stopped in its first moment.
bool check_is_store(Database& database, const std::filesystem::path& file);

// Of a file that is still empty: small ones, since many a store is a claim and nothing else.
constexpr const char* kPages = "PRAGMA page_size = 2048";

// In a transaction, in an empty file.
void make_tables(Database& database);

// The checksum of a picture under its key. PNG by libdeflate took the fewest bytes of what was measured on
// pictures of a model (256x256): 66 kB and 8 ms of a core, where zstd took 69 kB and 2.4 ms behind PNG's
// filter and 139 kB and 1.9 ms without, deflate alone 128 kB and 3.4 ms; and every tool reads it.
std::string seal_of(std::string_view key, std::span<const uint8_t> png);

struct StoredPlace {
  int64_t id = 0, bytes = 0;
};

// By its id, since an index of keys that is damaged leads to others' rows; none where it is not whole or not
// that of `key`.
std::optional<Canvas> whole_picture(Database& database, int64_t id, std::string_view key);

}  // namespace spectradiff
