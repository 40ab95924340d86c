// make_program_corpus TARGET FOLDER: writes the seed inputs of the fuzzers of the programs' files.

#include <nlohmann/json.hpp>

#include "core/files/safetensors.h"
#include "core/random.h"
#include "examples/folding/fold_record.h"
#include "examples/training/checkpoint.h"
#include "examples/training/networks.h"
#include "tests/fuzz/corpus.h"
#include "tests/temporary_folder.h"

using namespace onefold;

namespace {

using fuzz::Corpus;

/// Metadata in the format that network_fuzz reads.
std::string lines_of(const std::map<std::string, std::string>& metadata) {
  std::string lines;
  for (const auto& [key, value] : metadata) lines += key + "=" + value + "\n";
  return lines;
}

Corpus network_corpus() {
  const TemporaryFolder folder;
  TrainerState state;
  state.position = {.epoch = 2, .step = 3, .images = 96, .correct = 40, .loss_sum = 1.5, .seconds = 0.25};
  save_checkpoint(folder / "checkpoint", state, {{"options", {{"net", "tiny"}}}});
  ModelCard card{"tiny", "repvgg", "folded", "shapes10", {"cat", "dog"}, {{0.5, 0.5, 0.5}, {0.2, 0.2, 0.2}}};
  const std::string folded = lines_of(to_metadata(card));
  card.form = "training";
  card.reparam = "dbb";
  return {{"folded", folded},
          {"training", lines_of(to_metadata(card))},
          {"checkpoint", lines_of(load_safetensors(folder / "checkpoint").metadata)}};
}

Corpus report_corpus() {
  const nlohmann::ordered_json run = {{"net", "mini"},
                                      {"dataset", {{"name", "CIFAR-10"}, {"hash", "00ff"}}},
                                      {"threads", 2},
                                      {"options", {{"epochs", 16}, {"lr", 0.1}}}};
  const std::string epoch = R"({"epoch":1,"train_loss":1.5,"train_accuracy":0.4,"test_loss":1.25,"test_accuracy":0.5,)"
                            R"("learning_rate":0.1,"train_seconds":9,"evaluation_seconds":1,"images_per_second":900,)"
                            R"("loader_wait_seconds":0})"
                            "\n";
  const std::string next = R"({"epoch":2,"train_loss":null,"test_accuracy":0.6,"train_seconds":8})"
                           "\n";
  const std::string images =
      R"({"classes":["cat","<dog>"],"height":1,"width":1,"count":9,"mistakes":1,"first":[],"worst":[{"label":0,)"
      R"("prediction":1,"probability":0.9,"of_label":0.1,"picture":"data:image/png;base64,AAAA"}]})";
  const std::string confusion = R"({"classes":["cat","<dog>"],"matrix":[[7,1],[0,8]]})";
  FoldRecord fold;
  fold.net = "mini";
  fold.block = "stages.1.0";
  const Tensor kernel = random_normal({3, 3, 1, 1}, Random(1, 0)), magnitude = kernel.reshape({3, 3});
  const std::vector<PicturedKernel> kernels = {{"3x3", kernel, magnitude}};
  fold.network_steps = {{"as trained", 20, 3, 3, 2, 0, 0}, {"one kernel", 10, 1, 0, 0, 1e-6, 1e-6}};
  fold.blocks = {{.name = fold.block,
                  .description = "a block",
                  .interior = 1e-6,
                  .border = 1e-6,
                  .largest_output = 4,
                  .shares = {{"3x3", 0.75}, {"1x1", 0.25}},
                  .steps = fold.network_steps,
                  .kernels = {kernels, kernels, kernels},
                  .times = {{1, 0.002, 0.001}}}};
  fold.proof = {10, 10, 1e-6, 8, 0.5, 0.5};
  fold.times = {{1, 0.002, 0.001}};
  const std::string end = "\xff";
  const std::string fold_text = to_json(fold).dump();
  return {{"run", run.dump() + end},
          {"log", end + epoch + next + "{\"epo"},
          {"confusion", end + end + confusion},
          {"fold", end + end + end + fold_text},
          {"images", end + end + end + end + images},
          {"all", run.dump() + end + epoch + next + end + confusion + end + fold_text + end + images}};
}

}  // namespace

int main(int argc, char** argv) {
  return fuzz::write_corpus(argc, argv, {{"network", network_corpus}, {"report", report_corpus}});
}
