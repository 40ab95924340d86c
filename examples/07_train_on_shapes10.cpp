// Lesson 7. Train on Shapes10: a complete training loop on one page, from pixels to a network that names ten shapes.
//
// Command: build/examples/07_train_on_shapes10
// Page:    docs/07-train-on-shapes10.md
//
// Expected output (about half a minute on two cores; the seconds go to stderr):
//   10000 images to learn from, 2000 to be tested on; 331 thousand parameters
//   epoch   loss   test accuracy
//   ...
//   folded: 296 thousand parameters, the same answer for 2000 of 2000 images

#include <chrono>
#include <cstdio>
#include <memory>
#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "autograd/optim/schedule.h"
#include "core/ops/softmax.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "examples/cli/program.h"
#include "layers/models/repvgg.h"

using namespace onefold;

namespace {

// [recipe]
struct Recipe {
  int64_t train_images = 10000, test_images = 2000;
  int64_t epochs = 5;          // passes over the training images
  int64_t batch_size = 64;     // small: 156 steps per epoch
  double learning_rate = 0.1;  // the schedule's maximum; usual for SGD with momentum and batch norm
  double momentum = 0.9;       // each step keeps nine tenths of the one before
  double weight_decay = 5e-4;  // only of convolutions and head, see parameter_groups()
  uint64_t seed = 1;           // of images, weights and order: the same seed gives the same bits
};
// [/recipe]

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
/// The network's answer for every image: the class with the maximum logit.
std::vector<int> answers(Module& network, DataLoader& batches) {
  const EvaluationMode evaluation(network);  // batch norms use running statistics, until the function returns
  const NoGrad no_grad;                      // nothing is recorded: no gradients are needed
  std::vector<int> all;
  batches.start_epoch(0);
  while (const auto batch = batches.next()) {
    const std::vector<int> some = argmax_rows(network(Variable(batch->images)).value());
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}
// [/evaluate]

size_t count_equal(const std::vector<int>& a, const std::vector<int>& b) {
  size_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return equal;
}

double percent_right(const std::vector<int>& given, const std::vector<int>& labels) {
  return 100.0 * static_cast<double>(count_equal(given, labels)) / static_cast<double>(labels.size());
}

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
  RepVgg network(repvgg_size("tiny"), /*classes=*/10, initializer);
  Sgd optimizer(parameter_groups(network, recipe), {.momentum = recipe.momentum, .nesterov = true});
  const int64_t steps = recipe.epochs * train_batches.batches();
  const Schedule rate = linear_warmup_decay(steps, /*warmup=*/steps / 5, /*start=*/0.2, /*final=*/0.0);
  // [/network]

  std::printf("%lld images to learn from, %lld to be tested on; %lld thousand parameters\n",
              static_cast<long long>(recipe.train_images), static_cast<long long>(recipe.test_images),
              static_cast<long long>(count_parameters(network) / 1000));
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
                percent_right(answers(network, test_batches), shapes.test.labels));
    std::fprintf(stderr, "   %.0f s\n", seconds_since(start));
  }
  // [/loop]

  // [fold]
  network.eval();
  const std::unique_ptr<Module> folded = network.fold();  // one 3x3 convolution per block: lesson 8
  const std::vector<int> before = answers(network, test_batches), after = answers(*folded, test_batches);
  // [/fold]
  std::printf("folded: %lld thousand parameters, the same answer for %zu of %zu images\n",
              static_cast<long long>(count_parameters(*folded) / 1000), count_equal(before, after), before.size());
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
