// Lesson 13. Branches in the optimizer: a plain 3x3 that learns exactly what a block of three branches learns.
//
// Command: build/examples/13_rep_optimizer
//          build/examples/13_rep_optimizer FILE.svg also draws the multipliers, and how far the kernels are apart
// Page:    docs/13-weights-for-weights.md
//
// Expected output (a second):
//   1. What a step is multiplied by, from input channels 0 and 1 to output channel 0
//   ...
//   2. 200 steps of SGD with Nesterov momentum and weight decay
//   ...
//   3. 200 steps of AdamW
//   ...
//   4. What a step of training costs
//   ...

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "autograd/ops.h"
#include "autograd/optim/adamw.h"
#include "core/check.h"
#include "core/files/atomic_file.h"
#include "core/ops/elementwise.h"
#include "examples/cli/drawing_lesson.h"
#include "examples/cli/format.h"
#include "examples/pictures/kernel_picture.h"
#include "examples/pictures/line_chart.h"
#include "examples/pictures/picture_file.h"
#include "layers/calculus/equivalent_kernel.h"
#include "layers/calculus/linear_block.h"
#include "layers/calculus/pieces.h"
#include "layers/families/weights/rep_optimizer.h"
#include "layers/inspect/count.h"

using namespace onefold;

namespace {

constexpr int64_t kChannels = 8, kSteps = 200;
constexpr Real kScale3 = Real(0.8), kScale1 = Real(-0.6);

// [block]
/// y = s3 conv3x3(x) + s1 conv1x1(x) + d x: s3 and s1 are constant, d is trained.
struct ThreeBranches : LinearBlock {
  explicit ThreeBranches(Initializer& initializer) {
    Branch& three = add_branch("3x3");
    three.add<Conv2d>("conv3", same_convolution(kChannels, kChannels, 3, 3), initializer);
    three.add<ChannelScale>("scale3", kChannels, kScale3);
    Branch& one = add_branch("1x1");
    one.add<Conv2d>("conv1", same_convolution(kChannels, kChannels, 1, 1), initializer);
    one.add<ChannelScale>("scale1", kChannels, kScale1);
    add_branch("identity").add<ChannelScale>("scale0", kChannels, Real(1));
  }
};

std::vector<Variable> trained_parameters(ThreeBranches& block) {
  std::vector<Variable> trained;
  for (const NamedParameter& parameter : named_parameters(block)) {
    const bool constant = parameter.name == "scale3.weight" || parameter.name == "scale1.weight";
    if (!constant) trained.push_back(parameter.value);
  }
  return trained;
}
// [/block]

RepOptimizerConv2d plain_convolution() {
  Initializer initializer(/*seed=*/13);  // the block's seed: both begin with the same kernel
  return {same_convolution(kChannels, kChannels, 3, 3), {.s3 = kScale3, .s1 = kScale1}, initializer};
}

/// The kernel to which a block is currently equivalent.
Tensor kernel_of(Module& module) { return equivalent_convolution(module).kernel.rounded().weight; }

/// One step towards a target after a ReLU, on new images; returns the loss.
double take_step(Module& module, Optimizer& optimizer, int64_t step) {
  const Variable x(random_normal({8, 8, 8, kChannels}, Random(/*seed=*/13, static_cast<uint64_t>(step))));
  const Variable target(relu_forward(add_scaled(x.value(), Real(-0.5), Tensor::full(x.shape(), 1))));
  const Variable error = subtract(relu(module(x)), target);
  const Variable loss = mean(multiply(error, error));
  optimizer.clear_grads();
  loss.backward();
  optimizer.step();
  return double{loss.value().item()};
}

double largest_relative(const Tensor& a, const Tensor& b) { return max_abs_difference(a, b) / max_abs(a); }

/// How far the plain convolutions' kernels are from the block's before each step, relative to its largest weight.
struct Distances {
  std::vector<double> told, untold;
};

/// Trains the block, the convolution that imitates it, and one whose optimizer is not told; prints how far apart they
/// are. Throws Error if the first two differ by more than rounding explains.
template <class MakeOptimizer>
Distances compare(double rounding, const MakeOptimizer& make) {
  Initializer initializer(/*seed=*/13);
  ThreeBranches block(initializer);
  RepOptimizerConv2d told = plain_convolution(), untold = plain_convolution();
  auto of_block = make(trained_parameters(block));
  auto of_told = make(parameters(told));
  auto of_untold = make(parameters(untold));
  // [tell]
  set_branch_scales(told, of_told);
  // [/tell]

  std::puts("                 loss of            kernel's difference from the block's");
  std::puts("   step    block    plain 3x3     plain 3x3    plain 3x3, not multiplied");
  Distances distances;
  for (int64_t step = 0; step <= kSteps; ++step) {
    const bool print = step == 0 || step == 1 || step == 10 || step == 50 || step == kSteps;
    const double apart = largest_relative(kernel_of(block), told.weight().value());
    const double untold_apart = largest_relative(kernel_of(block), untold.weight().value());
    check(apart <= rounding, "after ", step, " steps the kernels differ by ", apart, "; rounding allows ", rounding);
    distances.told.push_back(apart);
    distances.untold.push_back(untold_apart);
    const double loss = take_step(block, of_block, step), told_loss = take_step(told, of_told, step);
    take_step(untold, of_untold, step);
    if (print) {
      std::printf("   %4d   %.4f     %.4f        %.1e        %.1e\n", static_cast<int>(step), loss, told_loss, apart,
                  untold_apart);
    }
  }
  return distances;
}

/// What a step of the kernel from input channel `input` to output channel 0 is multiplied by, tap by tap: sums of
/// squares or of magnitudes over the branches, as Sgd and AdamW compute them.
Tensor multipliers(const RepOptimizerConv2d& conv, int64_t input, bool squared) {
  Tensor sums = Tensor::zeros({3, 3});
  for (const Tensor& scales : conv.branch_scales()) {
    for (int64_t tap = 0; tap < 9; ++tap) {
      const Real scale = scales[(tap * kChannels + input) * kChannels];
      sums[tap] += squared ? scale * scale : std::abs(scale);
    }
  }
  return sums;
}

void print_multipliers(const RepOptimizerConv2d& conv) {
  for (const bool squared : {true, false}) {
    std::printf("   %s\n", squared ? "SGD: the gradient, by the squares" : "Adam: the step, by the magnitudes");
    const Tensor own = multipliers(conv, 0, squared), other = multipliers(conv, 1, squared);
    for (int64_t r = 0; r < 3; ++r) {
      for (int64_t s = 0; s < 3; ++s) std::printf("%6.2f", double{own[3 * r + s]});
      std::printf("      ");
      for (int64_t s = 0; s < 3; ++s) std::printf("%6.2f", double{other[3 * r + s]});
      std::printf("\n");
    }
  }
}

void draw(const RepOptimizerConv2d& conv, const Distances& sgd, const Distances& adamw, const std::string& file) {
  const std::vector<std::string> notes = {
      "Above, what SGD multiplies the gradient of a kernel of output channel 0 by: a step of three branches at once.",
      "Below, how far a plain 3x3 is from the block's kernel, with and without these multipliers."};
  const double top = first_panel_top(notes), chart = top + kPanelTitle + 136;
  std::vector<Panel> panels;
  for (const int64_t input : {0, 1}) {
    const std::string title = input == 0 ? "from channel 0, its own" : "from channel 1, and all others";
    panels.push_back({title, magnitude_drawing(multipliers(conv, input, true), 2, title),
                      24 + 240 * static_cast<double>(input), top, 112, kPanelTitle + 112});
  }
  const auto add_chart = [&](const std::string& title, const Distances& distances, double left) {
    std::vector<double> steps;
    for (size_t i = 0; i < distances.told.size(); ++i) steps.push_back(static_cast<double>(i));
    const LineChart drawn{.title = title,
                          .x_label = "step",
                          .series = {{"multiplied", steps, distances.told}, {"not", steps, distances.untold}},
                          .y_text = [](double value) { return plain(value, 2); },
                          .from_zero = true};
    panels.push_back({title, line_chart(drawn), left, chart, 380, kPanelTitle + 214, {"multiplied", "not"}});
  };
  add_chart("by SGD", sgd, 24);
  add_chart("by Adam", adamw, 444);
  write_file_atomically(file, picture_file("A plain 3x3 that learns what three branches learn", notes, 848,
                                           chart + kPanelTitle + 222, panels));
}

void lesson(const std::string& picture) {
  std::puts("1. What a step is multiplied by, from input channels 0 and 1 to output channel 0");
  print_multipliers(plain_convolution());

  std::puts("\n2. 200 steps of SGD with Nesterov momentum and weight decay");
  const Distances sgd = compare(/*rounding=*/2e-5, [](const std::vector<Variable>& parameters) {
    return Sgd({{parameters, /*learning_rate=*/0.2, /*weight_decay=*/5e-4}}, {.momentum = 0.9, .nesterov = true});
  });

  std::puts("\n3. 200 steps of AdamW");
  const Distances adamw = compare(/*rounding=*/2e-3, [](const std::vector<Variable>& parameters) {
    return AdamW({{parameters, /*learning_rate=*/0.003, /*weight_decay=*/0.01}}, {.eps = 1e-15});
  });

  std::puts("\n4. What a step of training costs");
  Initializer initializer(/*seed=*/13);
  ThreeBranches block(initializer);
  RepOptimizerConv2d plain = plain_convolution();
  std::printf("   three branches: %d trained values, 2 convolutions, 3 scalings, 2 additions\n",
              static_cast<int>(count_parameters(block) - 2 * kChannels));
  std::printf("   plain 3x3:      %d trained values, 1 convolution\n", static_cast<int>(count_parameters(plain)));
  if (!picture.empty()) draw(plain, sgd, adamw, picture);
}

}  // namespace

int main(int argc, char** argv) {
  return run_lesson(argc, argv, "FILE.svg", "draw multipliers and distances to this file", lesson);
}
