// Lesson 17. A block of your own: one file, and it trains, folds, explains its fold, and fits into any model.
//
// Page:    docs/17-a-block-of-your-own.md
// Command: build/examples/17_a_block_of_your_own
//
// Expected output (about a minute on two cores):
//   1. The fold of one block, step by step
//   ...
//   2. Blocks that cannot fold
//   ...
//   3. In the place of a model's 3x3 convolutions: is it any better?
//   ...

#include <algorithm>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "core/random.h"
#include "datasets/shapes10.h"
#include "examples/cli/format.h"
#include "examples/cli/program.h"
#include "examples/cli/table.h"
#include "examples/folding/block_demonstration.h"
#include "examples/folding/fold_demonstration.h"
#include "examples/labs/edge_block.h"
#include "examples/labs/wide_block.h"
#include "examples/training/trainer.h"
#include "layers/activations.h"
#include "layers/calculus/explain.h"
#include "layers/families/insert_branches.h"
#include "layers/inspect/count.h"
#include "layers/labs/window_pooling.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/sequential.h"

using namespace onefold;

namespace {

constexpr uint64_t kSeed = 1;

// [recipe]
struct Recipe {
  int64_t train_images = 3000, test_images = 1000;
  int64_t epochs = 12;         // after 6, seeds of the same network are still seven points apart
  int64_t batch_size = 50;     // 60 steps an epoch
  double learning_rate = 0.1;  // with 0.2 the seeds of the plain network are five points apart
  uint64_t seeds = 3;          // of images, weights and order
};
constexpr Recipe kRecipe;
// [/recipe]

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
  int64_t parameters = 0, folded_parameters = 0;
  int64_t equal = 0;                    // predictions of all folded networks that are those of the trained ones
  std::vector<double> accuracies = {};  // of each seed, in percent
};

/// Trains a network, folds it, and adds what the test images say of both forms.
void train_and_fold(Module& network, uint64_t seed, Result& result) {
  const DatasetSplits shapes = shapes10(seed, kRecipe.train_images, kRecipe.test_images);
  const ChannelNormalization normalization = channel_normalization(shapes.train);
  Trainer trainer(network, shapes.train, normalization,
                  {.epochs = kRecipe.epochs,
                   .batch_size = kRecipe.batch_size,
                   .learning_rate = kRecipe.learning_rate,
                   .warmup_epochs = 1,
                   .seed = seed});
  while (trainer.position().epoch < kRecipe.epochs) {
    trainer.train_epoch();
    trainer.next_epoch();
  }
  network.eval();
  const std::unique_ptr<Module> folded = network.fold();
  const FoldProof proof = compare_forms(evaluate(network, shapes.test, normalization, 250),
                                        evaluate(*folded, shapes.test, normalization, 250));
  result.parameters = count_parameters(network);
  result.folded_parameters = count_parameters(*folded);
  result.equal += proof.equal;
  result.accuracies.push_back(100 * proof.accuracy_before);
}

/// Trains from each seed the plain network, with blocks of that kind in it unless `Block` is void.
template <class Block>
Result try_block() {
  Result result;
  for (uint64_t seed = 1; seed <= kRecipe.seeds; ++seed) {
    Initializer initializer(seed);
    // [reparameterize]
    const std::unique_ptr<Sequential> network = plain_network(initializer);
    if constexpr (!std::is_void_v<Block>) {
      insert_branches(*network,
                      [&](const BlockOptions& options) { return std::make_unique<Block>(options, initializer); });
    }
    // [/reparameterize]
    train_and_fold(*network, seed, result);
  }
  return result;
}

void print(const char* name, const Result& result) {
  double sum = 0;
  std::printf("   %-9s  %6d -> %5d  ", name, static_cast<int>(result.parameters),
              static_cast<int>(result.folded_parameters));
  for (const double accuracy : result.accuracies) {
    std::printf(" %5.1f", accuracy);
    sum += accuracy;
  }
  const auto [lowest, highest] = std::minmax_element(result.accuracies.begin(), result.accuracies.end());
  std::printf("   %5.1f   %4.1f    %d of %d\n", sum / static_cast<double>(kRecipe.seeds), *highest - *lowest,
              static_cast<int>(result.equal), static_cast<int>(kRecipe.seeds) * static_cast<int>(kRecipe.test_images));
}

void compare_networks() {
  std::puts("              parameters        accuracy of 3 seeds    mean  spread   equal predictions");
  print("plain", try_block<void>());
  print("EdgeBlock", try_block<EdgeBlock>());
  print("WideBlock", try_block<WideBlock>());
}

/// The words in lines of at most 100 characters, indented.
std::string in_lines(const std::string& words) {
  std::istringstream left(words);
  std::string text, line = "     ";
  for (std::string word; left >> word; line += " " + word) {
    if (line.size() + word.size() < 100) continue;
    text += line + "\n";
    line = "     ";
  }
  return text + line + "\n";
}

/// Prints the error of folding the block.
void show_refusal(const char* what, LinearBlock& block) {
  block(Variable(random_normal({2, 6, 6, 8}, Random(kSeed, 0))));  // training works all the same
  block.eval();
  try {
    block.fold();
  } catch (const FoldError& error) {
    std::printf("   %s\n%s", what, in_lines(error.what()).c_str());
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

  std::puts("\n2. Blocks that cannot fold");
  Initializer initializer(kSeed);
  ReluInside relu_inside(initializer);
  HighPassLast high_pass_last(initializer);
  show_refusal("a ReLU within a branch", relu_inside);
  show_refusal("the high pass after a batch norm", high_pass_last);

  std::puts("\n3. In the place of a model's 3x3 convolutions: is it any better?");
  compare_networks();
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
