#include "examples/support/report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "examples/support/format.h"
#include "examples/support/networks.h"
#include "examples/support/parse_json.h"
#include "examples/support/report_sections.h"
#include "examples/support/text_file.h"

namespace onefold {

using Json = nlohmann::ordered_json;  // facts stay in the order that they were written in

namespace {

/// All that a run folder can hold.
struct RunFiles {
  Json run;  // null where there is none
  std::vector<EpochRow> epochs;
  std::optional<ConfusionCounts> confusion;
  std::optional<FoldRecord> fold;
};

// Charts have differences of numbers, which have to be finite, too.
constexpr double kLargestNumber = 1e300;

/// Calls read(json) on the parsed file; what is wrong with it is told with the file's name.
template <class Read>
void read_json(const std::filesystem::path& path, double largest, Read&& read) {
  const std::optional<std::string> bytes = read_if_there(path);
  if (!bytes) return;
  try {
    read(parse_json(*bytes, largest));
  } catch (const std::exception& error) {
    fail(path.string(), ": not what the report needs (", error.what(),
         "); delete it or let its program write it again");
  }
}

EpochRow parse_epoch(const Json& json) {
  const auto number = [&](const char* key) {
    const auto found = json.find(key);
    return found == json.end() || found->is_null() ? std::numeric_limits<double>::quiet_NaN() : found->get<double>();
  };
  return {.epoch = json.at("epoch").get<double>(),
          .train_loss = number("train_loss"),
          .train_accuracy = number("train_accuracy"),
          .test_loss = number("test_loss"),
          .test_accuracy = number("test_accuracy"),
          .learning_rate = number("learning_rate"),
          .train_seconds = number("train_seconds"),
          .evaluation_seconds = number("evaluation_seconds"),
          .images_per_second = number("images_per_second"),
          .loader_wait_seconds = number("loader_wait_seconds")};
}

std::vector<EpochRow> read_log(const std::filesystem::path& path) {
  std::vector<EpochRow> epochs;
  const std::optional<std::string> bytes = read_if_there(path);
  if (!bytes) return epochs;
  size_t start = 0;
  for (int line = 1; start < bytes->size(); ++line) {
    const size_t end = bytes->find('\n', start);
    if (end == std::string::npos) break;  // being written
    try {
      epochs.push_back(parse_epoch(parse_json(std::string_view(*bytes).substr(start, end - start), kLargestNumber)));
    } catch (const std::exception& error) {
      fail(path.string(), ":", line, ": not the JSON object of an epoch (", error.what(), "); delete the line");
    }
    start = end + 1;
  }
  return epochs;
}

ConfusionCounts parse_confusion(const Json& json) {
  ConfusionCounts counts{json.at("classes").get<std::vector<std::string>>(),
                         json.at("matrix").get<std::vector<std::vector<int64_t>>>()};
  check(counts.matrix.size() == counts.classes.size(), "a matrix of ", counts.matrix.size(), " rows for ",
        counts.classes.size(), " classes");
  for (const std::vector<int64_t>& row : counts.matrix) {
    check(std::ranges::all_of(row, [](int64_t count) { return count >= 0; }), "a count below 0");
    check(row.size() == counts.classes.size(), "a row of ", row.size(), " numbers for ", counts.classes.size(),
          " classes");
  }
  return counts;
}

RunFiles read_run(const std::filesystem::path& folder) {
  RunFiles files;
  read_json(folder / "run.json", kLargestNumber, [&](const Json& json) {
    check(json.is_object(), "a JSON object is needed");
    files.run = json;
  });
  files.epochs = read_log(folder / "log.jsonl");
  read_json(folder / "confusion.json", kLargestCount,
            [&](const Json& json) { files.confusion = parse_confusion(json); });
  read_json(folder / "fold.json", kLargestCount, [&](const Json& json) { files.fold = fold_record_from_json(json); });
  return files;
}

/// The text at run.json's `key`, or "name" in the object there; empty where there is neither.
std::string name_of(const Json& run, const char* key) {
  if (!run.is_object() || !run.contains(key)) return {};
  const Json& value = run[key];
  if (value.is_string()) return value.get<std::string>();
  return value.is_object() ? name_of(value, "name") : std::string();
}

std::string title_of(const RunFiles& files) {
  std::string net = name_of(files.run, "net"), dataset = name_of(files.run, "dataset");
  if (net.empty() && files.fold) net = files.fold->net;
  if (dataset.empty() && files.fold) dataset = files.fold->dataset;
  std::string reparam = name_of(files.run, "reparam");
  if (reparam.empty() && files.fold) reparam = files.fold->reparam;
  if (net.empty()) return "A training run";
  return "RepVGG " + network_title(net, reparam) + (dataset.empty() ? "" : " on " + dataset);
}

Html lead_of(const RunFiles& files) {
  std::string words;
  if (!files.epochs.empty()) {
    const size_t count = files.epochs.size();
    words += "Trained for " + std::to_string(count) + (count == 1 ? " epoch" : " epochs");
    if (files.run.is_object() && files.run.contains("threads") && files.run["threads"].is_number_integer()) {
      const auto threads = files.run["threads"].get<int64_t>();
      words += " on " + grouped(threads) + (threads == 1 ? " thread" : " threads");
    }
    words += files.fold ? ", then folded into plain 3x3 convolutions." : ".";
  } else if (files.fold) {
    words += "Folded into plain 3x3 convolutions.";
  }
  return element("p", words);
}

Html headlines_of(const RunFiles& files) {
  std::vector<Headline> all;
  if (!files.epochs.empty()) {
    const EpochRow& last = files.epochs.back();
    double seconds = 0;
    for (const EpochRow& epoch : files.epochs) {
      for (double part : {epoch.train_seconds, epoch.evaluation_seconds}) seconds += std::isfinite(part) ? part : 0;
    }
    all.push_back({percent(last.test_accuracy, 2), "of the test images right after the last epoch"});
    all.push_back({duration(seconds), "of training and testing"});
    if (!files.fold) all.push_back({fixed(last.images_per_second, 0), "images a second in training"});
  }
  if (files.fold) {
    const FoldRecord& fold = *files.fold;
    all.push_back({grouped(fold.proof.equal), "of " + grouped(fold.proof.images) + " predictions equal after folding"});
    all.push_back({grouped(fold.before.convolutions) + " \u2192 " + grouped(fold.after.convolutions), "convolutions"});
    if (!fold.times.empty()) {
      const FormTimes& times = fold.times.front();
      all.push_back({fixed(times.before / times.after, 2) + "\u00d7",
                     "as fast when folded, batch of " + grouped(times.batch)});
    }
  }
  return all.empty() ? Html{} : headlines(all);
}

}  // namespace

void write_report(const std::filesystem::path& run_folder) {
  const RunFiles files = read_run(run_folder);
  Html content;
  if (!files.epochs.empty()) content += training_section(files.epochs);
  if (files.confusion) content += confusion_section(*files.confusion);
  if (files.fold) content += folding_sections(*files.fold);
  if (files.run.is_object()) content += facts_section(files.run);
  check(!content.markup.empty(), run_folder.string(),
        ": nothing to report on; none of run.json, log.jsonl, confusion.json and fold.json is there");
  const Html lead = lead_of(files) + headlines_of(files);
  write_file_atomically(run_folder / "report.html", page(title_of(files), lead, content));
}

}  // namespace onefold
