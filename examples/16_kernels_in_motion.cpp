// Lesson 16. Kernels in motion: a block's equivalent kernel during training, plotted, and made part of the loss.
//
// Page:    docs/16-kernels-in-motion.md
// Command: build/examples/16_kernels_in_motion
//          build/examples/16_kernels_in_motion FILE.svg also draws what it measures
//
// Expected output (about half a minute on two cores):
//   1. One block of 32 channels while the network learns Shapes10
//   ...
//   2. The same kernel within the graph
//   ...
//   3. A penalty on the equivalent kernels
//   ...

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "autograd/optim/schedule.h"
#include "core/files/atomic_file.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "examples/cli/drawing_lesson.h"
#include "examples/labs/kernel_motion.h"
#include "examples/training/evaluation.h"
#include "examples/training/trainer.h"
#include "layers/calculus/equivalent_kernel.h"
#include "layers/models/repvgg.h"

using namespace onefold;

namespace {

struct Recipe {
  int64_t train_images = 3000, test_images = 1000;
  int64_t epochs = 4, batch_size = 50;
  int64_t settling = 40;  // batches before the first step: running statistics then fit the data
  double learning_rate = 0.1, weight_decay = 5e-4;
  uint64_t seed = 1;
};
constexpr Recipe kRecipe;
constexpr int64_t kStage = 2, kBlock = 1;                       // 32 -> 32 channels, with an identity branch
const std::vector<int64_t> kShown = {0, 10, 30, 60, 120, 240};  // steps

// [penalty]
/// Half the sum of squares of all weights that the blocks of the folded network will have.
Variable penalty(RepVgg& network) {
  Variable sum_of_squares;
  for (Module* block : network.blocks()) {
    const Variable kernel = equivalent_convolution_in_graph(*block).weight;
    const Variable squares = sum(multiply(kernel, kernel));
    sum_of_squares = sum_of_squares.defined() ? add(sum_of_squares, squares) : squares;
  }
  return scale(sum_of_squares, Real(0.5));
}
// [/penalty]

struct Data {
  DatasetSplits shapes = shapes10(kRecipe.seed, kRecipe.train_images, kRecipe.test_images);
  ChannelNormalization normalization = channel_normalization(shapes.train);

  DataLoader batches() const {
    return {shapes.train,
            {.batch_size = kRecipe.batch_size,
             .shuffle = true,
             .normalization = normalization,
             .seed = kRecipe.seed,
             .drop_last = true}};
  }
};

/// Updates the running statistics until they are those of the untrained network: their initial values, 0 and 1, say
/// nothing about the data.
void settle(Module& network, DataLoader& batches) {
  const NoGrad no_grad;
  batches.start_epoch(0);
  for (int64_t i = 0; i < kRecipe.settling; ++i) network(Variable(batches.next()->images));
}

struct Trained {
  std::vector<Moment> moments;       // before the first step and after each
  double accuracy = 0, lengths = 0;  // lengths: root of the sum of squares of all blocks' equivalent kernels
};

/// Trains with weight decay on the branches' weights, and a penalty on the blocks' equivalent kernels.
Trained train(RepVgg& network, const Data& data, double weight_decay, double of_penalty, bool observe) {
  DataLoader batches = data.batches();
  settle(network, batches);
  Module& block = network.block(kStage, kBlock);
  Sgd optimizer(decay_groups(network, kRecipe.learning_rate, weight_decay), {.momentum = 0.9, .nesterov = true});
  const int64_t steps = kRecipe.epochs * batches.batches();
  const Schedule rate = linear_warmup_decay(steps, /*warmup=*/steps / 5, /*start=*/0.2, /*final=*/0.0);
  Trained trained;
  int64_t step = 0;
  if (observe) trained.moments.push_back(moment(step, block));
  for (int64_t epoch = 0; epoch < kRecipe.epochs; ++epoch) {
    batches.start_epoch(epoch);
    while (const auto batch = batches.next()) {
      // [step]
      Variable loss = softmax_cross_entropy(network(Variable(batch->images)), batch->labels);
      if (of_penalty > 0) loss = add(loss, scale(penalty(network), static_cast<Real>(of_penalty)));
      optimizer.clear_grads();
      loss.backward();
      optimizer.step(rate(step++));
      // [/step]
      if (observe) trained.moments.push_back(moment(step, block));
    }
  }
  trained.accuracy = evaluate(network, data.shapes.test, data.normalization, 250).accuracy();
  const NoGrad no_grad;
  trained.lengths = std::sqrt(2 * double{penalty(network).value().item()});
  return trained;
}

RepVgg fresh_network() {
  Initializer initializer(kRecipe.seed);
  return {repvgg_size("tiny"), /*classes=*/10, initializer};
}

void print_moments(const std::vector<Moment>& moments) {
  std::puts("   step    3x3    1x1   identity   length   from the start   change by the last step");
  for (const int64_t step : kShown) {
    const Moment& now = moments.at(static_cast<size_t>(step));
    std::printf("   %4d   %.2f   %.2f   %.2f       %5.2f       %6.3f              %.4f\n", static_cast<int>(step),
                now.shares[0].share, now.shares[1].share, now.shares[2].share, length(now.kernel),
                distance_from_start(moments, static_cast<size_t>(step)),
                change_by_step(moments, static_cast<size_t>(step)));
  }
}

/// Compares the kernel in the graph with the one outside, and its gradients with difference quotients.
void show_in_graph(Module& block) {
  // [in-graph]
  const Tensor outside = equivalent_convolution(block).kernel.rounded().weight;
  const Variable kernel = equivalent_convolution_in_graph(block).weight;
  sum(multiply(kernel, kernel)).backward();
  // [/in-graph]
  std::printf("   maximum difference of a weight: %.1e of the maximum\n",
              double{max_abs_difference(kernel.value(), outside)} / double{max_abs(outside)});

  // A kernel is linear in each gamma, its squared length a parabola: central differences only have rounding errors.
  std::puts("   gradient of the squared length     backward   differences");
  for (NamedParameter& parameter : named_parameters(block)) {
    if (!parameter.name.starts_with("bn") || !parameter.name.ends_with("weight")) continue;
    const Real gamma = parameter.value.value()[0], step = Real(0.125);
    const auto squared_length_at = [&](Real at) {
      parameter.value.mutable_value()[0] = at;
      const double now = length(equivalent_convolution(block).kernel.rounded().weight);
      return now * now;
    };
    const double above = squared_length_at(gamma + step), below = squared_length_at(gamma - step);
    squared_length_at(gamma);
    std::printf("   by %s of channel 0         %9.4f   %9.4f\n", parameter.name.c_str(),
                double{parameter.value.grad()[0]}, (above - below) / (2 * double{step}));
  }
}

void lesson(const std::string& picture) {
  const Data data;
  std::puts("1. One block of 32 channels while the network learns Shapes10");
  RepVgg network = fresh_network();
  const Trained usual = train(network, data, kRecipe.weight_decay, 0, /*observe=*/true);
  print_moments(usual.moments);
  if (!picture.empty()) write_file_atomically(picture, motion_picture(usual.moments, kShown));

  std::puts("\n2. The same kernel within the graph");
  for (const Variable& parameter : parameters(network)) Variable(parameter).clear_grad();
  show_in_graph(network.block(kStage, kBlock));

  std::puts("\n3. A penalty on the equivalent kernels");
  RepVgg free_network = fresh_network(), penalised = fresh_network();
  const Trained free_run = train(free_network, data, 0, 0, /*observe=*/false);
  const Trained with_penalty = train(penalised, data, 0, kRecipe.weight_decay, /*observe=*/false);
  std::puts("                                length of all equivalent kernels   test accuracy");
  const auto print = [](const char* what, const Trained& trained) {
    std::printf("   %-26s   %16.2f                    %.1f %%\n", what, trained.lengths, 100 * trained.accuracy);
  };
  print("nothing", free_run);
  print("weight decay, by branch", usual);
  print("penalty in the loss", with_penalty);
}

}  // namespace

int main(int argc, char** argv) {
  return run_lesson(argc, argv, "FILE.svg", "draw the kernels' motion to this file", lesson);
}
