#include "claim.h"

#include <fmt/format.h>

#include <random>
#include <thread>

#include "spectradiff/base/process.h"

namespace spectradiff {

std::string holder_of(Database& database) {
  Statement held(database, "SELECT host, place, pid, start FROM claim");
  if (!held.step()) return "";
  const ProcessMark holder{held.text(0), held.text(1), held.integer(2), held.text(3)};
  const bool is_gone = holder.place == this_process().place && !is_alive(holder);
  return is_gone ? "" : holder.text();
}

std::string silent_claim(Database& database) {
  struct Seen {
    std::string token, place;
    int64_t beat = 0;
    bool operator==(const Seen&) const = default;
  };
  const auto look = [&] {
    Statement held(database, "SELECT token, place, beat FROM claim");
    return held.step() ? Seen{held.text(0), held.text(1), held.integer(2)} : Seen{};
  };
  const Seen first = look();
  if (first.token.empty() || first.place == this_process().place) return "";
  constexpr auto kPace = std::chrono::milliseconds(500);
  for (auto waited = std::chrono::milliseconds(0); waited < kPatience; waited += kPace) {
    std::this_thread::sleep_for(kPace);
    if (look() != first) return "";
  }
  return first.token;
}

Claim::Claim(Database& database, const std::string& file, const std::string& silent,
             std::vector<std::string>& notes)
    : file_(file) {
  const ProcessMark us = this_process();
  if (Statement held(database, "SELECT host, place, pid, start, token FROM claim"); held.step()) {
    const ProcessMark holder{held.text(0), held.text(1), held.integer(2), held.text(3)};
    const bool is_elsewhere = holder.place != us.place;
    if (is_elsewhere ? held.text(4) != silent : is_alive(holder)) {
      throw_error(ErrorKind::output,
                  "{} is held by {}, which is making this output; wait for it, or give "
                  "another name with -o",
                  file, holder.text());
    }
    notes.push_back(is_elsewhere
                        ? fmt::format("{}: {} has not been heard of for {} s; taken over", file,
                                      holder.text(), kPatience.count())
                        : fmt::format("{}: {} left it and is gone; taken over", file, holder.text()));
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
  if (beat(database)) return;
  throw_error(ErrorKind::output, "{} was taken over by another process; this one stops", file_);
}

bool Claim::beat(Database& database) const {
  Statement(database, "UPDATE claim SET beat = beat + 1 WHERE token = ?").bind(token_).run();
  return database.changes() == 1;
}

void Claim::give_back(Database& database) const {
  Statement(database, "DELETE FROM claim WHERE token = ?").bind(token_).run();
}

}  // namespace spectradiff
