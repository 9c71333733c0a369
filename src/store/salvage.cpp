#include "salvage.h"

#include <system_error>

#include "schema.h"
#include "spectradiff/base/file.h"

namespace spectradiff {
namespace {

// Where the end of the table cannot be read: every page begins a picture at most.
int64_t last_id(Database& from) {
  try {
    return from.number("SELECT max(id) FROM pictures");
  } catch (const DamagedError&) {
    return from.number("PRAGMA page_count");
  }
}

void copy_about(Database& from, Database& to) {
  try {
    Statement row(from, "SELECT name, value FROM about");
    while (row.step())
      Statement(to, "INSERT OR IGNORE INTO about VALUES(?, ?)").bind(row.text(0)).bind(row.text(1)).run();
  } catch (const DamagedError&) {
    // What was read so far is all there is.
  }
}

}  // namespace

// The ids that a table of such a size can have, one after the other: a damaged page takes its own rows and no
// others with it.
bool for_each_whole_row(Database& from, const std::function<void(const StoredRow&)>& visit) {
  from.run("PRAGMA writable_schema = ON");  // reads on where the file is shorter than it says
  bool all = true;
  for (int64_t id = 1, last = last_id(from); id <= last; ++id) {
    try {
      Statement row(from, "SELECT key, frame, sha256, png FROM pictures WHERE id = ?");
      if (!row.bind(id).step()) continue;
      const StoredRow found{id, row.integer(1), row.text(0), row.text(2), row.blob(3)};
      if (found.seal == seal_of(found.key, found.png)) {
        visit(found);
      } else {
        all = false;
      }
    } catch (const DamagedError&) {
      all = false;
    }
  }
  return all;
}

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
    Database from(file, Database::Access::read);
    copy_about(from, to);
    for_each_whole_row(from, [&](const StoredRow& row) {
      Statement(to, "INSERT OR IGNORE INTO pictures(key, frame, sha256, png) VALUES(?, ?, ?, ?)")
          .bind(row.key)
          .bind(row.frame)
          .bind(row.seal)
          .bind(row.png)
          .run();
      ++whole;
    });
    to.run("COMMIT");
  }
  part.commit(true);
  std::filesystem::remove(file.string() + "-journal", ignored);
  return whole;
}

}  // namespace spectradiff
