#include "salvage.h"

#include <system_error>

#include "schema.h"
#include "spectradiff/base/file.h"

namespace spectradiff {
namespace {

// The ids that a table of such a size can have, one after the other: a damaged page takes its own rows and no
// others with it.
class Rows {
 public:
  explicit Rows(const std::filesystem::path& file) : from_(file, Database::Access::read) {
    from_.run("PRAGMA writable_schema = ON");  // reads on where the file is shorter than it says
  }

  int64_t copy_to(Database& to) {
    int64_t whole = 0;
    for (int64_t id = 1, last = last_id(); id <= last; ++id) {
      try {
        Statement row(from_, "SELECT key, frame, sha256, png FROM pictures WHERE id = ?");
        if (!row.bind(id).step() || row.text(2) != seal_of(row.text(0), row.blob(3))) continue;
        Statement(to, "INSERT OR IGNORE INTO pictures(key, frame, sha256, png) VALUES(?, ?, ?, ?)")
            .bind(row.text(0))
            .bind(row.integer(1))
            .bind(row.text(2))
            .bind(row.blob(3))
            .run();
        ++whole;
      } catch (const DamagedError&) {
        // This one is lost.
      }
    }
    return whole;
  }

  void copy_about(Database& to) {
    try {
      Statement row(from_, "SELECT name, value FROM about");
      while (row.step())
        Statement(to, "INSERT OR IGNORE INTO about VALUES(?, ?)").bind(row.text(0)).bind(row.text(1)).run();
    } catch (const DamagedError&) {
      // What was read so far is all there is.
    }
  }

 private:
  // Where the end of the table cannot be read: every page begins a picture at most.
  int64_t last_id() {
    try {
      return from_.number("SELECT max(id) FROM pictures");
    } catch (const DamagedError&) {
      return from_.number("PRAGMA page_count");
    }
  }

  Database from_;
};

}  // namespace

int64_t salvage(const std::filesystem::path& file) {
  PartFile part(file);
  std::error_code ignored;
  std::filesystem::remove(part.path(), ignored);
  int64_t whole = 0;
  {
    Database to(part.path(), Database::Access::create);
    to.run(kPages);
    to.run("BEGIN IMMEDIATE");
    make_tables(to);
    Rows rows(file);
    rows.copy_about(to);
    whole = rows.copy_to(to);
    to.run("COMMIT");
  }
  part.commit(true);
  std::filesystem::remove(file.string() + "-journal", ignored);
  return whole;
}

}  // namespace spectradiff
