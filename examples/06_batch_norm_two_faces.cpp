// Lesson 6. Batch norm's two faces: training uses the batch, evaluation the running statistics. Do not mix them up.
//
// Command: build/examples/06_batch_norm_two_faces
// Page:    docs/06-batch-norm-two-faces.md
//
// Expected output (about a second):
//   1. One batch norm, two modes, two batches that differ by 100
//   ...
//   2. The running statistics close in on mean 5, variance 4
//   ...
//   3. A network that tells day from night, tested in six ways
//   ...
//   4. Ten convolutions, 100 steps: the same test, with batch norm and without
//   ...

#include <algorithm>
#include <cstdio>
#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "core/ops/elementwise.h"
#include "core/ops/softmax.h"
#include "core/random.h"
#include "examples/cli/program.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/sequential.h"

using namespace onefold;

namespace {

void print_row(const char* mode, const Tensor& x, const Tensor& y) {
  std::printf("   %-12s", mode);
  for (int64_t i = 0; i < x.size(); ++i) std::printf("%5g", x[i]);
  std::printf("   ->");
  for (int64_t i = 0; i < y.size(); ++i) std::printf("%8.2f", y[i]);
  std::puts("");
}

void two_modes() {
  std::puts("1. One batch norm, two modes, two batches that differ by 100");
  const Tensor low = Tensor::from({4, 1, 1, 1}, {1, 2, 3, 4});
  const Tensor high = Tensor::from({4, 1, 1, 1}, {101, 102, 103, 104});
  // [two-modes]
  BatchNorm2d norm(/*channels=*/1);
  for (int i = 0; i < 200; ++i) norm(Variable(low));  // training mode: updates the running statistics

  print_row("training", low, norm(Variable(low)).value());
  norm.eval();
  print_row("evaluation", low, norm(Variable(low)).value());
  print_row("evaluation", high, norm(Variable(high)).value());
  norm.train();
  print_row("training", high, norm(Variable(high)).value());
  // [/two-modes]
}

void running_statistics() {
  std::puts("\n2. The running statistics close in on mean 5, variance 4");
  std::puts("   batches     mean   variance");
  BatchNorm2d norm(/*channels=*/1);
  for (int batch = 0; batch <= 100; ++batch) {
    if (batch == 0 || batch == 1 || batch == 10 || batch == 30 || batch == 100) {
      const auto statistics = state(norm);
      std::printf("   %7d %8.2f %10.2f\n", batch, statistics.at("running_mean").item(),
                  statistics.at("running_var").item());
    }
    // [momentum]
    // Each training batch moves them a tenth of the way: running = 0.9 running + 0.1 batch.
    const Random random(/*seed=*/6, /*stream=*/static_cast<uint64_t>(batch));
    const Tensor spread = random_normal({256, 1, 1, 1}, random, 2);
    norm(Variable(add_bias_forward(spread, Tensor::full({1}, 5))));
    // [/momentum]
  }
}

// -- images of 4x4 grey pixels: dark at night (label 0), bright by day (1), always noisy

struct Images {
  Tensor pixels;  // [N, 4, 4, 1]
  std::vector<int> labels;
};

enum class Order { in_turns, nights_first };

Images take(int64_t N, Order order, uint64_t stream) {
  Images images{random_normal({N, 4, 4, 1}, Random(/*seed=*/7, stream)), {}};
  for (int64_t n = 0; n < N; ++n) {
    const bool day = order == Order::in_turns ? n % 2 == 1 : n >= N / 2;
    images.labels.push_back(day);
    for (int64_t i = 0; i < 16; ++i) images.pixels[n * 16 + i] += day ? Real(0.7) : Real(-0.7);
  }
  return images;
}

/// The percentage of correct answers, `batch_size` images at a time, in the network's current mode.
double accuracy(Module& network, const Images& images, int64_t batch_size) {
  const NoGrad no_grad;
  const int64_t N = images.pixels.shape()[0];
  int64_t right = 0;
  for (int64_t begin = 0; begin < N; begin += batch_size) {
    Tensor batch({batch_size, 4, 4, 1});
    std::copy_n(images.pixels.data() + begin * 16, batch.size(), batch.data());
    const std::vector<int> answers = argmax_rows(network(Variable(batch)).value());
    for (int64_t i = 0; i < batch_size; ++i)
      right += answers[static_cast<size_t>(i)] == images.labels[static_cast<size_t>(begin + i)];
  }
  return 100.0 * static_cast<double>(right) / static_cast<double>(N);
}

/// Training, each step on 64 new images.
void train(Module& network, double rate, uint64_t steps) {
  Sgd optimizer({{.parameters = parameters(network), .learning_rate = rate, .weight_decay = 0}}, {.momentum = 0.9});
  for (uint64_t step = 0; step < steps; ++step) {
    const Images batch = take(64, Order::in_turns, /*stream=*/step);
    const Variable loss = softmax_cross_entropy(network(Variable(batch.pixels)), batch.labels);
    optimizer.clear_grads();
    loss.backward();
    optimizer.step();
  }
}

void what_forgetting_costs() {
  std::puts("\n3. A network that tells day from night, tested in six ways");
  Initializer initializer(/*seed=*/1);
  Sequential network;
  network.add<Conv2d>(Conv2dOptions{.in = 1, .out = 8, .args = conv2d_args(1, 1)}, initializer);
  network.add<BatchNorm2d>(8);
  network.add<Relu>();
  network.add<GlobalAvgPool>();
  network.add<Linear>(8, 2, initializer);
  train(network, /*rate=*/0.1, /*steps=*/100);

  // [six-ways]
  const Images mixed = take(1000, Order::in_turns, /*stream=*/1000);
  const Images sorted = take(1000, Order::nights_first, /*stream=*/1001);
  const auto line = [](const char* how, double percent) { std::printf("   %-58s %5.1f %%\n", how, percent); };

  network.eval();
  line("evaluation mode, batches of 20", accuracy(network, mixed, 20));
  line("evaluation mode, one image at a time", accuracy(network, mixed, 1));
  network.train();  // or: forgot to call eval()
  line("training mode, batches of 20, night and day mixed", accuracy(network, mixed, 20));
  line("training mode, batches of 20, all nights before all days", accuracy(network, sorted, 20));
  line("training mode, one image at a time", accuracy(network, mixed, 1));

  accuracy(network, sorted, 20);  // ends with days only, which have moved the running statistics
  network.eval();
  line("evaluation mode again, after a test in training mode", accuracy(network, mixed, 20));
  // [/six-ways]
}

// [stack]
/// The accuracy of ten convolutions in a row after 100 steps of training.
double accuracy_of_stack(bool with_batch_norm, double rate) {
  Initializer initializer(/*seed=*/1);
  Sequential network;
  for (int64_t i = 0; i < 10; ++i) {
    const int64_t in = i == 0 ? 1 : 8;
    network.add<Conv2d>(Conv2dOptions{.in = in, .out = 8, .args = conv2d_args(1, 1), .bias = true}, initializer);
    if (with_batch_norm) network.add<BatchNorm2d>(8);
    network.add<Relu>();
  }
  network.add<GlobalAvgPool>();
  network.add<Linear>(8, 2, initializer);
  train(network, rate, /*steps=*/100);
  network.eval();
  return accuracy(network, take(1000, Order::in_turns, /*stream=*/1000), 20);
}
// [/stack]

void why_it_helps() {
  std::puts("\n4. Ten convolutions, 100 steps: the same test, with batch norm and without");
  std::puts("   learning rate      with   without");
  for (const double rate : {0.001, 0.01, 0.1, 1.0}) {
    std::printf("   %13g   %5.1f %%   %5.1f %%\n", rate, accuracy_of_stack(true, rate), accuracy_of_stack(false, rate));
  }
}

void lesson() {
  two_modes();
  running_statistics();
  what_forgetting_costs();
  why_it_helps();
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
