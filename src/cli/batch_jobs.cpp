#include "batch_jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <utility>

#include "job_setup.h"
#include "spectradiff/base/error.h"
#include "spectradiff/base/json.h"
#include "spectradiff/base/text.h"
#include "spectradiff/config/options.h"
#include "spectradiff/render/frame_sink.h"

namespace spectradiff {
namespace {

namespace fs = std::filesystem;

struct JobList {
  Json defaults = Json::object();
  std::vector<Json> jobs;
};

// JSON Lines hold a whole job in the first line, or at least more lines after a whole object.
bool is_lines(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (begin == std::string::npos || text[begin] != '{') return false;
  const size_t end = std::min(text.find('\n', begin), text.size());
  try {
    const Json first = parse_json(text.substr(begin, end - begin), "");
    const bool more = text.find_first_not_of(" \t\r\n", end) != std::string::npos;
    return !first.contains("jobs") && (first.contains("audio") || more);
  } catch (const Error&) {
    return false;
  }
}

JobList read_lines(const std::string& text, const std::string& source) {
  JobList list;
  size_t number = 1;
  for (size_t begin = 0; begin < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.find_first_not_of(" \t\r") != std::string::npos)
      list.jobs.push_back(parse_json(line, fmt::format("{}, line {}", source, number)));
  }
  return list;
}

JobList read_list(const std::string& text, const std::string& source) {
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

// Puts the job's settings where they belong and resolves what is no setting of pictures.
void tell(Arguments& arguments, std::vector<Layer> layers) {
  arguments.told.insert(arguments.told.end() - 2, std::make_move_iterator(layers.begin()),
                        std::make_move_iterator(layers.end()));
  arguments.layers = all_layers(arguments.told);
  arguments.run = run_settings(arguments.layers);
}

void read_job(BatchJob& job, Json values, const Json& defaults, const std::string& where,
              const std::string& source) {
  if (!values.is_object()) throw_error(ErrorKind::usage, "{}: a job is an object", where);
  const auto audio = values.find("audio");
  if (audio == values.end() || !audio->is_string() || audio->get_ref<const std::string&>().empty())
    throw_error(ErrorKind::usage, "{}: \"audio\" must name a sound file", where);
  job.arguments.subject = audio->get<std::string>();
  if (job.arguments.subject == "-")
    throw_error(ErrorKind::usage, "{}: audio = -: a batch reads no song from stdin; name a file", where);
  values.erase("audio");
  values.erase("id");
  tell(job.arguments, {make_layer(defaults, source + " defaults", LayerKind::job_list),
                       make_layer(std::move(values), where, LayerKind::job_list)});
}

// As the job itself writes it; empty: it does not.
std::string named_output(const Json& job) {
  const auto output = job.is_object() ? job.find("output") : job.end();
  return job.is_object() && output != job.end() && output->is_string() ? output->get<std::string>() : "";
}

std::string default_output(const Arguments& arguments) {
  return fs::path(arguments.subject).stem().string() + ".mp4";
}

// On one line, as it stands in an id.
std::string value_text(const Json& value) {
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  std::replace_if(text.begin(), text.end(), is_control, ' ');
  return text;
}

// What a file name may safely hold.
std::string file_text(const std::string& text) {
  constexpr size_t kLongest = 40;
  std::string safe;
  for (const char c : text)
    safe +=
        std::isalnum(static_cast<unsigned char>(c)) || std::string_view("+-._").find(c) != std::string::npos
            ? c
            : '_';
  return safe.substr(0, kLongest);
}

std::string named(const std::string& output, const std::string& addition) {
  if (output == "-") return output;  // refused later, like every job's
  const fs::path path(output);
  if (!FramePattern::is_pattern(output))
    return (path.parent_path() / (path.stem().string() + addition + path.extension().string())).string();
  const fs::path folder = path.parent_path();
  if (folder.empty()) return (fs::path("frames" + addition) / path).string();
  return (folder.parent_path() / (folder.filename().string() + addition) / path.filename()).string();
}

void sweep_on(const BatchJob& job, size_t key, const Json& chosen, const std::string& id,
              const std::string& addition, std::vector<BatchJob>& jobs) {
  const auto& sweep = job.arguments.run.sweep;
  if (key == sweep.size()) {
    BatchJob one = job;
    one.id = job.id.empty() ? id.substr(1) : job.id + id;
    one.arguments.layers.push_back({"sweep", chosen});
    one.arguments.run.output = named(job.arguments.run.output, addition);
    if (!job.arguments.run.preview.empty())
      one.arguments.run.preview = named(job.arguments.run.preview, addition);
    one.arguments.run.sweep.clear();
    jobs.push_back(std::move(one));
    return;
  }
  for (const Json& value : sweep[key].second) {
    Json more = chosen;
    more[sweep[key].first] = value;
    const std::string text = value_text(value), name = flag_of(sweep[key].first).substr(2);
    sweep_on(job, key + 1, more, id + "/" + sweep[key].first + "=" + text,
             addition + "-" + name + "-" + file_text(text), jobs);
  }
}

}  // namespace

std::vector<BatchJob> expand_sweep(BatchJob job) {
  if (job.arguments.run.output.empty() && !job.arguments.subject.empty())
    job.arguments.run.output = default_output(job.arguments);
  std::vector<BatchJob> jobs;
  if (job.fault.empty() && !job.arguments.run.sweep.empty()) {
    sweep_on(job, 0, Json::object(), "", "", jobs);
  } else {
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::vector<BatchJob> read_batch(const std::string& text, const std::string& source,
                                 const Arguments& arguments) {
  const JobList list = read_list(text, source);
  if (list.jobs.empty()) throw_error(ErrorKind::usage, "{}: there are no jobs in it", source);
  make_layer(list.defaults, source + " defaults", LayerKind::job_list);
  std::vector<BatchJob> jobs;
  std::set<std::string> ids;
  for (size_t i = 0; i < list.jobs.size(); ++i) {
    BatchJob job{job_id(list.jobs[i], i, source), arguments, ""};
    job.arguments.command = "render";
    job.arguments.subject.clear();
    try {
      read_job(job, list.jobs[i], list.defaults, fmt::format("{} job {}", source, job.id), source);
    } catch (const Error& error) {
      job.fault = error.what();
      job.arguments.run.output = named_output(list.jobs[i]);  // in the job's result
    }
    for (BatchJob& one : expand_sweep(std::move(job))) {
      if (!ids.insert(one.id).second)
        throw_error(ErrorKind::usage, "{}: the id \"{}\" is there twice; every job has its own", source,
                    one.id);
      jobs.push_back(std::move(one));
    }
  }
  return jobs;
}

}  // namespace spectradiff
