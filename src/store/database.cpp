#include "database.h"

#include <cerrno>

namespace spectradiff {
namespace {

constexpr int kBusyMs = 10000;  // how long a lock of another process is waited for

}  // namespace

Database::Database(const std::filesystem::path& file, Access access) : file_(file) {
  int flags = access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (access == Access::create) flags |= SQLITE_OPEN_CREATE;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(opened);
  if (!opened) throw_error(ErrorKind::memory, "no memory for {}", file.string());
  if (code != SQLITE_OK) fail(code);
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, kBusyMs);
}

void Database::run(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

int64_t Database::number(std::string_view sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

void Database::fail(int code) const {
  const std::string file = file_.string();
  switch (code & 0xFF) {
    case SQLITE_NOMEM:
      throw_error(ErrorKind::memory, "no memory for {}", file);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw DamagedError(ErrorKind::output, file + " is damaged");
    case SQLITE_FULL:
      throw_error(ErrorKind::output,
                  "cannot write {}: the disk is full; make room and give the same command again, it goes on",
                  file);
    case SQLITE_CANTOPEN:
      throw_error(ErrorKind::output,
                  "cannot open {}, where finished frames are kept: {}; name an output in a folder that takes "
                  "new files",
                  file, errno_text(sqlite3_system_errno(handle_.get())));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw_error(ErrorKind::output, "{} is in use by another program; close that and try again", file);
    default: {
      const int system = sqlite3_system_errno(handle_.get());
      throw_error(ErrorKind::output, "cannot use {}: {}{}", file, sqlite3_errstr(code),
                  system == 0 ? "" : " (" + errno_text(system) + ")");
    }
  }
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  sqlite3_stmt* made = nullptr;
  const int code =
      sqlite3_prepare_v2(database.handle_.get(), sql.data(), static_cast<int>(sql.size()), &made, nullptr);
  statement_.reset(made);
  if (code != SQLITE_OK) database.fail(code);
}

Statement& Statement::bind(int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), ++parameter_, value);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), ++parameter_, text.data(), text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

Statement& Statement::bind(std::span<const uint8_t> blob) {
  const int code =
      sqlite3_bind_blob64(statement_.get(), ++parameter_, blob.data(), blob.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) database_.fail(code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.fail(code);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return text == nullptr
             ? ""
             : std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column)));
}

std::span<const uint8_t> Statement::blob(int column) const {
  const auto* bytes = static_cast<const uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {bytes, bytes == nullptr ? 0 : static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

}  // namespace spectradiff
