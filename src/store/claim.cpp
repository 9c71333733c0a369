#include "claim.h"

#include <fmt/format.h>

#include <random>

#include "process.h"

namespace spectradiff {

std::string holder_of(Database& database) {
  Statement held(database, "SELECT host, place, pid, start FROM claim");
  if (!held.step()) return "";
  const ProcessMark holder{held.text(0), held.text(1), held.integer(2), held.text(3)};
  const bool is_gone = holder.place == this_process().place && !is_alive(holder);
  return is_gone ? "" : holder.text();
}

Claim::Claim(Database& database, const std::string& file, std::vector<std::string>& notes) : file_(file) {
  const ProcessMark us = this_process();
  if (Statement held(database, "SELECT host, place, pid, start FROM claim"); held.step()) {
    const ProcessMark holder{held.text(0), held.text(1), held.integer(2), held.text(3)};
    if (holder.place != us.place) {
      throw_error(
          ErrorKind::output,
          "{} is held by {}, which cannot be asked from here whether it still works on it; if it does "
          "not, give the same command there, or remove the claim: sqlite3 '{}' 'DELETE FROM claim'",
          file, holder.text(), file);
    }
    if (is_alive(holder)) {
      throw_error(ErrorKind::output,
                  "{} is held by {}, which is making this output; wait for it, or give "
                  "another name with -o",
                  file, holder.text());
    }
    notes.push_back(fmt::format("{}: {} left it and is gone; taken over", file, holder.text()));
  }
  std::random_device dice;  // tells apart who held it when; no picture comes from it
  token_ = fmt::format("{:08x}{:08x}", dice(), dice());
  Statement(database, "INSERT OR REPLACE INTO claim VALUES(1, ?, ?, ?, ?, ?, 0)")
      .bind(token_)
      .bind(us.host)
      .bind(us.place)
      .bind(us.pid)
      .bind(us.start)
      .run();
}

void Claim::confirm(Database& database) const {
  Statement(database, "UPDATE claim SET beat = beat + 1 WHERE token = ?").bind(token_).run();
  if (database.changes() == 1) return;
  throw_error(ErrorKind::output, "{} was taken over by another process; this one stops", file_);
}

void Claim::give_back(Database& database) const {
  Statement(database, "DELETE FROM claim WHERE token = ?").bind(token_).run();
}

}  // namespace spectradiff
