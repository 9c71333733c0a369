// Whose a store is. Private to this module.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "database.h"

namespace spectradiff {

// What the table `claim` has: at most one row.
constexpr const char* kClaimTable =
    "CREATE TABLE claim(one INTEGER PRIMARY KEY CHECK(one = 1), token TEXT, host TEXT, place TEXT, "
    "pid INTEGER, start TEXT, beat INTEGER)";

// "process 4711 on turing": whose claim there is, unless it is known to be gone; empty: nobody's.
std::string holder_of(Database& database);

// How often a holder shows that it lives, and for how long one of another machine is watched for that.
constexpr auto kBeat = std::chrono::seconds(3);
constexpr auto kPatience = std::chrono::seconds(12);

// Of a claim of another machine or container, whose processes cannot be asked: its token where it stays
// silent; empty where it lives, where it can be asked, and where there is none. Takes kPatience.
std::string silent_claim(Database& database);

// Within a transaction.
class Claim {
 public:
  // Takes the store for this process. Error{output} where a live process has it: of another machine, any but
  // the holder of `silent`. `notes` say from whom it was taken over.
  Claim(Database& database, const std::string& file, const std::string& silent,
        std::vector<std::string>& notes);

  // That it is still ours: Error{output}. Also a beat.
  void confirm(Database& database) const;
  // Shows others that we live; false where it is no longer ours.
  bool beat(Database& database) const;
  void give_back(Database& database) const;

 private:
  std::string file_, token_;
};

}  // namespace spectradiff
