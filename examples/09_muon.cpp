// Lesson 9. Muon: what the optimizer of train_cifar10's convolutions makes of a gradient, what that costs, and how much
// sooner a network has learned.
//
// Page:    docs/09-muon.md
// Command: build/examples/09_muon
//          build/examples/09_muon FILE.svg also draws what it measures
//
// Expected output (about a minute on two cores; times go to stderr):
//   1. The singular values of a gradient, as shares of its length
//   ...
//   2. The products of a step, in millions of multiply-adds
//   ...
//   3. Equal steps with SGD alone and with Muon for the convolutions
//   ...

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "autograd/annex/muon.h"
#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "autograd/optim/schedule.h"
#include "core/annex/symmetric_eigen.h"
#include "core/files/atomic_file.h"
#include "datasets/data_loader.h"
#include "datasets/shapes10.h"
#include "examples/cli/drawing_lesson.h"
#include "examples/cli/format.h"
#include "examples/pictures/line_chart.h"
#include "examples/pictures/picture_file.h"
#include "examples/training/evaluation.h"
#include "layers/inspect/count.h"
#include "layers/models/repvgg.h"

using namespace onefold;

namespace {

struct Recipe {
  int64_t train_images = 3000, test_images = 1000;
  int64_t epochs = 4, batch_size = 50;
  double learning_rate = 0.2;  // of SGD: alone, seed 1 ends at 46.8, 67.0, 73.7 and 72.9 % with 0.05, 0.1, 0.2, 0.4
  double muon_rate = 0.06;     // of Muon, the default of train_cifar10
  double weight_decay = 5e-4;  // of convolutions, with SGD; Muon has none
  uint64_t images_seed = 1;
  std::vector<uint64_t> seeds = {1, 2, 3};  // of weights and order
};
const Recipe kRecipe;
constexpr int64_t kStage = 3, kBlock = 1;  // 64 -> 64 channels: its 3x3 kernel is a matrix [576, 64]
constexpr int64_t kShownStep = 60;         // of the training with SGD alone
constexpr int64_t kMean = 20;              // steps over which a loss is averaged

struct Data {
  DatasetSplits shapes = shapes10(kRecipe.images_seed, kRecipe.train_images, kRecipe.test_images);
  ChannelNormalization normalization = channel_normalization(shapes.train);

  DataLoader batches(uint64_t seed) const {
    return {shapes.train,
            {.batch_size = kRecipe.batch_size,
             .shuffle = true,
             .normalization = normalization,
             .seed = seed,
             .drop_last = true}};
  }
};

RepVgg fresh_network(const std::string& size, uint64_t seed) {
  Initializer initializer(seed);
  return {repvgg_size(size), /*classes=*/10, initializer};
}

/// The singular values of a matrix with at least as many rows as columns, largest first: the square roots of the
/// eigenvalues of G^T G.
std::vector<double> singular_values(const Tensor& g) {
  const int64_t rows = g.shape()[0], n = g.shape()[1];
  std::vector<double> gram(static_cast<size_t>(n * n));
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j)
        gram[static_cast<size_t>(i * n + j)] += double{g[r * n + i]} * double{g[r * n + j]};
    }
  }
  std::vector<double> values = symmetric_eigen(gram, n).values;
  for (double& value : values) value = std::sqrt(std::max(value, 0.0));
  return values;
}

const std::vector<int> kIterations = {0, 1, 3, 5};

/// The singular values of a kernel's gradient, as the matrix [R S C, K] that Muon sees, after so many iterations.
std::vector<std::vector<double>> spectra(const Tensor& dw) {
  const Tensor matrix = dw.reshape({dw.size() / dw.shape()[-1], dw.shape()[-1]});
  std::vector<std::vector<double>> all;
  for (const int iterations : kIterations) all.push_back(singular_values(orthogonalized(matrix, iterations)));
  return all;
}

void print_spectra(const std::vector<std::vector<double>>& all) {
  std::puts("   number    gradient   1 iteration   3 iterations   5 iterations");
  for (size_t i = 1; i <= all[0].size(); i *= 2) {
    std::printf("   %6zu    %8.4f   %11.3f   %12.3f   %12.3f\n", i, all[0][i - 1], all[1][i - 1], all[2][i - 1],
                all[3][i - 1]);
  }
}

/// The multiply-adds of orthogonalized(): per iteration X X^T and (b A + c A^2) X, and the square of A = X X^T.
double orthogonalization_cost(const Shape& kernel, int iterations) {
  const auto columns = static_cast<double>(kernel[-1]), rows = static_cast<double>(kernel.size()) / columns;
  const double n = std::min(rows, columns), m = std::max(rows, columns);
  return iterations * (2 * n * n * m + n * n * n);
}

void print_costs() {
  constexpr int64_t kBatch = 256;
  std::puts("   network   forward and backward, 256 images     Muon     share");
  for (const char* size : {"tiny", "mini"}) {
    RepVgg network = fresh_network(size, 1);
    double muon = 0;
    for (const Variable& parameter : parameters(network)) {
      if (parameter.shape().rank() == 4) muon += orthogonalization_cost(parameter.shape(), MuonOptions().steps);
    }
    // Backward computes two gradients, each with as many products as the forward pass.
    const auto network_cost = 3.0 * kBatch * static_cast<double>(count(network, {1, 32, 32, 3}).multiply_adds);
    std::printf("   %-7s   %30.0f   %9.0f   %5.1f %%\n", size, network_cost / 1e6, muon / 1e6,
                100 * muon / network_cost);
  }
}

struct Trained {
  std::vector<double> losses;  // means over kMean steps
  Tensor gradient;             // of the 3x3 kernel of the shown block in the shown step
  double accuracy = 0;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Trained train(const Data& data, bool with_muon, uint64_t seed) {
  RepVgg network = fresh_network("tiny", seed);
  DataLoader batches = data.batches(seed);

  // [optimizers]
  std::vector<Variable> convolutions, others;
  for (const Variable& parameter : parameters(network)) {
    (parameter.shape().rank() == 4 ? convolutions : others).push_back(parameter);
  }
  std::vector<ParameterGroup> for_sgd = {{others, kRecipe.learning_rate}};
  std::vector<std::unique_ptr<Optimizer>> optimizers;
  if (with_muon) {
    optimizers.push_back(std::make_unique<Muon>(std::vector<ParameterGroup>{{convolutions, kRecipe.muon_rate}}));
  } else {
    for_sgd.push_back({convolutions, kRecipe.learning_rate, kRecipe.weight_decay});
  }
  optimizers.push_back(std::make_unique<Sgd>(for_sgd, SgdOptions{.momentum = 0.9, .nesterov = true}));
  // [/optimizers]

  const int64_t steps = kRecipe.epochs * batches.batches();
  const Schedule rate = linear_warmup_decay(steps, /*warmup=*/steps / 5, /*start=*/0.2, /*final=*/0.0);
  Trained trained;
  int64_t step = 0;
  double sum = 0, seconds = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int64_t epoch = 0; epoch < kRecipe.epochs; ++epoch) {
    batches.start_epoch(epoch);
    while (const auto batch = batches.next()) {
      const Variable loss = softmax_cross_entropy(network(Variable(batch->images)), batch->labels);
      for (const auto& optimizer : optimizers) optimizer->clear_grads();
      loss.backward();
      if (step == kShownStep) trained.gradient = parameters(network.block(kStage, kBlock)).front().grad();
      const auto before = std::chrono::steady_clock::now();
      for (const auto& optimizer : optimizers) optimizer->step(rate(step));
      seconds += seconds_since(before);
      sum += double{loss.value().item()};
      if (++step % kMean == 0) trained.losses.push_back(std::exchange(sum, 0) / kMean);
    }
  }
  std::fprintf(stderr, "   %s: %.1f s, of which its steps took %.1f s\n", with_muon ? "Muon" : "SGD",
               seconds_since(start), seconds);
  trained.accuracy = evaluate(network, data.shapes.test, data.normalization, 250).accuracy();
  return trained;
}

/// The steps after which the mean loss was below `loss`.
int64_t steps_to(double loss, const Trained& trained) {
  const auto& losses = trained.losses;
  const auto first = std::find_if(losses.begin(), losses.end(), [&](double mean) { return mean < loss; });
  return kMean * (first - losses.begin() + 1);
}

Series series(const std::string& name, const std::vector<double>& values, double step) {
  Series line{name, {}, values};
  for (size_t i = 0; i < values.size(); ++i) line.x.push_back(step * static_cast<double>(i + 1));
  return line;
}

std::string picture(const std::vector<std::vector<double>>& all, const Trained& sgd, const Trained& muon) {
  const std::vector<std::string> notes = {
      "Left: the 64 singular values of one gradient, as it is and after iterations, each time in descending order.",
      "Right: the same network, weights and batches; every step of Muon moves all directions alike."};
  const auto two_digits = [](double value) { return fixed(value, 2); };
  LineChart values{.title = "Singular values", .x_label = "number", .y_text = two_digits, .from_zero = true};
  for (size_t i = 0; i < all.size(); ++i) {
    values.series.push_back(series(i == 0 ? "gradient" : "after " + std::to_string(kIterations[i]), all[i], 1));
  }
  const LineChart losses{.title = "Training loss",
                         .x_label = "steps",
                         .series = {series("SGD", sgd.losses, kMean), series("Muon", muon.losses, kMean)},
                         .y_text = two_digits,
                         .from_zero = true};
  constexpr double kMargin = 24, kWidth = 440, kHeight = 248, kGap = 28;
  std::vector<Panel> panels;
  for (const LineChart& chart : {values, losses}) {
    Panel panel{chart.title, line_chart(chart)};
    panel.left = kMargin + static_cast<double>(panels.size()) * (kWidth + kGap);
    panel.top = first_panel_top(notes), panel.width = kWidth, panel.height = kPanelTitle + kHeight;
    for (const Series& line : chart.series) panel.keys.push_back(line.name);
    panels.push_back(panel);
  }
  return picture_file("What Muon makes of a gradient, and of a training", notes, 2 * kMargin + 2 * kWidth + kGap,
                      first_panel_top(notes) + kPanelTitle + kHeight + 14, panels);
}

void lesson(const std::string& file) {
  const Data data;
  std::vector<Trained> sgd, muon;
  for (const uint64_t seed : kRecipe.seeds) {
    sgd.push_back(train(data, false, seed));
    muon.push_back(train(data, true, seed));
  }

  std::puts("1. The singular values of a gradient, as shares of its length");
  const auto all = spectra(sgd[0].gradient);
  print_spectra(all);

  std::puts("\n2. The products of a step, in millions of multiply-adds");
  print_costs();

  std::puts("\n3. Equal steps with SGD alone and with Muon for the convolutions");
  std::puts("            steps to a loss below 1      test accuracy");
  std::puts("   seed          SGD       Muon          SGD     Muon");
  for (size_t i = 0; i < sgd.size(); ++i) {
    std::printf("   %4d   %10d %10d       %.1f %%   %.1f %%\n", static_cast<int>(kRecipe.seeds[i]),
                static_cast<int>(steps_to(1, sgd[i])), static_cast<int>(steps_to(1, muon[i])), 100 * sgd[i].accuracy,
                100 * muon[i].accuracy);
  }
  if (!file.empty()) write_file_atomically(file, picture(all, sgd[0], muon[0]));
}

}  // namespace

int main(int argc, char** argv) {
  return run_lesson(argc, argv, "FILE.svg", "draw the singular values and the losses to this file", lesson);
}
