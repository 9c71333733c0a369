// The manual page, made from the option table.
#pragma once

#include <string>

namespace spectradiff {

std::string manual_page();  // man(7)

}  // namespace spectradiff
