#include "salvage.h"

#include <algorithm>
#include <limits>
#include <system_error>

#include "schema.h"
#include "spectradiff/base/file.h"

namespace spectradiff {
namespace {

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

// From id to id: a damaged page takes its own rows and no others with it. Every page begins a picture at
// most, so more ids than pages are never tried in vain; and an id that does not come after the one before is
// damage too.
bool for_each_whole_row(Database& from, const std::function<void(const StoredRow&)>& visit) {
  from.run("PRAGMA writable_schema = ON");  // reads on where the file is shorter than it says
  constexpr int64_t kMostLacking = 1'000'000, kMostId = std::numeric_limits<int64_t>::max();
  int64_t may_lack = std::min(from.number("PRAGMA page_count"), kMostLacking);
  bool all = true;
  for (int64_t id = 1; may_lack >= 0 && id < kMostId; ++id) {
    try {
      Statement row(from,
                    "SELECT key, frame, sha256, png, id FROM pictures WHERE id >= ? ORDER BY id LIMIT 1");
      if (!row.bind(id).step()) break;
      const int64_t next = row.integer(4);
      if (next < id) throw DamagedError(ErrorKind::output, "ids of pictures do not ascend");
      id = next;
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
