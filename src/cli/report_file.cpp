#include "report_file.h"

#include <filesystem>
#include <string_view>

#include "shell_words.h"
#include "spectradiff/base/file.h"

namespace spectradiff {

void write_report(ReportPage page, const Arguments& arguments, Console& console) {
  const std::filesystem::path file = arguments.run.report;
  page.version = SPECTRADIFF_VERSION;
  page.command = shell_command(arguments.words);
  if (arguments.command != "measure")
    page.frames_command = reproduction(words_without(arguments.words, {"report"}), "A-B", "look-%05d.png");
  const std::string html = report_html(page);
  write_file(file, std::string_view(html), arguments.run.overwrite);
  console.info("wrote " + file.string());
}

}  // namespace spectradiff
