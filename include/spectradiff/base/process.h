// Which process of which machine: what a claim is made of, and the name of a half file.
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

// This process's place in eight letters, for the names of files.
std::string place_letters();

// Of a mark of this machine and room: whether that process lives.
bool is_alive(const ProcessMark& mark);

}  // namespace spectradiff
