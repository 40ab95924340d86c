// Lesson 8. Fold a block by hand: three branches become one 3x3 convolution, with a proof of equality at each step.
//
// Command: build/examples/08_fold_a_block_by_hand
// Page:    docs/08-fold-a-block-by-hand.md
//
// Expected output (at once):
//   1. Each branch as one 3x3 convolution; maximum difference from the branch itself
//   ...
//   2. Their sum, from input channel 0 to output channel 0
//   ...
//   3. The whole block; maximum difference from the trained one
//   ...
//   4. Classic mistakes
//   ...
//   5. Lesson 7's network, of such blocks
//   ...

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "examples/cli/program.h"
#include "layers/fold/repvgg_block.h"
#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/sequential.h"

using namespace onefold;

namespace {

constexpr int64_t kChannels = 4;
constexpr Real kEps = Real(1e-5);

using State = std::map<std::string, Tensor>;

/// Fresh batch norms (mean 0, variance 1, gamma 1, beta 0) would hide every mistake: give them random values.
void randomise_batch_norms(Module& network) {
  State values = state(network);
  uint64_t stream = 100;
  for (auto& [name, tensor] : values) {
    if (name.find("bn") != std::string::npos)
      tensor = random_uniform(tensor.shape(), Random(/*seed=*/8, stream++), 0.5, 1.5);
  }
  load_state(network, values);
}

// -- the batch norm of a branch, in evaluation mode

Tensor batch_norm(const Tensor& x, const State& s, const std::string& norm) {
  return batch_norm_forward(x, {s.at(norm + ".running_mean"), s.at(norm + ".running_var")}, s.at(norm + ".weight"),
                            s.at(norm + ".bias"), kEps);
}

// -- the folds, in plain loops

// [fold-batch-norm]
/// BN(conv(x)) = t (w * x - mean) + beta = (t w) * x + (beta - t mean), with t = gamma / sqrt(variance + eps).
Kernel fold_batch_norm_by_hand(const Tensor& w, const State& s, const std::string& norm) {
  Kernel folded{w.clone(), Tensor({kChannels})};
  for (int64_t k = 0; k < kChannels; ++k) {
    const Real t = s.at(norm + ".weight")[k] / std::sqrt(s.at(norm + ".running_var")[k] + kEps);
    for (int64_t tap = 0; tap < w.shape().rows(); ++tap) folded.weight[tap * kChannels + k] *= t;
    folded.bias[k] = s.at(norm + ".bias")[k] - t * s.at(norm + ".running_mean")[k];
  }
  return folded;
}
// [/fold-batch-norm]

// [centre]
/// A 1x1 kernel in the centre of a 3x3 kernel of zeros: it sees the same pixel.
Tensor pad_to_3x3(const Tensor& w) {
  Tensor padded = Tensor::zeros({3, 3, kChannels, kChannels});
  const int64_t taps = kChannels * kChannels, centre = (1 * 3 + 1) * taps;
  for (int64_t i = 0; i < taps; ++i) padded[centre + i] = w[i];
  return padded;
}

/// A 1x1 kernel that leaves every channel as it is: the identity matrix.
Tensor identity_1x1() {
  Tensor w = Tensor::zeros({1, 1, kChannels, kChannels});
  for (int64_t c = 0; c < kChannels; ++c) w[c * kChannels + c] = 1;
  return w;
}
// [/centre]

// -- printing

/// The maximum difference over the border pixels, or over the interior: mistakes with padding show only at the border.
double difference(const Tensor& a, const Tensor& b, bool border) {
  const int64_t H = a.shape()[1], W = a.shape()[2], C = a.shape()[3];
  double largest = 0;
  for (int64_t i = 0; i < a.size(); ++i) {
    const int64_t h = i / (W * C) % H, w = i / C % W;
    const bool at_border = h == 0 || h == H - 1 || w == 0 || w == W - 1;
    if (at_border == border) largest = std::max(largest, static_cast<double>(std::abs(a[i] - b[i])));
  }
  return largest;
}

void print_difference(const char* what, const Tensor& a, const Tensor& b) {
  std::printf("   %-44s inside %.1e   border %.1e\n", what, difference(a, b, false), difference(a, b, true));
}

/// The taps of several kernels from input channel 0 to output channel 0, side by side.
void print_taps(const std::vector<Tensor>& kernels, const char* signs) {
  for (int64_t r = 0; r < 3; ++r) {
    for (size_t i = 0; i < kernels.size(); ++i) {
      std::printf("  %c ", r == 1 ? signs[i] : ' ');
      for (int64_t s = 0; s < 3; ++s) std::printf("%6.2f", kernels[i][(r * 3 + s) * kChannels * kChannels]);
    }
    std::puts("");
  }
}

void fold_a_block() {
  Initializer initializer(/*seed=*/8);
  RepVggBlock block(kChannels, kChannels, /*stride=*/1, initializer);
  randomise_batch_norms(block);
  block.eval();
  const State s = state(block);
  const Tensor x = random_normal({2, 6, 6, kChannels}, Random(/*seed=*/8, /*stream=*/0));
  const Conv2dArgs same = conv2d_args(/*stride=*/1, /*padding=*/1);
  const Conv2dArgs pointwise = conv2d_args(/*stride=*/1, /*padding=*/0);

  std::puts("1. Each branch as one 3x3 convolution; maximum difference from the branch itself");
  // [branches]
  const Kernel three = fold_batch_norm_by_hand(s.at("conv3.weight"), s, "bn3");
  const Kernel one = fold_batch_norm_by_hand(pad_to_3x3(s.at("conv1.weight")), s, "bn1");
  const Kernel identity = fold_batch_norm_by_hand(pad_to_3x3(identity_1x1()), s, "bn0");
  // [/branches]
  print_difference("3x3, batch norm", conv2d(x, three.weight, same, three.bias),
                   batch_norm(conv2d(x, s.at("conv3.weight"), same), s, "bn3"));
  print_difference("1x1, batch norm", conv2d(x, one.weight, same, one.bias),
                   batch_norm(conv2d(x, s.at("conv1.weight"), pointwise), s, "bn1"));
  print_difference("batch norm alone", conv2d(x, identity.weight, same, identity.bias), batch_norm(x, s, "bn0"));

  std::puts("\n2. Their sum, from input channel 0 to output channel 0");
  // [sum]
  const Tensor weight = add(add(three.weight, one.weight), identity.weight);
  const Tensor bias = add(add(three.bias, one.bias), identity.bias);
  // [/sum]
  std::puts("           3x3                   1x1                identity                sum");
  print_taps({three.weight, one.weight, identity.weight, weight}, " ++=");

  std::puts("\n3. The whole block; maximum difference from the trained one");
  const Tensor trained = block(Variable(x)).value();
  print_difference("folded by hand", conv2d(x, weight, same, bias, Activation::relu), trained);
  print_difference("folded by the library", (*block.fold())(Variable(x)).value(), trained);

  std::puts("\n4. Classic mistakes");
  print_difference("identity branch dropped",
                   conv2d(x, add(three.weight, one.weight), same, add(three.bias, one.bias), Activation::relu),
                   trained);
  print_difference("biases dropped", conv2d(x, weight, same, {}, Activation::relu), trained);
  block.train();
  print_difference("compared with the block in training mode", conv2d(x, weight, same, bias, Activation::relu),
                   block(Variable(x)).value());
  try {
    block.fold();
  } catch (const Error& error) {
    std::printf("   folding in training mode: %s\n", error.what());
  }
}

void fold_a_network() {
  std::puts("\n5. Lesson 7's network, of such blocks");
  // [network]
  Initializer initializer(/*seed=*/8);
  Sequential network;
  network.add<RepVggBlock>(3, 16, /*stride=*/2, initializer);  // lesson 7: a convolution, a batch norm and a ReLU
  network.add<RepVggBlock>(16, 16, /*stride=*/1, initializer);
  network.add<RepVggBlock>(16, 24, /*stride=*/2, initializer);
  network.add<RepVggBlock>(24, 24, /*stride=*/1, initializer);
  network.add<RepVggBlock>(24, 32, /*stride=*/2, initializer);
  network.add<GlobalAvgPool>();
  network.add<Linear>(32, /*classes=*/10, initializer);
  randomise_batch_norms(network);
  network.eval();
  const std::unique_ptr<Module> folded = network.fold();
  // [/network]
  const Variable images(random_normal({2, 32, 32, 3}, Random(/*seed=*/8, /*stream=*/1)));
  std::printf("   %lld parameters, folded %lld; maximum difference of a logit %.1e\n",
              static_cast<long long>(count_parameters(network)), static_cast<long long>(count_parameters(*folded)),
              static_cast<double>(max_abs_difference(network(images).value(), (*folded)(images).value())));
}

void lesson() {
  fold_a_block();
  fold_a_network();
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
