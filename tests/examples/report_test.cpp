#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "examples/report/fold_report.h"
#include "tests/catch.h"
#include "tests/examples/markup.h"
#include "tests/examples/page_data.h"
#include "tests/examples/some_fold_record.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

using Json = nlohmann::json;

/// A run folder whose files are put there by a test.
class FakeRun : public TemporaryFolder {
 public:
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path() / name, std::ios::binary) << bytes;
  }

  std::string read(const std::string& name) const {
    std::ostringstream bytes;
    bytes << std::ifstream(path() / name, std::ios::binary).rdbuf();
    return bytes.str();
  }
};

void write_training(const FakeRun& folder) {
  folder.write("run.json",
               R"({"net": "tiny", "threads": 2, "dataset": {"name": "Shapes10"}, "options": {"batch_size": 128}})");
  folder.write("log.jsonl",
               R"({"epoch": 1, "train_loss": 1.5, "train_accuracy": 0.4, "test_accuracy": 0.5, "learning_rate": 0.1, )"
               R"("train_seconds": 20, "evaluation_seconds": 1, "images_per_second": 500, "loader_wait_seconds": 0.2})"
               "\n"
               R"({"epoch": 2, "train_loss": null, "test_accuracy": 0.625})"
               "\n");
  folder.write("confusion.json", R"({"classes": ["cat", "<dog>"], "matrix": [[40, 10], [0, 50]]})");
}

constexpr const char* kImages =
    R"({"classes": ["cat", "<dog>"], "height": 1, "width": 1, "count": 100, "mistakes": 1, "first": [], "worst": [)"
    R"({"label": 0, "prediction": 1, "probability": 0.9, "of_label": 0.1, "picture": "data:image/png;base64,AAAA"}]})";

void write_folding(const FakeRun& folder) { folder.write("fold.json", to_json(some_record()).dump()); }

std::string report_of(const FakeRun& folder) {
  write_fold_report(folder.path());
  return folder.read("report.html");
}

/// What the report of a folder has for its script to draw.
Json data_of(const FakeRun& folder) { return data_in(report_of(folder)); }

std::vector<std::string> row_of(const Json& table, size_t row) {
  return table.at("rows").at(row).get<std::vector<std::string>>();
}

}  // namespace

TEST_CASE("report: tells of training, of folding, or of both", "[examples]") {
  const FakeRun folder;
  write_training(folder);
  const std::string page = report_of(folder);
  CHECK(unbalanced_tag(page) == "");
  CHECK(count_of(page, "RepVGG tiny on Shapes10") == 2);  // title and heading
  CHECK_THAT(page, ContainsSubstring("62.50 % of the test images right after the last epoch; 21.0 s of training"));
  const Json trained = data_in(page);
  CHECK(trained["headlines"][0]["value"] == "62.50 %");
  CHECK(trained["epochs"][0]["loader_wait_seconds"] == 0.2);
  CHECK(trained["confusion"]["matrix"][0][1] == 10);
  CHECK(row_of(trained["facts"], 3) == std::vector<std::string>{"options, batch size", "128"});
  CHECK_FALSE(trained.contains("fold"));

  // Folding adds its sections and takes nothing away.
  write_folding(folder);
  const Json both = data_of(folder);
  for (const char* key : {"epochs", "confusion", "facts"}) CHECK(both[key] == trained[key]);
  CHECK(both["fold"]["block"] == "stages.1.0");
  CHECK(both["headlines"].back()["value"] == "1.50\u00d7");
  const Json& tables = both["fold"]["tables"];
  CHECK(row_of(tables["proof"], 0)[1] == "2,000 of 2,000");
  CHECK(row_of(tables["network_steps"], 1).back() == "1.5e-06");
  CHECK(row_of(tables["costs"], 0)[2] == "18,844,160");

  const FakeRun elsewhere;
  write_folding(elsewhere);
  const std::string folded = report_of(elsewhere);
  CHECK(count_of(folded, "RepVGG tiny on Shapes10") == 2);
  CHECK(data_in(folded).contains("fold"));
  for (const char* key : {"epochs", "confusion", "facts"}) CHECK_FALSE(data_in(folded).contains(key));
}

TEST_CASE("report: an epoch has a number or null for every key", "[examples]") {
  const FakeRun folder;
  write_training(folder);
  const Json second = data_of(folder)["epochs"][1];
  CHECK(second["epoch"] == 2);
  CHECK(second["test_accuracy"] == 0.625);
  for (const char* key : {"train_loss", "train_accuracy", "test_loss", "learning_rate", "train_seconds",
                          "evaluation_seconds", "images_per_second", "loader_wait_seconds"}) {
    CHECK(second.at(key).is_null());
  }
}

TEST_CASE("report: label smoothing and Muon's share of the rate are those of the options", "[examples]") {
  const FakeRun folder;
  write_training(folder);
  CHECK(data_of(folder)["label_smoothing"] == 0);
  CHECK(data_of(folder)["muon_share"] == 0);
  folder.write("run.json", R"({"options": {"lr": 0.2, "muon-rate": 0.06, "label-smoothing": 0.1}})");
  CHECK(data_of(folder)["label_smoothing"] == 0.1);
  CHECK(data_of(folder)["muon_share"].get<double>() == Approx(0.3));
  for (const char* options : {R"({"lr": 0, "muon-rate": 1})", R"({"lr": "x", "muon-rate": [1]})", "{}"}) {
    folder.write("run.json", std::string(R"({"options": )") + options + "}");
    CHECK(data_of(folder)["muon_share"] == 0);
  }
  folder.write("run.json", R"({"net": "tiny"})");  // says nothing of it
  CHECK_FALSE(data_of(folder).contains("label_smoothing"));
}

TEST_CASE("report: every block has a row of costs, its steps and its kernels", "[examples]") {
  const FakeRun folder;
  write_folding(folder);
  const Json fold = data_of(folder)["fold"];
  REQUIRE(fold["blocks"].size() == 2);
  for (const Json& block : fold["blocks"]) {
    CHECK(block["kernels"]["trained"].size() == 1);
    CHECK(block["kernels"]["scaled"].size() == 2);
    CHECK(block["kernels"]["folded"].size() == 1);
    CHECK(block["kernels"]["folded"][0]["filters"]["values"].size() == 3 * 3 * 2 * 2);
    CHECK(block["table"]["rows"].size() == block["steps"].size());
  }
  const Json& costs = fold["tables"]["block_costs"];
  CHECK(row_of(costs, 0) == std::vector<std::string>{"stages.0.0", "544 \u2192 448", "492 k \u2192 442 k", "2 \u2192 1",
                                                     "49.2 k \u2192 0", "12.0 \u2192 8.0 ms"});
  CHECK(row_of(costs, 1)[2] == "2.621 M \u2192 2.359 M");
  CHECK(row_of(costs, 1)[4] == "65.5 k \u2192 0");
  CHECK(row_of(costs, 1)[5] == "15.0 \u2192 10.0 ms");
  CHECK(row_of(costs, 3)[5] == "30.0 \u2192 20.0 ms");
}

TEST_CASE("report: what an earlier version wrote about a fold is shown as far as it goes", "[examples]") {
  const FakeRun folder;
  folder.write("fold.json", record_of_before().dump());
  const Json fold = data_of(folder)["fold"];
  CHECK(fold["blocks"][0]["kernels"]["folded"].empty());
  CHECK(fold["blocks"][1]["kernels"]["scaled"].size() == 2);
  CHECK(row_of(fold["blocks"][1]["table"], 1)[1] == "branches gone");
  const Json& costs = fold["tables"]["block_costs"];
  CHECK(costs["rows"].size() == 3);  // what is around the blocks is unknown
  CHECK(row_of(costs, 1)[1] == "2.66 k \u2192 2.32 k");
  CHECK(row_of(costs, 1).back() == "-");
  CHECK(row_of(costs, 2)[2] == "18.84 M \u2192 16.96 M");
}

TEST_CASE("report: the same files give the same bytes", "[examples]") {
  const FakeRun first, second;
  for (const FakeRun* folder : {&first, &second}) {
    write_training(*folder);
    write_folding(*folder);
  }
  const std::string once = report_of(first);
  CHECK(report_of(first) == once);
  CHECK(report_of(second) == once);
}

TEST_CASE("report: names of classes, nets and datasets are text", "[examples]") {
  const FakeRun folder;
  write_training(folder);
  folder.write("run.json", R"({"net": "<b>&{{data}}", "dataset": "</script><script>alert(1)</script>"})");
  const std::string report = report_of(folder);
  CHECK(unbalanced_tag(report) == "");
  CHECK_THAT(report, ContainsSubstring("<h1>&lt;b&gt;&amp;{{data}} on &lt;/script&gt;"));
  CHECK(report.find("<dog>") == std::string::npos);
  CHECK(report.find("alert(1)</script>") == std::string::npos);
  CHECK(data_in(report)["confusion"]["classes"][1] == "<dog>");
  CHECK(row_of(data_in(report)["facts"], 1)[1] == "</script><script>alert(1)</script>");
}

TEST_CASE("report: whole numbers of 64 bits are shown as they stand", "[examples]") {
  const FakeRun folder;
  folder.write("run.json", R"({"seed": 18446744073709551615, "rate": 0.05, "on": true, "end": null, "a": [1, 2.5]})");
  const Json facts = data_of(folder)["facts"];
  const std::vector<std::string> shown = {"18446744073709551615", "0.05", "yes", "-", "1, 2.5"};
  for (size_t row = 0; row < shown.size(); ++row) CHECK(row_of(facts, row)[1] == shown[row]);
}

TEST_CASE("report: a line that is being written is left out", "[examples]") {
  const FakeRun folder;
  write_training(folder);
  const std::string before = report_of(folder);
  folder.write("log.jsonl", folder.read("log.jsonl") + R"({"epoch": 3, "train_lo)");
  CHECK(report_of(folder) == before);
}

TEST_CASE("report: a broken file is named with its fault, and the old report stays", "[examples]") {
  const FakeRun folder;
  write_training(folder);
  write_folding(folder);
  const std::string before = report_of(folder);

  const auto refuses = [&](const std::string& name, const std::string& bytes, const std::string& words) {
    const std::string good = folder.read(name);
    folder.write(name, bytes);
    CHECK_THROWS_WITH(write_fold_report(folder.path()), ContainsSubstring(name) && ContainsSubstring(words));
    CHECK(folder.read("report.html") == before);
    folder.write(name, good);
  };
  refuses("run.json", "{", "parse error");
  refuses("run.json", "[1]", "JSON object");
  refuses("log.jsonl", "{\"epoch\": 1}\nnonsense\n", "log.jsonl:2");
  refuses("log.jsonl", "{\"train_loss\": 1}\n", "epoch");
  refuses("confusion.json", R"({"classes": ["a", "b"], "matrix": [[1, 2]]})", "1 rows for 2 classes");
  refuses("confusion.json", R"({"classes": ["a"], "matrix": [[1, 2]]})", "2 values for 1 classes");
  refuses("fold.json", R"({"net": "tiny"})", "dataset");
  nlohmann::json elsewhere = to_json(some_record());
  elsewhere["block"] = "stages.9.9";
  refuses("fold.json", elsewhere.dump(), "stages.9.9");
}

TEST_CASE("report: shows test images as they are, and refuses what no page could show", "[examples]") {
  const FakeRun folder;
  write_training(folder);
  CHECK_FALSE(data_of(folder).contains("images"));
  folder.write("images.json", kImages);
  CHECK(data_of(folder)["images"] == Json::parse(kImages));

  const auto refuses = [&](const std::string& pointer, const Json& value, const std::string& words) {
    Json images = Json::parse(kImages);
    images[Json::json_pointer(pointer)] = value;
    folder.write("images.json", images.dump());
    CHECK_THROWS_WITH(write_fold_report(folder.path()), ContainsSubstring("images.json") && ContainsSubstring(words));
  };
  refuses("/worst/0/label", 2, "the label 2, but there are 2 classes");
  refuses("/worst/0/prediction", -1, "the prediction -1");
  refuses("/worst/0/label", 0.5, "the label 0.5");
  refuses("/worst/0/of_label", 1.5, "a probability beyond 0 to 1");
  refuses("/worst/0/picture", "https://example.org/a.png", "a picture that is no PNG");
  refuses("/height", 0, "a height below 1");
  refuses("/mistakes", -1, "a count below 0");
  refuses("/first", {{{"label", 0}}}, "prediction");
}

TEST_CASE("report: an empty folder has nothing to report on", "[examples]") {
  const FakeRun folder;
  CHECK_THROWS_WITH(write_fold_report(folder.path()), ContainsSubstring("nothing to report on"));
  CHECK(std::filesystem::is_empty(folder.path()));
}
