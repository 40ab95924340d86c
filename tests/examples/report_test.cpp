#include "examples/support/report.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/random.h"
#include "examples/support/fold_record.h"
#include "tests/catch.h"
#include "tests/examples/markup.h"
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

FoldRecord some_record() {
  FoldRecord record;
  record.net = "tiny";
  record.dataset = "Shapes10";
  record.block = "stages.1.0";
  record.block_steps = {{.title = "the trained block", .parameters = 2656},
                        {.title = "branches gone", .parameters = 2320, .interior = 1.5e-6, .border = 1e-6}};
  record.network_steps = record.block_steps;
  const Tensor filters = random_normal({3, 3, 2, 2}, Random(1, 1)), map = Tensor::full({3, 3}, Real(0.5));
  record.trained_kernels = {{"3x3", filters, map}};
  record.scaled_kernels = {{"3x3", filters, map}, {"identity", filters, map}};
  record.folded_kernel = {{"sum", filters, map}};
  record.blocks = {
      {.name = "stages.0.0", .description = "RepVggBlock 3 -> 16", .shares = {{"3x3", 0.75}, {"1x1", 0.25}}}};
  record.before = {
      .parameters = 331082, .multiply_adds = 18844160, .convolutions = 18, .batch_norms = 23, .additions = 14};
  record.after = {.parameters = 296218, .multiply_adds = 16960000, .convolutions = 9};
  record.proof = {.images = 2000, .equal = 2000, .largest_difference = 1e-5, .largest_logit = 10};
  record.times = {{.batch = 128, .before = 0.03, .after = 0.02}};
  return record;
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
}

TEST_CASE("report: an empty folder has nothing to report on", "[examples]") {
  const FakeRun folder;
  CHECK_THROWS_WITH(write_report(folder.path()), ContainsSubstring("nothing to report on"));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("fold record: what JSON keeps is what was there", "[examples]") {
  const FoldRecord before = some_record();
  const nlohmann::json json = to_json(before);
  const FoldRecord after = fold_record_from_json(nlohmann::json::parse(json.dump()));
  CHECK(to_json(after) == json);
  CHECK(after.before == before.before);
  CHECK(after.proof.relative() == before.proof.relative());
  // Pictures keep five digits.
  const Tensor& kept = after.trained_kernels[0].filters;
  const Tensor& given = before.trained_kernels[0].filters;
  CHECK(kept.shape() == given.shape());
  CHECK(max_abs_difference(kept, given) <= 1e-4 * max_abs(given));
}
