// Lesson 0. A network from nothing: one neuron, its slopes by hand, why ReLU, and a small network on two moons.
//
// Command: build/examples/00_a_network_from_nothing [FILE.svg]
// Page:    docs/00-a-network-from-nothing.md
//
// Expected output (under a second):
//   1. One neuron, y = w x + b, learns t = 2 x + 1 from four pairs
//   ...
//   2. Two layers without ReLU are one line; with ReLU they bend
//   ...
//   3. Two moons: 354 parameters, 200 points
//   ...

#include <cmath>
#include <cstdio>
#include <numbers>
#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/optimizer.h"
#include "core/files/atomic_file.h"
#include "core/ops/softmax.h"
#include "examples/cli/drawing_lesson.h"
#include "examples/pictures/picture_file.h"
#include "layers/activations.h"
#include "layers/linear.h"
#include "layers/sequential.h"

using namespace onefold;

namespace {

// -- one neuron, no library

// [pairs]
const std::vector<double> kX = {0, 1, 2, 3}, kT = {1, 3, 5, 7};  // inputs, and what we want for them
// [/pairs]

// [loss]
/// How wrong the neuron is: the mean of (y - t)^2 over the four pairs.
double loss_at(double w, double b) {
  double sum = 0;
  for (size_t i = 0; i < kX.size(); ++i) sum += std::pow(w * kX[i] + b - kT[i], 2);
  return sum / double(kX.size());
}
// [/loss]

// [slopes]
struct Slopes {
  double w = 0, b = 0;
};

/// How much the loss grows if w, or b, grows by a little, divided by that little: the derivatives.
Slopes slopes_at(double w, double b) {
  Slopes slopes;
  for (size_t i = 0; i < kX.size(); ++i) {
    const double error = w * kX[i] + b - kT[i];
    slopes.w += 2 * error * kX[i] / double(kX.size());
    slopes.b += 2 * error / double(kX.size());
  }
  return slopes;
}
// [/slopes]

void one_neuron() {
  std::puts("1. One neuron, y = w x + b, learns t = 2 x + 1 from four pairs");
  const double nudge = 0.001;
  std::printf("   slope towards w at w = b = 0: by formula %.3f, by a nudge of %g %.3f\n", slopes_at(0, 0).w, nudge,
              (loss_at(nudge, 0) - loss_at(-nudge, 0)) / (2 * nudge));
  std::puts("   step     w       b      loss");
  // [descent]
  double w = 0, b = 0;
  const double rate = 0.1;
  for (int step = 0; step <= 200; ++step) {
    if (step == 0 || step == 1 || step == 10 || step == 200)
      std::printf("   %4d  %6.3f  %6.3f  %8.4f\n", step, w, b, loss_at(w, b));
    const Slopes slopes = slopes_at(w, b);
    w -= rate * slopes.w;  // a small step downhill
    b -= rate * slopes.b;
  }
  // [/descent]
}

// -- why a network needs something that is not a straight line

void why_relu() {
  std::puts("\n2. Two layers without ReLU are one line; with ReLU they bend");
  std::puts("      x   2 (3 x) - 1 (-x)   relu(x) + relu(-x)");
  // [bend]
  const auto relu = [](double x) { return x > 0 ? x : 0; };
  for (const double x : {-2.0, -1.0, 0.0, 1.0, 2.0})
    std::printf("   %4g   %16g   %18g\n", x, 2 * (3 * x) - 1 * (-x), relu(x) + relu(-x));
  // [/bend]
}

// -- a network on two moons, with the library

// [moons]
/// Two half circles that reach into each other: the points' coordinates [200, 2], and which moon each is from.
struct Moons {
  Tensor points = Tensor::zeros({200, 2});
  std::vector<int> labels;
};

Moons two_moons(uint64_t seed) {
  const Random random(seed, /*stream=*/0);
  Moons moons;
  for (int64_t i = 0; i < 200; ++i) {
    const int moon = i % 2;
    const double angle = std::numbers::pi * random.uniform(3 * i), side = moon == 0 ? 1 : -1;
    const double x = (moon == 0 ? 0 : 1) + side * std::cos(angle), y = (moon == 0 ? 0 : 0.5) + side * std::sin(angle);
    moons.points[2 * i] = Real(x + 0.15 * random.normal(3 * i + 1));
    moons.points[2 * i + 1] = Real(y + 0.15 * random.normal(3 * i + 2));
    moons.labels.push_back(moon);
  }
  return moons;
}
// [/moons]

// What is drawn: the part of the plane in which the moons are.
constexpr double kLeft = -1.5, kRight = 2.5, kBottom = -1.1, kTop = 1.6;

/// The network's answer at the centre of each of rows x columns cells, from the top left.
std::vector<int> answers_on_grid(Module& network, int64_t rows, int64_t columns) {
  Tensor centres = Tensor::zeros({rows * columns, 2});
  for (int64_t i = 0; i < rows * columns; ++i) {
    centres[2 * i] = Real(kLeft + (kRight - kLeft) * (double(i % columns) + 0.5) / double(columns));
    centres[2 * i + 1] = Real(kTop - (kTop - kBottom) * (double(i / columns) + 0.5) / double(rows));
  }
  const NoGrad no_grad;
  return argmax_rows(network(Variable(centres)).value());
}

/// Where the network answers 0 or 1, as blank cells and dots, and the points of both moons, as o and x.
void print_boundary(Module& network, const Moons& moons) {
  constexpr int64_t kRows = 16, kColumns = 56;
  const std::vector<int> answers = answers_on_grid(network, kRows, kColumns);
  std::vector<std::string> rows(kRows, std::string(kColumns, ' '));
  for (size_t i = 0; i < answers.size(); ++i) rows[i / kColumns][i % kColumns] = answers[i] == 0 ? ' ' : '.';
  for (size_t i = 0; i < moons.labels.size(); ++i) {
    const double x = moons.points[int64_t(2 * i)], y = moons.points[int64_t(2 * i + 1)];
    const auto column = int64_t((x - kLeft) / (kRight - kLeft) * kColumns);
    const auto row = int64_t((kTop - y) / (kTop - kBottom) * kRows);
    rows[size_t(row)][size_t(column)] = moons.labels[i] == 0 ? 'o' : 'x';
  }
  for (const std::string& row : rows) std::printf("   |%s|\n", row.c_str());
}

/// The same as a picture of 400 x 270.
Svg boundary_picture(Module& network, const Moons& moons, const std::string& label) {
  constexpr int64_t kRows = 54, kColumns = 80, kCell = 5;
  const std::vector<int> answers = answers_on_grid(network, kRows, kColumns);
  const auto block = [&](int64_t row, int64_t column, int64_t columns, int64_t rows, const char* colour) {
    return element("rect", {{"x", coordinate(double(column * kCell))},
                            {"y", coordinate(double(row * kCell))},
                            {"width", coordinate(double(columns * kCell))},
                            {"height", coordinate(double(rows * kCell))},
                            {"fill", colour}});
  };
  Svg drawn = block(0, 0, kColumns, kRows, "#dbe8f6");
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t from = 0, to = 0; from < kColumns; from = to + 1) {
      for (to = from; to < kColumns && answers[size_t(row * kColumns + to)] == 1; ++to) {
      }
      if (to > from) drawn += block(row, from, to - from, 1, "#fbe6d5");
    }
  }
  for (size_t i = 0; i < moons.labels.size(); ++i) {
    const double x = moons.points[int64_t(2 * i)], y = moons.points[int64_t(2 * i + 1)];
    drawn += element("circle", {{"cx", coordinate((x - kLeft) / (kRight - kLeft) * kColumns * kCell)},
                                {"cy", coordinate((kTop - y) / (kTop - kBottom) * kRows * kCell)},
                                {"r", "3.5"},
                                {"class", moons.labels[i] == 0 ? "dot s0" : "dot s1"}});
  }
  return svg(kColumns * kCell, kRows * kCell, label, drawn);
}

int64_t count_right(Module& network, const Moons& moons) {
  const NoGrad no_grad;
  const std::vector<int> answers = argmax_rows(network(Variable(moons.points)).value());
  int64_t right = 0;
  for (size_t i = 0; i < answers.size(); ++i) right += answers[i] == moons.labels[i];
  return right;
}

void two_moons_lesson(const std::string& picture) {
  const Moons moons = two_moons(/*seed=*/1);
  // [network]
  Initializer initializer(/*seed=*/1);
  Sequential network;
  network.add<Linear>(2, 16, initializer);  // 16 neurons, each of 2 weights and a bias
  network.add<Relu>();
  network.add<Linear>(16, 16, initializer);  // 16 more, each of 16 weights and a bias
  network.add<Relu>();
  network.add<Linear>(16, 2, initializer);  // two results: how much it looks like moon 0, and like moon 1
  Sgd optimizer({{parameters(network), /*rate=*/0.5, /*weight_decay=*/0}}, {.momentum = 0.9});
  // [/network]

  std::printf("\n3. Two moons: %lld parameters, %zu points\n   before: %lld of 200 right\n",
              static_cast<long long>(count_parameters(network)), moons.labels.size(),
              static_cast<long long>(count_right(network, moons)));
  print_boundary(network, moons);
  const Svg before = boundary_picture(network, moons, "before training");
  // [train]
  Real loss_now = 0;
  for (int step = 0; step < 200; ++step) {
    const Variable loss = softmax_cross_entropy(network(Variable(moons.points)), moons.labels);
    optimizer.clear_grads();
    loss.backward();    // the slope of the loss for each of the 354 parameters
    optimizer.step(1);  // each moves a little downhill
    loss_now = loss.value().item();
  }
  // [/train]
  std::printf("   after 200 steps: loss %.3f, %lld of 200 right\n", double{loss_now},
              static_cast<long long>(count_right(network, moons)));
  print_boundary(network, moons);
  if (picture.empty()) return;
  const Svg after = boundary_picture(network, moons, "after training");
  write_file_atomically(picture,
                        picture_file("Two moons, before and after 200 steps", {}, 868, 350,
                                     {{"before", before, 24, 56, 400, 294}, {"after", after, 444, 56, 400, 294}}));
}

void lesson(const std::string& picture) {
  one_neuron();
  why_relu();
  two_moons_lesson(picture);
}

}  // namespace

int main(int argc, char** argv) {
  return run_lesson(argc, argv, "FILE.svg", "draw both boundaries to this file", lesson);
}
