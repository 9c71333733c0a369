// The report's page, style and script as they lie in page/.
#pragma once

#include <string_view>

namespace spectradiff {

extern const std::string_view kPageHtml, kPageStyle, kPageScript;

}  // namespace spectradiff
