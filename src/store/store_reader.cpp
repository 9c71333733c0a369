#include "spectradiff/store/store_reader.h"

#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "claim.h"
#include "database.h"
#include "salvage.h"
#include "schema.h"

namespace spectradiff {

struct StoreReader::Impl {
  explicit Impl(std::filesystem::path file_) : file(std::move(file_)) {
    std::error_code failed;
    if (!std::filesystem::exists(file, failed))
      throw_error(ErrorKind::output, "{} is not there", file.string());
    if (!std::filesystem::is_regular_file(file, failed)) refuse_foreign_store(file, "is no file");
    // What a killed process has begun to write is taken back before anything is read: that is a write.
    database.emplace(file, Database::Access::write);
    if (!check_is_store(*database, file)) refuse_foreign_store(file, "is no store of finished frames");
    try {
      Statement row(*database, "SELECT name, value FROM about");
      while (row.step()) said[row.text(0)] = row.text(1);
    } catch (const DamagedError&) {
      damaged = true;
    }
    damaged |= !for_each_whole_row(*database, [&](const StoredRow& row) {
      rows[row.key] = {row.id, static_cast<int64_t>(row.png.size())};
    });
  }

  const std::filesystem::path file;
  mutable std::optional<Database> database;
  std::map<std::string, std::string> said;
  std::map<std::string, StoredPlace> rows;  // by key
  bool damaged = false;
};

StoreReader::StoreReader(std::filesystem::path file) : impl_(std::make_unique<Impl>(std::move(file))) {}
StoreReader::~StoreReader() = default;
StoreReader::StoreReader(StoreReader&&) noexcept = default;

const std::filesystem::path& StoreReader::file() const {
  return impl_->file;
}

std::string StoreReader::about(const std::string& name) const {
  const auto found = impl_->said.find(name);
  return found == impl_->said.end() ? "" : found->second;
}

int64_t StoreReader::pictures() const {
  return static_cast<int64_t>(impl_->rows.size());
}

bool StoreReader::is_damaged() const {
  return impl_->damaged;
}

std::string StoreReader::holder() const {
  return holder_of(*impl_->database);
}

bool StoreReader::holds(const std::string& key) const {
  return impl_->rows.contains(key);
}

int64_t StoreReader::bytes(const std::string& key) const {
  const auto found = impl_->rows.find(key);
  return found == impl_->rows.end() ? 0 : found->second.bytes;
}

Canvas StoreReader::picture(const std::string& key) const {
  if (const auto found = impl_->rows.find(key); found != impl_->rows.end()) {
    if (auto picture = whole_picture(*impl_->database, found->second.id, key)) return std::move(*picture);
  }
  throw_error(ErrorKind::output, "{} was changed while it was read; give the same command again",
              impl_->file.string());
}

}  // namespace spectradiff
