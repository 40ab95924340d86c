#include "examples/labs/survey/finished_runs.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "examples/cli/options.h"
#include "examples/training/run_folder.h"

namespace onefold {

using nlohmann::ordered_json;

FinishedRuns::FinishedRuns(std::filesystem::path file, const ordered_json& conditions, std::vector<std::string> known,
                           const std::vector<std::filesystem::path>& more)
    : file_(std::move(file)), conditions_(conditions.dump()), known_(std::move(known)) {
  for (const std::filesystem::path& each : more) others_.merge(load(each));
  if (std::filesystem::exists(file_)) own_ = load(file_);
  if (file_.has_parent_path()) std::filesystem::create_directories(file_.parent_path());
  check_can_write(file_);
}

double FinishedRuns::value(const std::string& name, const std::string& what) const {
  const Result* const result = find(name);
  check(result != nullptr, file_.string(), ": has no training \"", name, "\"");
  const auto value = result->find(what);
  check(value != result->end(), file_.string(), ": \"", name, "\" has no \"", what, "\"");
  return value->second;
}

void FinishedRuns::add(const std::string& name, const Result& result) {
  if (std::filesystem::exists(file_)) own_ = load(file_);
  own_[name] = result;
  write_json(file_, {{"conditions", ordered_json::parse(conditions_)}, {"results", own_}});  // NaN is null in JSON
}

const FinishedRuns::Result* FinishedRuns::find(const std::string& name) const {
  for (const Results* const results : {&own_, &others_}) {
    const auto found = results->find(name);
    if (found != results->end()) return &found->second;
  }
  return nullptr;
}

FinishedRuns::Results FinishedRuns::load(const std::filesystem::path& file) const {
  const ordered_json json = read_json(file);
  const bool is_book = json.is_object() && json.contains("conditions") && json.contains("results");
  check(
      is_book && json["results"].is_object(), file.string(),
      ": is not a file of finished trainings, which has \"conditions\" and \"results\"; name another file with --out");
  const std::string conditions = json["conditions"].dump();
  if (conditions != conditions_) {
    throw UsageError(file.string() + " has results of other settings, " + conditions + ", not " + conditions_ +
                     "; name another file with --out");
  }
  Results results;
  for (const auto& [name, result] : json["results"].items()) {
    check(result.is_object(), file.string(), ": \"", name, "\" is ", result.dump(), ", expected an object of numbers");
    for (const std::string& what : known_) {
      const ordered_json value = result.value(what, ordered_json("missing"));
      check(value.is_number() || value.is_null(), file.string(), ": \"", what, "\" of \"", name, "\" is ", value.dump(),
            ", expected a number, or null for a training that diverged; remove the entry, or name another file");
      results[name][what] = value.is_null() ? std::nan("") : value.get<double>();
    }
  }
  return results;
}

void add_results_option(CommandLine& line, std::filesystem::path& file) {
  line.add_option("--out", &file, "the file of results, which are not computed again")
      .rule(name_of("a file"))
      .value_name("FILE");
}

}  // namespace onefold
