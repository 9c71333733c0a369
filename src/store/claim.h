// Whose a store is. Private to this module.
#pragma once

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

// Within a transaction.
class Claim {
 public:
  // Takes the store for this process. Error{output} where a live process has it, or one that cannot be asked:
  // of another machine or container. `notes` say from whom it was taken over.
  Claim(Database& database, const std::string& file, std::vector<std::string>& notes);

  // That it is still ours: Error{output}. Also how others see that we live.
  void confirm(Database& database) const;
  void give_back(Database& database) const;

 private:
  std::string file_, token_;
};

}  // namespace spectradiff
