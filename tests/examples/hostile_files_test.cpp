// Files that programs read back and that anyone may have written: models, checkpoints, the data of reports.

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "core/check.h"
#include "core/files/safetensors.h"
#include "examples/cli/text_file.h"
#include "examples/folding/fold_record.h"
#include "examples/report/fold_report.h"
#include "examples/training/checkpoint.h"
#include "examples/training/networks.h"
#include "examples/training/run_folder.h"
#include "layers/state_file.h"
#include "tests/catch.h"
#include "tests/cost.h"
#include "tests/examples/some_fold_record.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

ModelCard card_of(size_t classes) {
  return {.net = "A0",
          .form = "folded",
          .dataset = "images",
          .classes = std::vector<std::string>(classes, "c"),
          .normalization = {{0.5, 0.5, 0.5}, {0.25, 0.25, 0.25}}};
}

std::string nested(int levels) { return std::string(static_cast<size_t>(levels), '['); }

/// Saves a checkpoint whose position has one entry changed, and loads it.
void load_changed(const std::filesystem::path& path, const std::string& key, const nlohmann::json& value) {
  TrainerState state;
  state.position = {.epoch = 1, .step = 2, .images = 64, .correct = 32, .loss_sum = 3, .seconds = 4};
  save_checkpoint(path, state, {{"options", nlohmann::ordered_json::object()}});
  SafetensorsFile file = load_safetensors(path);
  auto position = nlohmann::json::parse(file.metadata.at("position"));
  position[key] = value;
  file.metadata["position"] = position.dump();
  save_safetensors(path, file);
  load_checkpoint(path);
}

}  // namespace

TEST_CASE("hostile model: a card that promises what its tensors do not hold takes no memory", "[examples]") {
  const TemporaryFolder folder;
  const auto path = folder / "model.safetensors";
  for (const size_t classes : {size_t{2}, size_t{300}}) {
    save_safetensors(path, {{{"head.bias", Tensor::zeros({3})}}, to_metadata(card_of(classes))});
    const Cost cost = cost_of([&] { load_network(path); });
    CAPTURE(cost.message, cost.mebibytes, cost.seconds);
    CHECK_THAT(cost.message, ContainsSubstring(path.string() + ": its metadata names " + std::to_string(classes)) &&
                                 ContainsSubstring("but its head.bias has 3 values"));
    CHECK(cost.seconds < kMostSeconds);
    if (kMemoryCanBeMeasured) CHECK(cost.mebibytes < 1);
  }
}

TEST_CASE("hostile model: what images cannot be normalised by is refused", "[examples]") {
  for (const std::string value : {"[0.2,0,0.2]", "[0.2,-1,0.2]"}) {
    auto metadata = to_metadata(card_of(2));
    metadata["deviation"] = value;
    CHECK_THROWS_WITH(from_metadata(metadata, "m.safetensors"),
                      ContainsSubstring("m.safetensors: its metadata says that channel 1 has mean 0.5 and std"));
  }
  auto metadata = to_metadata(card_of(2));
  metadata["classes"] = std::string(100000, '[');
  try {
    from_metadata(metadata, "m.safetensors");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).size() < 400);
  }
}

TEST_CASE("hostile checkpoint: a position that no training can be at is refused", "[examples]") {
  const TemporaryFolder folder;
  const auto path = folder / "checkpoint.safetensors";
  CHECK_NOTHROW(load_changed(path, "epoch", 3));
  const std::vector<std::pair<std::string, nlohmann::json>> changes = {
      {"epoch", -1},        {"epoch", 1.5},         {"step", 1e300},
      {"step", "2"},        {"images", UINT64_MAX}, {"correct", 65},
      {"correct", nullptr}, {"seconds", "long"},    {"loss_sum", nlohmann::json::array()}};
  for (const auto& [key, value] : changes) {
    CAPTURE(key, value.dump());
    CHECK_THROWS_WITH(load_changed(path, key, value),
                      ContainsSubstring(path.string() + ": is not a checkpoint of train_cifar10 ("));
  }
  save_safetensors(path, {{}, {{"position", nested(100000)}, {"about", "{}"}}});
  CHECK_THROWS_WITH(load_checkpoint(path), ContainsSubstring("more than 32 levels"));
}

TEST_CASE("hostile JSON: depth and numbers have limits", "[examples]") {
  CHECK(parse_json(R"({"a":[1,2.5,-3e10,null]})", 1e300)["a"][1] == 2.5);
  CHECK_THROWS_WITH(parse_json(nested(33), 1), ContainsSubstring("more than 32 levels"));
  CHECK_THROWS_WITH(parse_json("[1e301]", 1e300), ContainsSubstring("the number 1e+301 is beyond"));
  CHECK_THROWS_WITH(parse_json("[-1e301]", 1e300), ContainsSubstring("the number -1e+301 is beyond"));
  CHECK_THROWS_WITH(parse_json("{\"a\":9007199254740994}", kLargestCount), ContainsSubstring("9007199254740994"));
  CHECK_NOTHROW(parse_json("9007199254740992", kLargestCount));
}

TEST_CASE("hostile report: data that cannot be counted or drawn is an error, and so is a pipe", "[examples]") {
  const TemporaryFolder folder;
  const auto says = [&](const std::string& name, const std::string& bytes, const std::string& what) {
    write_bytes(folder / name, bytes);
    CHECK_THROWS_WITH(write_fold_report(folder.path()),
                      ContainsSubstring((folder / name).string()) && ContainsSubstring(what));
    std::filesystem::remove(folder / name);
  };
  std::string deep = "{\"net\":";
  for (int i = 0; i < 100000; ++i) deep += "{\"name\":";
  says("run.json", deep, "more than 32 levels");
  says("log.jsonl", "{\"epoch\":1,\"train_loss\":1.7e308}\n", "the number 1.7e+308 is beyond");
  says("confusion.json", R"({"classes":["a","b"],"matrix":[[9223372036854775807,9223372036854775807],[0,0]]})",
       "the number 9223372036854775807 is beyond");
  says("confusion.json", R"({"classes":["a","b"],"matrix":[[1e300,0],[0,0]]})", "is beyond");
  says("confusion.json", R"({"classes":["a","b"],"matrix":[[-1,0],[0,0]]})", "a count below 0");

  REQUIRE(mkfifo((folder / "run.json").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(write_fold_report(folder.path()), ContainsSubstring("run.json: is a folder, a pipe or a device"));
  CHECK_THROWS_WITH(read_json(folder / "run.json"), ContainsSubstring("run.json: is a folder, a pipe or a device"));
}

TEST_CASE("hostile report: kernels that are no pictures are an error", "[examples]") {
  FoldRecord record = some_record();
  std::vector<PicturedKernel>& folded = record.blocks[1].kernels.folded;
  REQUIRE(record.blocks[1].name == record.block);
  const auto says = [&](const Tensor& filters, const Tensor& magnitude, const std::string& what) {
    folded = {{"3x3", filters, magnitude}};
    CHECK_THROWS_WITH(fold_record_from_json(to_json(record)), ContainsSubstring(what));
  };
  says(Tensor::zeros({0, 0, 1 << 30, 1 << 30}), Tensor::zeros({0, 0}), "have shape [0 0 1073741824 1073741824]");
  says(Tensor::zeros({3, 3}), Tensor::zeros({3, 3}), "filters of 3x3 have shape [3 3]");
  says(Tensor::zeros({3, 3, 1, 1}), Tensor::zeros({3, 1}), "the mean magnitude of 3x3 has shape [3 1]");
  folded = {{"3x3", Tensor::zeros({3, 3, 1, 1}), Tensor::zeros({3, 3})}};
  CHECK_NOTHROW(fold_record_from_json(to_json(record)));
  record.times = {{.batch = 128, .before = 1, .after = 0}};
  CHECK_THROWS_WITH(fold_record_from_json(to_json(record)), ContainsSubstring("times of a batch of 128 are 1 and 0 s"));
  record.times.clear();
  record.blocks[0].times = {{.batch = 0, .before = 1, .after = 1}};
  CHECK_THROWS_WITH(fold_record_from_json(to_json(record)), ContainsSubstring("times of a batch of 0 are 1 and 1 s"));
  record.blocks[0].times.clear();
  folded.clear();
  CHECK_THROWS_WITH(fold_record_from_json(to_json(record)), ContainsSubstring("stages.1.0 has no folded kernel"));
}

TEST_CASE("hostile names: a folder's name that is no UTF-8 still gives run.json", "[examples]") {
  const TemporaryFolder folder;
  write_json(folder / "run.json", {{"dataset", "images of caf\xe9"}});
  CHECK(read_json(folder / "run.json").at("dataset") == "images of caf\xef\xbf\xbd");
}
