// Which process of which machine: what a claim is made of. Private to this module.
#pragma once

#include <cstdint>
#include <string>

namespace spectradiff {

struct ProcessMark {
  std::string host;   // the machine's name, for people
  std::string place;  // the machine since it was started, and the room of processes there (a container's own)
  int64_t pid = 0;
  std::string start;  // when the system started it, so that a number used again is told apart; empty: unknown

  std::string text() const;  // "process 4711 on turing"
};

ProcessMark this_process();

// Of a mark of this machine and room: whether that process lives.
bool is_alive(const ProcessMark& mark);

}  // namespace spectradiff
