#include "report_file.h"

#include <filesystem>
#include <string_view>

#include "reproduction.h"
#include "spectradiff/base/file.h"

namespace spectradiff {
namespace {

// Without "--report FILE": the page is there already.
std::vector<std::string> words_without_report(const std::vector<std::string>& words) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--report") {
      ++i;
    } else if (!words[i].starts_with("--report=")) {
      kept.push_back(words[i]);
    }
  }
  return kept;
}

}  // namespace

void write_report(ReportPage page, const Arguments& arguments, Console& console) {
  const std::filesystem::path file = arguments.run.report;
  page.version = SPECTRADIFF_VERSION;
  page.command = shell_command(arguments.words);
  if (arguments.command != "measure")
    page.frames_command = reproduction(words_without_report(arguments.words), "A-B", "look-%05d.png");
  const std::string html = report_html(page);
  write_file(file, std::string_view(html), arguments.run.overwrite);
  console.info("wrote " + file.string());
}

}  // namespace spectradiff
