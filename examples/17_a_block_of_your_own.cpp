// Lesson 17. A block of your own: one file, and it trains, folds, explains its fold, and fits into any model.
//
// Page:    docs/17-a-block-of-your-own.md
// Command: build/examples/17_a_block_of_your_own
//
// Expected output (a few seconds):
//   1. The fold of one block, step by step
//   ...
//   2. In the place of a model's 3x3 convolutions
//   ...
//   3. Blocks that cannot fold
//   ...

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/random.h"
#include "datasets/shapes10.h"
#include "examples/cli/format.h"
#include "examples/cli/program.h"
#include "examples/cli/table.h"
#include "examples/folding/block_demonstration.h"
#include "examples/folding/fold_demonstration.h"
#include "examples/labs/edge_block.h"
#include "examples/training/trainer.h"
#include "layers/activations.h"
#include "layers/calculus/explain.h"
#include "layers/families/insert_branches.h"
#include "layers/labs/count.h"
#include "layers/labs/window_pooling.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/sequential.h"

using namespace onefold;

namespace {

constexpr uint64_t kSeed = 1;

// [network]
/// An existing network, without any blocks.
std::unique_ptr<Sequential> plain_network(Initializer& initializer) {
  auto network = std::make_unique<Sequential>();
  const auto add = [&](int64_t in, int64_t out, int64_t stride) {
    network->add<Conv2d>(Conv2dOptions{.in = in, .out = out, .args = conv2d_args(stride, 1)}, initializer);
    network->add<BatchNorm2d>(out);
    network->add<Relu>();
  };
  add(3, 16, 2);
  add(16, 16, 1);
  add(16, 32, 2);
  add(32, 32, 1);
  network->add<GlobalMaxPool>();
  network->add<Linear>(32, 10, initializer);
  return network;
}
// [/network]

/// Shows the fold of a block whose running statistics are settled, on images that it has not seen.
void show_steps() {
  // [steps]
  Initializer initializer(kSeed);
  EdgeBlock block({.in = 8, .out = 8}, initializer);
  for (uint64_t i = 0; i < 20; ++i) block(Variable(random_normal({4, 12, 12, 8}, Random(kSeed, i))));
  block.eval();
  const Tensor x = random_normal({4, 12, 12, 8}, Random(kSeed, 20));
  const Tensor trained = block(Variable(x)).value();
  Table table{.columns = {{"step"}, {"parameters", true}, {"inside", true}, {"border", true}}};
  for (const FoldStep& step : explain_fold(block)) {
    const MapDifference difference = map_difference(step.compute(x), trained);
    table.rows.push_back(
        {step.title, std::to_string(step.parameters), scientific(difference.interior), scientific(difference.border)});
  }
  // [/steps]
  std::fputs(text_table(table).c_str(), stdout);
}

struct Result {
  int64_t parameters = 0;
  FoldProof proof;
  int64_t folded_parameters = 0;
};

/// Trains, folds, and compares both forms on all test images.
Result train_and_fold(Module& network) {
  const DatasetSplits shapes = shapes10(kSeed, 3000, 1000);
  const ChannelNormalization normalization = channel_normalization(shapes.train);
  const TrainerOptions options{.epochs = 6, .batch_size = 50, .learning_rate = 0.05, .warmup_epochs = 1, .seed = kSeed};
  Trainer trainer(network, shapes.train, normalization, options);
  while (trainer.position().epoch < options.epochs) {
    trainer.train_epoch();
    trainer.next_epoch();
  }
  network.eval();
  const std::unique_ptr<Module> folded = network.fold();
  return {count_parameters(network),
          compare_forms(evaluate(network, shapes.test, normalization, 250),
                        evaluate(*folded, shapes.test, normalization, 250)),
          count_parameters(*folded)};
}

void compare_networks() {
  Initializer initializer(kSeed), same(kSeed);
  // [reparameterize]
  const std::unique_ptr<Sequential> network = plain_network(initializer);
  const std::vector<std::string> replaced = insert_branches(
      *network, [&](const BlockOptions& options) { return std::make_unique<EdgeBlock>(options, initializer); });
  // [/reparameterize]
  std::printf("   %zu blocks:", replaced.size());
  for (const std::string& name : replaced) std::printf(" %s", name.c_str());
  std::puts("\n                 parameters      test accuracy      equal answers");
  const auto print = [](const char* name, const Result& result) {
    std::printf("   %-11s  %5d -> %5d   %.1f %% -> %.1f %%   %d of %d\n", name, static_cast<int>(result.parameters),
                static_cast<int>(result.folded_parameters), 100 * result.proof.accuracy_before,
                100 * result.proof.accuracy_after, static_cast<int>(result.proof.equal),
                static_cast<int>(result.proof.images));
  };
  print("plain", train_and_fold(*plain_network(same)));
  print("EdgeBlock", train_and_fold(*network));
}

/// Prints the error of folding the block.
void show_refusal(const char* what, LinearBlock& block) {
  block(Variable(random_normal({2, 6, 6, 8}, Random(kSeed, 0))));  // training works all the same
  block.eval();
  try {
    block.fold();
  } catch (const FoldError& error) {
    std::printf("   %s\n      %s\n", what, error.what());
    return;
  }
  fail("the block folded, but must not: ", what);
}

// [refused]
struct ReluInside : LinearBlock {
  explicit ReluInside(Initializer& initializer) {
    Branch& edges = add_branch("edges");
    edges.add<HighPass>("high_pass");
    edges.add<Relu>("relu");
    edges.add<Conv2d>("conv1", same_convolution(8, 8, 1, 1), initializer);
  }
};

struct HighPassLast : LinearBlock {
  explicit HighPassLast(Initializer& initializer) {
    Branch& edges = add_branch("edges");
    edges.add<Conv2d>("conv1", same_convolution(8, 8, 1, 1), initializer);
    edges.add<BatchNorm2d>("bn1", 8);
    edges.add<HighPass>("high_pass");
  }
};
// [/refused]

void lesson() {
  std::puts("1. The fold of one block, step by step");
  show_steps();

  std::puts("\n2. In the place of a model's 3x3 convolutions");
  compare_networks();

  std::puts("\n3. Blocks that cannot fold");
  Initializer initializer(kSeed);
  ReluInside relu_inside(initializer);
  HighPassLast high_pass_last(initializer);
  show_refusal("a ReLU within a branch", relu_inside);
  show_refusal("the high pass after a batch norm", high_pass_last);
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
