#include "salvage.h"

#include <algorithm>
#include <limits>
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

// The first id above `id`, or one above `last`.
int64_t next_id(Database& from, int64_t id, int64_t last) {
  Statement next(from, "SELECT id FROM pictures WHERE id > ? ORDER BY id LIMIT 1");
  return next.bind(id).step() ? next.integer(0) : last + 1;
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
  // Every page begins a picture at most; a damaged id may be any number.
  constexpr int64_t kMost = 1'000'000;
  int64_t may_lack = std::min(from.number("PRAGMA page_count"), kMost);
  const int64_t last = std::min(last_id(from), std::numeric_limits<int64_t>::max() - 1);
  for (int64_t id = 1; id <= last && may_lack >= 0; ++id) {
    try {
      Statement row(from, "SELECT key, frame, sha256, png FROM pictures WHERE id = ?");
      if (!row.bind(id).step()) {
        id = next_id(from, id, last) - 1;
        continue;
      }
      const StoredRow found{id, row.integer(1), row.text(0), row.text(2), row.blob(3)};
      if (found.seal == seal_of(found.key, found.png)) {
        visit(found);
      } else {
        all = false;
      }
    } catch (const DamagedError&) {
      all = false;
      --may_lack;
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
