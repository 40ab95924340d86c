#include "examples/report/report.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/check.h"
#include "core/files/atomic_file.h"
#include "examples/cli/format.h"
#include "examples/cli/text_file.h"
#include "examples/training/networks.h"

namespace onefold {

using Json = nlohmann::ordered_json;  // facts keep the order in which they were written

namespace {

/// Counts of test images: one row per true class, one column per predicted one.
struct ConfusionCounts {
  std::vector<std::string> classes;
  std::vector<std::vector<int64_t>> matrix;
};

/// Everything that a run folder can hold.
struct RunFiles {
  Json run;                  // null if the file does not exist
  std::vector<Json> epochs;  // each with a number for every key below, or null where log.jsonl has none
  std::optional<ConfusionCounts> confusion;
  Json images, rates;  // images.json and rates.json, or null
};

constexpr const char* kEpochKeys[] = {"train_loss",         "train_accuracy",    "test_loss",
                                      "test_accuracy",      "learning_rate",     "train_seconds",
                                      "evaluation_seconds", "images_per_second", "loader_wait_seconds"};

// Charts compute differences of numbers, which must be finite, too.
constexpr double kLargestNumber = 1e300;

/// The number at `key`, NaN if there is none. Throws nlohmann::json::exception for anything else.
double number_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? std::numeric_limits<double>::quiet_NaN() : found->get<double>();
}

Json parse_epoch(const Json& json) {
  Json epoch = {{"epoch", json.at("epoch").get<double>()}};
  for (const char* key : kEpochKeys) epoch[key] = number_at(json, key);
  return epoch;
}

std::vector<Json> read_log(const std::filesystem::path& path) {
  std::vector<Json> epochs;
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
    check(row.size() == counts.classes.size(), "a row of ", row.size(), " values for ", counts.classes.size(),
          " classes");
  }
  return counts;
}

/// images.json as it is, if the page can show it.
Json checked_images(const Json& json) {
  const auto classes = std::ssize(json.at("classes").get<std::vector<std::string>>());
  for (const char* key : {"height", "width", "count"}) check(json.at(key).get<double>() >= 1, "a ", key, " below 1");
  check(json.at("mistakes").get<double>() >= 0, "a count below 0");
  for (const char* list : {"first", "worst"}) {
    for (const Json& image : json.at(list)) {
      for (const char* key : {"label", "prediction"}) {
        const Json& value = image.at(key);
        check(value.is_number_integer() && value >= 0 && value < classes, "the ", key, " ", value.dump(),
              ", but there are ", classes, " classes");
      }
      for (const char* key : {"probability", "of_label"}) {
        const auto value = image.at(key).get<double>();
        check(value >= 0 && value <= 1, "a probability beyond 0 to 1");
      }
      check(image.at("picture").get<std::string>().starts_with("data:image/png;base64,"), "a picture that is no PNG");
    }
  }
  return json;
}

Json parse_rates(const Json& json) {
  Json rates = {{"rate", json.at("rate").get<std::string>()},
                {"kept", json.at("kept").get<std::string>()},
                {"diverged", json.at("diverged").get<bool>()}};
  const size_t steps = json.at("rates").size();
  for (const char* key : {"rates", "losses", "smoothed"}) {
    rates[key] = json.at(key).get<std::vector<double>>();
    check(rates[key].size() == steps, rates[key].size(), " ", key, " for ", steps, " rates");
  }
  check(std::ranges::all_of(rates["rates"], [](const Json& rate) { return rate.get<double>() > 0; }),
        "a rate that is not above 0");
  for (const char* key : {"lowest", "suggestion"}) rates[key] = number_at(json, key);
  rates["weakness"] = json.value("weakness", "");
  return rates;
}

RunFiles read_run(const std::filesystem::path& folder) {
  RunFiles files;
  read_json(folder / "run.json", kLargestNumber, [&](const Json& json) {
    check(json.is_object(), "expected a JSON object");
    files.run = json;
  });
  files.epochs = read_log(folder / "log.jsonl");
  read_json(folder / "confusion.json", kLargestCount,
            [&](const Json& json) { files.confusion = parse_confusion(json); });
  read_json(folder / "images.json", kLargestCount, [&](const Json& json) { files.images = checked_images(json); });
  read_json(folder / "rates.json", kLargestNumber, [&](const Json& json) { files.rates = parse_rates(json); });
  return files;
}

/// The text at `key` of run.json, or at "name" of the object there; empty if there is neither.
std::string name_of(const Json& run, const char* key) {
  if (!run.is_object() || !run.contains(key)) return {};
  const Json& value = run[key];
  if (value.is_string()) return value.get<std::string>();
  return value.is_object() ? name_of(value, "name") : std::string();
}

std::string title_of(const RunFiles& files, const FoldPart& fold) {
  const auto either = [&](const char* key, const std::string& of_fold) {
    const std::string name = name_of(files.run, key);
    return name.empty() ? of_fold : name;
  };
  const std::string net = either("net", fold.net), dataset = either("dataset", fold.dataset);
  if (net.empty()) return "A training run";
  return network_title_of_kind(net, either("reparam", fold.reparam)) + (dataset.empty() ? "" : " on " + dataset);
}

std::string lead_of(const RunFiles& files, const FoldPart& fold) {
  if (!files.rates.is_null()) return "A short run at growing learning rates.";
  const bool folded = !fold.data.is_null();
  const std::string into_what = is_repvgg(fold.net) ? "olded into plain 3x3 convolutions." : "olded.";
  if (files.epochs.empty()) return folded ? "F" + into_what : "";
  const size_t count = files.epochs.size();
  std::string words = "Trained for " + several(static_cast<int64_t>(count), "epoch");
  if (files.run.is_object() && files.run.contains("threads") && files.run["threads"].is_number_integer()) {
    words += " on " + several(files.run["threads"].get<int64_t>(), "thread");
  }
  return words + (folded ? ", then f" + into_what : ".");
}

std::vector<Headline> headlines_of(const RunFiles& files, const FoldPart& fold) {
  std::vector<Headline> all;
  if (files.rates.is_object()) {
    all.push_back({plain(number_at(files.rates, "suggestion"), 2), "suggested --" + name_of(files.rates, "rate")});
  }
  if (!files.epochs.empty()) {
    const Json& last = files.epochs.back();
    double seconds = 0;
    for (const Json& epoch : files.epochs) {
      for (const char* key : {"train_seconds", "evaluation_seconds"}) {
        const double part = number_at(epoch, key);
        seconds += std::isfinite(part) ? part : 0;
      }
    }
    all.push_back({percent(number_at(last, "test_accuracy"), 2), "of the test images right after the last epoch"});
    all.push_back({duration(seconds), "of training and testing"});
    if (fold.data.is_null()) {
      all.push_back({fixed(number_at(last, "images_per_second"), 0), "images per second in training"});
    }
  }
  all.insert(all.end(), fold.headlines.begin(), fold.headlines.end());
  return all;
}

/// Label smoothing, and the ratio of Muon's learning rate to SGD's, which is constant: both follow the same schedule.
void add_options(const Json& run, Json& data) {
  if (!run.is_object() || !run.contains("options") || !run["options"].is_object()) return;
  const auto option = [&](const char* key) {
    const auto found = run["options"].find(key);
    return found != run["options"].end() && found->is_number() ? found->get<double>() : 0;
  };
  data["label_smoothing"] = option("label-smoothing");
  data["muon_share"] = option("lr") > 0 ? option("muon-rate") / option("lr") : 0;
}

std::string fact_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_null()) return "-";
  if (value.is_number_float()) return plain(value.get<double>());
  if (!value.is_array()) return value.dump();
  std::string joined;
  for (const Json& item : value) joined += (joined.empty() ? "" : ", ") + fact_text(item);
  return joined;
}

/// A row for each entry of run.json; entries of an object in it are named "dataset, name".
void add_facts(const Json& object, const std::string& path, Table& facts) {
  for (const auto& [key, value] : object.items()) {
    std::string words = path.empty() ? key : path + ", " + key;
    std::replace(words.begin(), words.end(), '_', ' ');
    if (value.is_object()) {
      add_facts(value, words, facts);
    } else {
      facts.rows.push_back({words, fact_text(value)});
    }
  }
}

}  // namespace

void read_json(const std::filesystem::path& path, double largest, const std::function<void(const Json&)>& read) {
  const std::optional<std::string> bytes = read_if_there(path);
  if (!bytes) return;
  try {
    read(parse_json(*bytes, largest));
  } catch (const std::exception& error) {
    fail(path.string(), ": not what the report needs (", error.what(),
         "); delete it, or let its program write it again");
  }
}

void write_report(const std::filesystem::path& run_folder, const FoldPart& fold) {
  const RunFiles files = read_run(run_folder);
  Json data = Json::object();
  if (!files.epochs.empty()) data["epochs"] = files.epochs;
  if (files.confusion) {
    data["confusion"] = {{"classes", files.confusion->classes}, {"matrix", files.confusion->matrix}};
  }
  if (!files.images.is_null()) data["images"] = files.images;
  if (!files.rates.is_null()) data["rates"] = files.rates;
  if (!fold.data.is_null()) data["fold"] = fold.data;
  if (files.run.is_object()) {
    Table facts{.columns = {{}, {}}};
    add_facts(files.run, "", facts);
    data["facts"] = table_json(facts);
  }
  check(!data.empty(), run_folder.string(),
        ": nothing to report on; none of run.json, log.jsonl, confusion.json, images.json and rates.json exists, nor "
        "a fold.json");
  add_options(files.run, data);
  write_file_atomically(run_folder / "report.html",
                        page(title_of(files, fold), lead_of(files, fold), headlines_of(files, fold), data));
}

}  // namespace onefold
