// help TOPIC: one matter from one end to the other, where --help has its options apart.
#pragma once

#include <string>
#include <vector>

namespace spectradiff {

std::vector<std::string> topic_names();
bool is_topic(const std::string& name);
std::string topic_text(const std::string& name);  // of a name that is there

}  // namespace spectradiff
