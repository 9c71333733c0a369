// The page of --report, completed with what the command line knows and written.
#pragma once

#include "arguments.h"
#include "console.h"
#include "spectradiff/report/report_page.h"

namespace spectradiff {

// Error{output}.
void write_report(ReportPage page, const Arguments& arguments, Console& console);

}  // namespace spectradiff
