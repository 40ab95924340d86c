#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "core/annex/window_pooling.h"
#include "layers/activations.h"
#include "layers/calculus/explain.h"
#include "layers/calculus/pieces.h"
#include "layers/inspect/summary.h"
#include "layers/pooling.h"
#include "tests/catch.h"
#include "tests/layers/support.h"
#include "tests/sanitizers.h"

// The law of the calculus: whatever chains and sums of linear pieces a block is made of, folded it computes the same,
// inside and on the border.

using namespace onefold;
using namespace onefold::testing;

namespace {

/// Draws blocks. All branches of one have odd extents and half of that as padding, so that their grids agree.
class RandomBlocks {
 public:
  explicit RandomBlocks(uint64_t seed) : random_(seed, 0), initializer_(seed) {}

  std::unique_ptr<LinearBlock> block() {
    made_ = 0;
    in_ = pick({4, 8});
    const int64_t out = pick({4, 8, 8, 12});
    return sum_of_branches(in_, out, pick({1, 1, 2}), 2, chance(2) ? Activation::relu : Activation::none);
  }

  int64_t in() const { return in_; }
  int64_t pick(const std::vector<int64_t>& choices) {
    return choices[static_cast<size_t>(random_.below(drawn_++, static_cast<int64_t>(choices.size())))];
  }

 private:
  bool chance(int64_t of) { return pick({0, 1, 2, 3, 4, 5, 6, 7}) % of == 0; }
  std::string name(const std::string& kind) { return kind + std::to_string(made_++); }

  /// Groups of 1, 2, 4, or as many as there are channels.
  int64_t groups(int64_t in, int64_t out) {
    const int64_t drawn = pick({1, 1, 2, 4, in});
    return out % drawn == 0 ? drawn : 1;
  }

  std::unique_ptr<LinearBlock> sum_of_branches(int64_t in, int64_t out, int64_t stride, int depth,
                                               Activation activation) {
    auto block = std::make_unique<LinearBlock>(activation);
    const int64_t count = pick({1, 2, 3, 4});
    for (int64_t b = 0; b < count; ++b) add_chain(block->add_branch(name("branch")), in, out, stride, depth);
    return block;
  }

  void add_chain(Branch& branch, int64_t in, int64_t out, int64_t stride, int depth) {
    const bool keeps_shape = in == out && stride == 1;
    switch (pick({0, 1, 2, 3, 4, 5, 6, 7, 8, 9})) {
      case 0: return keeps_shape ? add_identity(branch, out) : add_one_convolution(branch, in, out, stride);
      case 1: return in == out ? add_pool(branch, out, stride) : add_one_convolution(branch, in, out, stride);
      case 2: return add_constant_border(branch, in, out, stride);
      case 3: return add_series(branch, in, out, stride);
      case 4: return add_separable(branch, in, out, stride);
      case 5:
        if (depth == 0) return add_one_convolution(branch, in, out, stride);
        branch.append(name("sum"), sum_of_branches(in, out, stride, depth - 1, Activation::none));
        if (chance(2)) add_norm(branch, out);
        return;
      default: return add_one_convolution(branch, in, out, stride);
    }
  }

  void add_norm(Branch& branch, int64_t channels) { branch.add<BatchNorm2d>(name("bn"), channels); }

  /// Adds a convolution of stride, dilation, groups and bias as drawn and returns how many pixels it sees less than
  /// one.
  struct Extent {
    int64_t h, w;
  };
  Extent add_convolution(Branch& branch, int64_t in, int64_t out, int64_t stride, Extent padding, int64_t rows,
                         int64_t columns, int64_t dilation, bool bias) {
    Conv2dOptions options{.in = in,
                          .out = out,
                          .kernel_h = rows,
                          .kernel_w = columns,
                          .args = conv2d_args(stride, 0, groups(in, out)),
                          .bias = bias};
    options.args.padding_h = padding.h;
    options.args.padding_w = padding.w;
    options.args.dilation_h = options.args.dilation_w = dilation;
    branch.add<Conv2d>(name("conv"), options, initializer_);
    return {(rows - 1) * dilation, (columns - 1) * dilation};
  }

  void add_one_convolution(Branch& branch, int64_t in, int64_t out, int64_t stride) {
    const int64_t rows = pick({1, 3, 3, 5, 7}), columns = chance(3) ? pick({1, 3}) : rows, dilation = pick({1, 1, 2});
    Extent padding{(rows - 1) * dilation / 2, (columns - 1) * dilation / 2};
    if (chance(4)) {
      branch.add<Pad2d>(name("pad"), padding.h, padding.w);
      padding = {0, 0};
    }
    add_convolution(branch, in, out, stride, padding, rows, columns, dilation, chance(3));
    if (chance(5)) branch.add<ChannelScale>(name("scale"), out);
    if (!chance(6)) add_norm(branch, out);
  }

  void add_identity(Branch& branch, int64_t channels) {
    if (chance(4)) branch.add<Identity>(name("identity"));
    if (chance(4)) branch.add<ChannelScale>(name("scale"), channels);
    if (!chance(3)) add_norm(branch, channels);
  }

  void add_pool(Branch& branch, int64_t channels, int64_t stride) {
    const int64_t kernel = pick({1, 3, 5});
    branch.add<AvgPool2d>(name("pool"), Pool2dArgs{.kernel = kernel, .stride = stride, .padding = kernel / 2});
    add_norm(branch, channels);
  }

  /// 1x1, a batch norm whose border is what it gives for zero, then a convolution or an average pool, as in a diverse
  /// branch block.
  void add_constant_border(Branch& branch, int64_t in, int64_t out, int64_t stride) {
    const int64_t kernel = pick({3, 5}), middle = chance(2) ? out : 4;
    add_convolution(branch, in, middle, 1, {0, 0}, 1, 1, 1, false);
    branch.add<BatchNormPad2d>(name("pad"), middle, kernel / 2);
    if (middle == out) {
      branch.add<AvgPool2d>(name("pool"), Pool2dArgs{.kernel = kernel, .stride = stride, .padding = 0});
    } else {
      add_convolution(branch, middle, out, stride, {0, 0}, kernel, kernel, 1, chance(2));
    }
    add_norm(branch, out);
  }

  /// Two or three convolutions one after the other, all padding in the first.
  void add_series(Branch& branch, int64_t in, int64_t out, int64_t stride) {
    const int64_t first = pick({1, 3, 3, 5}), second = pick({1, 3}), middle = pick({4, 8});
    const int64_t dilation1 = pick({1, 2}), dilation2 = pick({1, 2}), stride1 = chance(2) ? stride : 1;
    const int64_t padding = ((first - 1) * dilation1 + stride1 * (second - 1) * dilation2) / 2;
    add_convolution(branch, in, middle, stride1, {padding, padding}, first, first, dilation1, chance(2));
    if (chance(2)) add_norm(branch, middle);
    add_convolution(branch, middle, middle, stride / stride1, {0, 0}, second, second, dilation2, chance(2));
    if (chance(2)) add_norm(branch, middle);
    add_convolution(branch, middle, out, 1, {0, 0}, 1, 1, 1, chance(2));
    if (chance(2)) add_norm(branch, out);
  }

  /// Depthwise, then pointwise.
  void add_separable(Branch& branch, int64_t in, int64_t out, int64_t stride) {
    const int64_t kernel = pick({3, 5, 7}), times = pick({1, 2});
    branch.add<Conv2d>(name("conv"),
                       Conv2dOptions{.in = in,
                                     .out = times * in,
                                     .kernel_h = kernel,
                                     .kernel_w = kernel,
                                     .args = conv2d_args(stride, kernel / 2, in)},
                       initializer_);
    add_norm(branch, times * in);
    add_convolution(branch, times * in, out, 1, {0, 0}, 1, 1, 1, false);
    add_norm(branch, out);
  }

  Random random_;
  uint64_t drawn_ = 0;
  Initializer initializer_;
  int made_ = 0;
  int64_t in_ = 0;
};

/// The block piece by piece, for a failure's message.
std::string text_of(LinearBlock& block) { return summary(block); }

}  // namespace

TEST_CASE("fold: 2000 random blocks of chains and sums, inside and on the border", "[layers][fold]") {
  double interior = 0, border = 0;
  int folded_blocks = 0, steps = 0;
  for (uint64_t seed = 0; folded_blocks < repeats(2000); ++seed) {
    RandomBlocks blocks(seed);
    const auto block = blocks.block();
    if (block->in_channels() == 0) continue;  // identities alone: nothing says how many channels there are
    randomize(*block, seed);
    block->eval();
    const NoGrad no_grad;
    const Variable x = random_images({1, blocks.pick({6, 7, 9}), blocks.pick({5, 8}), blocks.in()}, seed);
    const Tensor trained = block->forward(x).value();
    const Tensor folded = block->fold()->forward(x).value();
    const FoldDifference difference = fold_difference(trained, folded);
    ++folded_blocks;
    if (difference.largest > 0) {
      interior = std::max(interior, difference.interior / difference.largest);
      border = std::max(border, difference.border / difference.largest);
    }
    if (!difference.ok()) {
      CAPTURE(seed, text_of(*block), difference.interior, difference.border, difference.largest);
      CHECK(difference.ok());
      break;
    }

    // And every step on the way, of some.
    if (seed % 20 != 0) continue;
    for (const FoldStep& step : explain_fold(*block)) {
      CAPTURE(seed, text_of(*block), step.title);
      CHECK(fold_difference(trained, step.compute(x.value())).ok());
      ++steps;
    }
  }
  CAPTURE(interior, border);
  CHECK(interior <= kFoldTolerance);
  CHECK(border <= kFoldTolerance);
  CHECK(folded_blocks == repeats(2000));
  CHECK(steps > repeats(400));
}
