#include "spectradiff/session/batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <utility>

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

// The request of one job: its settings stand below what is only typed.
SessionRequest read_request(Json values, const Json& defaults, const std::string& where,
                            const std::string& source, std::vector<Layer> told) {
  if (!values.is_object()) throw_error(ErrorKind::usage, "{}: a job is an object", where);
  const auto audio = values.find("audio");
  if (audio == values.end() || !audio->is_string() || audio->get_ref<const std::string&>().empty())
    throw_error(ErrorKind::usage, "{}: \"audio\" must name a sound file", where);
  SessionRequest request{Task::render, audio->get<std::string>(), {}};
  if (request.song == "-")
    throw_error(ErrorKind::usage, "{}: audio = -: a batch reads no song from stdin; name a file", where);
  values.erase("audio");
  values.erase("id");
  const auto typed = std::find_if(told.begin(), told.end(),
                                  [](const Layer& layer) { return layer.kind > LayerKind::job_list; });
  const auto own = told.insert(typed, make_layer(defaults, source + " defaults", LayerKind::job_list));
  told.insert(std::next(own), make_layer(std::move(values), where, LayerKind::job_list));
  request.layers = with_files(std::move(told));
  return request;
}

std::string default_output(const std::string& song) {
  return fs::path(song).stem().string() + ".mp4";
}

// As far as the job itself tells; empty: it does not.
std::string written_output(const Json& job) {
  const auto text = [&](const char* key) {
    const auto found = job.is_object() ? job.find(key) : job.end();
    return job.is_object() && found != job.end() && found->is_string() ? found->get<std::string>() : "";
  };
  const std::string output = text("output"), song = text("audio");
  return output.empty() && !song.empty() ? default_output(song) : output;
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

// A sweep being spread out: one job so far, and the keys whose values are still to be chosen.
struct SweepStep {
  Json chosen = Json::object();
  std::string id, addition;
};

void sweep_on(const BatchJob& job, const RunSettings& run, size_t key, const SweepStep& step,
              std::vector<BatchJob>& jobs) {
  if (key == run.sweep.size()) {
    BatchJob one = job;
    one.id = job.id.empty() ? step.id.substr(1) : job.id + step.id;
    one.output = named(job.output, step.addition);
    Json chosen = step.chosen;
    chosen["sweep"] = Json::object();
    chosen["output"] = one.output;
    if (!run.preview.empty()) chosen["preview"] = named(run.preview, step.addition);
    one.request.layers.push_back({"sweep", std::move(chosen)});
    jobs.push_back(std::move(one));
    return;
  }
  const auto& [option, values] = run.sweep[key];
  for (const Json& value : values) {
    SweepStep more = step;
    more.chosen[option] = value;
    const std::string text = value_text(value);
    more.id += "/" + option + "=" + text;
    more.addition += "-" + flag_of(option).substr(2) + "-" + file_text(text);
    sweep_on(job, run, key + 1, more, jobs);
  }
}

BatchJob failed_job(std::string id, std::string output, const Error& error) {
  BatchJob job{std::move(id), {}, std::move(output)};
  job.status = BatchJob::Status::failed;
  job.exit_code = exit_code(error.kind());
  job.message = error.what();
  return job;
}

}  // namespace

std::vector<BatchJob> expand_sweep(SessionRequest request, const std::string& id) {
  const RunSettings run = run_settings(request.layers);
  std::string output = run.output.empty() ? default_output(request.song) : run.output;
  BatchJob job{id, std::move(request), std::move(output)};
  std::vector<BatchJob> jobs;
  if (run.sweep.empty()) {
    job.request.layers.push_back({"default", {{"output", job.output}}});
    jobs.push_back(std::move(job));
  } else {
    sweep_on(job, run, 0, {}, jobs);
  }
  return jobs;
}

std::vector<BatchJob> read_batch(const std::string& text, const std::string& source,
                                 const std::vector<Layer>& told) {
  const JobList list = read_list(text, source);
  if (list.jobs.empty()) throw_error(ErrorKind::usage, "{}: there are no jobs in it", source);
  make_layer(list.defaults, source + " defaults", LayerKind::job_list);
  std::vector<BatchJob> jobs;
  std::set<std::string> ids;
  for (size_t i = 0; i < list.jobs.size(); ++i) {
    const std::string id = job_id(list.jobs[i], i, source);
    std::vector<BatchJob> made;
    try {
      made = expand_sweep(
          read_request(list.jobs[i], list.defaults, fmt::format("{} job {}", source, id), source, told), id);
    } catch (const Error& error) {
      made.push_back(failed_job(id, written_output(list.jobs[i]), error));
    }
    for (BatchJob& job : made) {
      if (!ids.insert(job.id).second)
        throw_error(ErrorKind::usage, "{}: the id \"{}\" is there twice; every job has its own", source,
                    job.id);
      jobs.push_back(std::move(job));
    }
  }
  return jobs;
}

}  // namespace spectradiff
