#include "examples/support/report.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/catch.h"
#include "tests/examples/markup.h"
#include "tests/examples/some_fold_record.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

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

void write_folding(const FakeRun& folder) { folder.write("fold.json", to_json(some_record()).dump()); }

std::string report_of(const FakeRun& folder) {
  write_report(folder.path());
  return folder.read("report.html");
}

}  // namespace

TEST_CASE("report: tells of training, of folding, or of both", "[examples]") {
  const FakeRun folder;
  write_training(folder);
  const std::string trained = report_of(folder);
  CHECK(unbalanced_tag(trained) == "");
  for (const char* words : {"RepVGG tiny on Shapes10", "62.50 %", "epoch by epoch", "Confusion matrix", "batch size",
                            "1.0 % of the training time was spent waiting", "of it waiting for images", "200 ms"}) {
    CHECK(trained.find(words) != std::string::npos);
  }
  CHECK(trained.find("step by step") == std::string::npos);

  // Folding adds its sections and takes nothing away.
  write_folding(folder);
  const std::string both = report_of(folder);
  CHECK(unbalanced_tag(both) == "");
  for (const char* words : {"62.50 %", "Confusion matrix", "step by step", "2,000 of 2,000", "1.5e-06", "18,844,160",
                            "1.50\u00d7"}) {
    CHECK(both.find(words) != std::string::npos);
  }

  const FakeRun elsewhere;
  write_folding(elsewhere);
  const std::string folded = report_of(elsewhere);
  CHECK(unbalanced_tag(folded) == "");
  CHECK(folded.find("RepVGG tiny on Shapes10") != std::string::npos);
  CHECK(folded.find("epoch by epoch") == std::string::npos);
}

TEST_CASE("report: every block has a row of costs and opens to its kernels", "[examples]") {
  const FakeRun folder;
  write_folding(folder);
  const std::string report = report_of(folder);
  CHECK(count_of(report, "<details class=\"block\">") == 2);
  // The shown block's kernels stand twice, once in its own section: for each block one trained, two scaled, one sum.
  CHECK(count_of(report, "<div class=\"filters\">") == 3 * 4);
  CHECK(count_of(report, "<div class=\"magnitudes\">") == 3 * 4);
  CHECK(count_of(report, "<div class=\"filters empty\">") == 3);
  for (const char* words : {"<strong>stages.0.0</strong> RepVggBlock 3 -&gt; 16: 3x3 75 % \u00b7 1x1 25 %",
                            "544 \u2192 448", "2.621 M \u2192 2.359 M", "65.5 k \u2192 0", "12.0 \u2192 8.0 ms",
                            "15.0 \u2192 10.0 ms", "30.0 \u2192 20.0 ms", ">75 %</span>", "10.0 ms, 1.50\u00d7"}) {
    CAPTURE(words);
    CHECK(report.find(words) != std::string::npos);
  }
}

TEST_CASE("report: what an earlier version wrote about a fold is shown as far as it goes", "[examples]") {
  const FakeRun folder;
  folder.write("fold.json", record_of_before().dump());
  const std::string report = report_of(folder);
  CHECK(unbalanced_tag(report) == "");
  CHECK(count_of(report, "<details class=\"block\">") == 1);
  CHECK(count_of(report, "<div class=\"filters\">") == 2 * 4);
  for (const char* words : {"branches gone", "2.66 k \u2192 2.32 k", "18,844,160", "3x3 50 %", "75 / 25 / 0 %"}) {
    CAPTURE(words);
    CHECK(report.find(words) != std::string::npos);
  }
  CHECK(report.find("around them") == std::string::npos);  // nobody knows
  CHECK(report.find("10.0 ms") == std::string::npos);
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

TEST_CASE("report: names of classes are text", "[examples]") {
  const FakeRun folder;
  write_training(folder);
  const std::string report = report_of(folder);
  CHECK(report.find("&lt;dog&gt;") != std::string::npos);
  CHECK(report.find("<dog>") == std::string::npos);
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
    CHECK_THROWS_WITH(write_report(folder.path()), ContainsSubstring(name) && ContainsSubstring(words));
    CHECK(folder.read("report.html") == before);
    folder.write(name, good);
  };
  refuses("run.json", "{", "parse error");
  refuses("run.json", "[1]", "JSON object");
  refuses("log.jsonl", "{\"epoch\": 1}\nnonsense\n", "log.jsonl:2");
  refuses("log.jsonl", "{\"train_loss\": 1}\n", "epoch");
  refuses("confusion.json", R"({"classes": ["a", "b"], "matrix": [[1, 2]]})", "1 rows for 2 classes");
  refuses("confusion.json", R"({"classes": ["a"], "matrix": [[1, 2]]})", "2 numbers for 1 classes");
  refuses("fold.json", R"({"net": "tiny"})", "dataset");
  nlohmann::json elsewhere = to_json(some_record());
  elsewhere["block"] = "stages.9.9";
  refuses("fold.json", elsewhere.dump(), "stages.9.9");
}

TEST_CASE("report: an empty folder has nothing to report on", "[examples]") {
  const FakeRun folder;
  CHECK_THROWS_WITH(write_report(folder.path()), ContainsSubstring("nothing to report on"));
  CHECK(std::filesystem::is_empty(folder.path()));
}
