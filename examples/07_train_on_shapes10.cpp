// Lesson 7. Train on Shapes10: a complete training loop on one page, from pixels to a network that names ten shapes.
//
// Command: build/examples/07_train_on_shapes10
// Page:    docs/07-train-on-shapes10.md
//
// Expected output (about half a minute on two cores; the seconds go to stderr):
//   10000 images to learn from, 2000 to be tested on; 18842 parameters
//   epoch   loss   test accuracy
//   ...

#include <chrono>
#include <cstdio>
#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "autograd/optim/schedule.h"
#include "core/ops/softmax.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "examples/cli/program.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/sequential.h"

using namespace onefold;

namespace {

// [recipe]
struct Recipe {
  int64_t train_images = 10000, test_images = 2000;
  int64_t epochs = 16;         // passes over the training images
  int64_t batch_size = 64;     // small: 156 steps per epoch
  double learning_rate = 0.2;  // the schedule's maximum; batch norm allows such long steps
  double momentum = 0.9;       // each step keeps nine tenths of the one before
  double weight_decay = 5e-4;  // only of convolutions and head, see parameter_groups()
  uint64_t seed = 1;           // of images, weights and order: the same seed gives the same bits
};
// [/recipe]

// [layer]
/// Adds a convolution of 3x3, a batch norm and a ReLU. Stride 2 halves rows and columns.
void add_convolution(Sequential& network, int64_t in, int64_t out, int64_t stride, Initializer& initializer) {
  network.add<Conv2d>(Conv2dOptions{.in = in, .out = out, .args = conv2d_args(stride, /*padding=*/1)}, initializer);
  network.add<BatchNorm2d>(out);
  network.add<Relu>();
}
// [/layer]

// [groups]
/// Weights form one group, with weight decay; batch norms and biases form the other, without.
std::vector<ParameterGroup> parameter_groups(Module& network, const Recipe& recipe) {
  ParameterGroup weights{{}, recipe.learning_rate, recipe.weight_decay}, others{{}, recipe.learning_rate, 0};
  for (const Variable& parameter : parameters(network)) {
    (parameter.shape().rank() > 1 ? weights : others).parameters.push_back(parameter);
  }
  return {weights, others};
}
// [/groups]

// [evaluate]
/// The percentage of images of which the class with the maximum logit is the true one.
double percent_right(Module& network, DataLoader& batches) {
  const EvaluationMode evaluation(network);  // batch norms use running statistics, until the function returns
  const NoGrad no_grad;                      // nothing is recorded: no gradients are needed
  int64_t images = 0, right = 0;
  batches.start_epoch(0);
  while (const auto batch = batches.next()) {
    const std::vector<int> answers = argmax_rows(network(Variable(batch->images)).value());
    for (size_t i = 0; i < answers.size(); ++i, ++images) right += answers[i] == batch->labels[i];
  }
  return 100.0 * static_cast<double>(right) / static_cast<double>(images);
}
// [/evaluate]

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void lesson() {
  const Recipe recipe;
  const auto start = std::chrono::steady_clock::now();

  // [data]
  const DatasetSplits shapes = shapes10(recipe.seed, recipe.train_images, recipe.test_images);
  const ChannelNormalization normalization = channel_normalization(shapes.train);
  DataLoader train_batches(shapes.train, {.batch_size = recipe.batch_size,
                                          .shuffle = true,
                                          .augment = {.pad = 2, .flip = Flip::kRandom},
                                          .normalization = normalization,
                                          .seed = recipe.seed,
                                          .drop_last = true});
  DataLoader test_batches(shapes.test, {.batch_size = 250, .normalization = normalization});
  // [/data]

  // [network]
  Initializer initializer(recipe.seed);
  Sequential network;
  add_convolution(network, 3, 16, /*stride=*/2, initializer);  // 16x16 pixels of 16 channels
  add_convolution(network, 16, 16, /*stride=*/1, initializer);
  add_convolution(network, 16, 24, /*stride=*/2, initializer);  // 8x8 of 24
  add_convolution(network, 24, 24, /*stride=*/1, initializer);
  add_convolution(network, 24, 32, /*stride=*/2, initializer);  // 4x4 of 32
  network.add<GlobalAvgPool>();
  network.add<Linear>(32, /*classes=*/10, initializer);
  Sgd optimizer(parameter_groups(network, recipe), {.momentum = recipe.momentum, .nesterov = true});
  const int64_t steps = recipe.epochs * train_batches.batches();
  const Schedule rate = linear_warmup_decay(steps, /*warmup=*/steps / 5, /*start=*/0.2, /*final=*/0.0);
  // [/network]

  std::printf("%lld images to learn from, %lld to be tested on; %lld parameters\n",
              static_cast<long long>(recipe.train_images), static_cast<long long>(recipe.test_images),
              static_cast<long long>(count_parameters(network)));
  std::puts("epoch   loss   test accuracy");

  // [loop]
  int64_t step = 0;
  for (int64_t epoch = 0; epoch < recipe.epochs; ++epoch) {
    double loss_sum = 0;
    train_batches.start_epoch(epoch);
    while (const auto batch = train_batches.next()) {
      const Variable logits = network(Variable(batch->images));            // forward pass, recorded
      const Variable loss = softmax_cross_entropy(logits, batch->labels);  // one value to minimise
      optimizer.clear_grads();
      loss.backward();               // a gradient for every parameter
      optimizer.step(rate(step++));  // a small step downhill
      loss_sum += static_cast<double>(loss.value().item());
    }
    const double mean_loss = loss_sum / static_cast<double>(train_batches.batches());
    std::printf("%5lld   %.2f   %.1f %%\n", static_cast<long long>(epoch + 1), mean_loss,
                percent_right(network, test_batches));
    std::fprintf(stderr, "   %.0f s\n", seconds_since(start));
  }
  // [/loop]
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
