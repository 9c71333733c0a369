// SQLite's handles and errors. Private to this module.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "spectradiff/base/error.h"

namespace spectradiff {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// The file's own structure is not as SQLite wrote it.
class DamagedError : public Error {
 public:
  using Error::Error;
};

class Database;

// One statement, bound from parameter 1 on in the order in which values are given. Views of a row are good
// until the next step.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);

  Statement& bind(int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(std::span<const uint8_t> blob);  // must outlive the steps

  bool step();  // whether there is a row
  void run();   // to its end

  int64_t integer(int column) const;
  std::string text(int column) const;
  std::span<const uint8_t> blob(int column) const;

 private:
  Database& database_;
  std::unique_ptr<sqlite3_stmt, FinishStatement> statement_;
  int parameter_ = 0;
};

// Not thread-safe.
class Database {
 public:
  enum class Access { create, write, read };
  // Error{output} naming the file.
  Database(const std::filesystem::path& file, Access access);

  void run(const char* sql);
  int64_t number(std::string_view sql);  // the first column of its first row; 0 without one
  int64_t changes() const { return sqlite3_changes(handle_.get()); }
  int64_t last_id() const { return sqlite3_last_insert_rowid(handle_.get()); }
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

  // Error{output} with what went wrong and what to do.
  [[noreturn]] void fail(int code) const;

 private:
  friend class Statement;
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, CloseDatabase> handle_;
};

}  // namespace spectradiff
