#include "schema.h"

#include <fmt/format.h>

#include <array>
#include <fstream>

#include "claim.h"
#include "spectradiff/base/sha256.h"
#include "spectradiff/image/png.h"

namespace spectradiff {

int64_t application_id_of(const std::filesystem::path& file) {
  constexpr int64_t kPlace = 68;  // of the file format's description, section 1.3
  std::array<char, 4> bytes{};
  std::ifstream in(file, std::ios::binary);
  if (!in.seekg(kPlace).read(bytes.data(), bytes.size())) return 0;
  int64_t id = 0;
  for (const char byte : bytes) id = id << 8 | static_cast<uint8_t>(byte);
  return id;
}

void refuse_foreign_store(const std::filesystem::path& file, const char* why) {
  throw_error(ErrorKind::output,
              "{} {}; it was left alone: move it away, or give the output another name with -o",
              file.string(), why);
}

bool check_is_store(Database& database, const std::filesystem::path& file) {
  int64_t application = 0;
  try {
    application = database.number("PRAGMA application_id");
  } catch (const DamagedError&) {
    if (application_id_of(file) == kApplicationId) throw;
    refuse_foreign_store(file, "is no store of finished frames");
  }
  if (application == 0 && database.number("SELECT count(*) FROM sqlite_schema") == 0) return false;
  if (application != kApplicationId) refuse_foreign_store(file, "is no store of finished frames");
  if (database.number("PRAGMA user_version") > kVersion)
    refuse_foreign_store(file, "was made by a newer version of this program");
  return true;
}

void make_tables(Database& database) {
  database.run(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  database.run(fmt::format("PRAGMA user_version = {}", kVersion).c_str());
  database.run("CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID");
  database.run(
      "CREATE TABLE pictures(id INTEGER PRIMARY KEY, key TEXT UNIQUE, frame INTEGER, sha256 TEXT, png BLOB)");
  database.run(kClaimTable);
}

std::string seal_of(std::string_view key, std::span<const uint8_t> png) {
  Sha256 hash;
  hash.update(key);
  hash.update(png);
  return hash.hex();
}

std::optional<Canvas> whole_picture(Database& database, int64_t id, std::string_view key) {
  Statement row(database, "SELECT sha256, png FROM pictures WHERE id = ?");
  if (!row.bind(id).step() || row.text(0) != seal_of(key, row.blob(1))) return std::nullopt;
  return decode_png(row.blob(1));
}

}  // namespace spectradiff
