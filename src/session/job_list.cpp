#include "job_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "spectradiff/base/error.h"
#include "spectradiff/base/text.h"

namespace spectradiff {
namespace {

// JSON Lines hold a whole job in the first line, or at least more lines after a whole object.
bool is_lines(std::string_view text) {
  std::string_view rest = trimmed(without_byte_order_mark(text));
  if (!rest.starts_with('{')) return false;
  try {
    const Json first = parse_json(take_line(rest), "");
    const bool more = !trimmed(rest).empty();
    return !first.contains("jobs") && (first.contains("audio") || more);
  } catch (const Error&) {
    return false;
  }
}

JobList read_lines(std::string_view text, const std::string& source) {
  JobList list;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = take_line(text);
    if (!trimmed(line).empty())
      list.jobs.push_back(parse_json(line, fmt::format("{}, line {}", source, number)));
  }
  return list;
}

JobList read_any(const std::string& text, const std::string& source) {
  if (is_lines(text)) return read_lines(text, source);
  Json values = parse_json(text, source);
  if (values.is_array()) return {Json::object(), values.get<std::vector<Json>>()};
  const char* form =
      "a batch is an array of jobs, {\"defaults\": {…}, \"jobs\": […]} or one job per line, a job being "
      "{\"audio\": \"a.wav\", \"output\": \"a.mp4\", \"strength\": 0.5}";
  if (!values.is_object() || !values.contains("jobs") || !values["jobs"].is_array())
    throw_error(ErrorKind::usage, "{}: there are no jobs; {}", source, form);
  JobList list;
  for (auto& [key, value] : values.items()) {
    if (key == "jobs") {
      list.jobs = value.get<std::vector<Json>>();
    } else if (key == "defaults") {
      list.defaults = std::move(value);
    } else {
      throw_error(ErrorKind::usage, "{}: unknown key \"{}\" beside \"jobs\" and \"defaults\"", source, key);
    }
  }
  return list;
}

}  // namespace

JobList read_job_list(const std::string& text, const std::string& source) {
  JobList list = read_any(text, source);
  if (list.jobs.empty()) throw_error(ErrorKind::usage, "{}: there are no jobs in the list", source);
  return list;
}

std::string job_id(const Json& job, size_t index, const std::string& source) {
  const auto found = job.is_object() ? job.find("id") : job.end();
  if (!job.is_object() || found == job.end()) return std::to_string(index);
  if (found->is_number_integer()) return found->dump();
  const std::string id = found->is_string() ? found->get<std::string>() : "";
  const bool plain = !id.empty() && std::none_of(id.begin(), id.end(), is_control);
  if (!plain) {
    throw_error(ErrorKind::usage, "{}, job {}: \"id\" is {}; it must be a whole number or a text", source,
                index, json_text(*found));
  }
  return id;
}

}  // namespace spectradiff
