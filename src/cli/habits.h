// What people type who come from other programs, and what does it here.
#pragma once

#include <string>
#include <string_view>

namespace spectradiff {

// Of an option that is none of ours, such as "-ss" or "--cfg-scale": the words that go on from there, as
// "--start does that". Empty: nothing is known of it.
std::string habit_answer(std::string_view option);

}  // namespace spectradiff
