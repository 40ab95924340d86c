#include "examples/labs/wrong_fold_museum.h"

#include <algorithm>

#include "autograd/annex/pooling_ops.h"
#include "autograd/ops.h"
#include "core/annex/window_pooling.h"
#include "core/ops/elementwise.h"
#include "core/random.h"
#include "examples/cli/format.h"
#include "layers/calculus/kernel_calculus.h"
#include "layers/calculus/pieces.h"
#include "layers/pooling.h"

namespace onefold {

namespace {

constexpr int64_t kChannels = 8, kSide = 12, kImages = 2;

Variable images_of(uint64_t seed, int64_t channels = kChannels) {
  return Variable(random_normal({kImages, kSide, kSide, channels}, Random(seed, 0)));
}

Tensor convolved(const Variable& x, const DoubleKernel& kernel, const Conv2dArgs& args, Activation activation) {
  const Kernel rounded = kernel.rounded();
  return conv2d(x.value(), rounded.weight, args, rounded.bias, activation);
}

struct BlockSettings {
  int64_t stride = 1, groups = 1;
  bool small_variances = false;
};

/// A mistake in the fold of a whole RepVGG block.
WrongFold of_block(uint64_t seed, const std::string& name, const std::string& why, const BlockFold& fold,
                   const BlockSettings& settings = {}) {
  Initializer initializer(seed);
  RepVggBlock block(kChannels, kChannels, settings.stride, initializer, settings.groups);
  randomise(block, seed, settings.small_variances);
  const Variable x = images_of(seed);
  return {.name = name,
          .why = why,
          .trained = block(x).value(),
          .right = convolved(x, fold_right(block), block.args(), Activation::relu),
          .wrong = convolved(x, fold(block, x.value()), block.args(), Activation::relu),
          .in_network = wrong_in_repvgg(fold)};
}

WrongFold own_bias_dropped(uint64_t seed) {
  Initializer initializer(seed);
  Conv2d conv({.in = kChannels, .out = kChannels, .args = conv2d_args(1, 1), .bias = true}, initializer);
  BatchNorm2d norm(kChannels);
  randomise(conv, seed);
  randomise(norm, seed + 1);
  const Variable x = images_of(seed);
  const auto folded = [&](const DoubleKernel& kernel) { return convolved(x, kernel, conv.args(), Activation::none); };
  return {.name = "the convolution's bias dropped",
          .why =
              "The batch norm subtracts a mean that includes the convolution's bias, so the fold must include the "
              "bias, too.",
          .trained = norm(conv(x)).value(),
          .right = folded(fold_batch_norm(conv.kernel(), norm.fixed())),
          .wrong = folded(fold_without_own_bias(conv.kernel(), norm.fixed())),
          .in_network = wrong_in_repvgg(fold_without_own_biases)};
}

WrongFold zeros_around(uint64_t seed) {
  Initializer initializer(seed);
  Conv2d first(same_convolution(kChannels, kChannels, 1, 1), initializer);
  BatchNormPad2d norm(kChannels, 1);
  Conv2d second({.in = kChannels, .out = kChannels, .args = conv2d_args(1, 0)}, initializer);
  randomise(first, seed);
  randomise(norm, seed);
  randomise(second, seed);
  const Variable x = images_of(seed);

  const DoubleKernel between = fold_batch_norm(first.kernel(), *norm.linear(kChannels).norm);
  const DoubleKernel one = compose_kernels(between, 1, 1, 1, second.kernel(), 1);
  const Variable middle(convolved(x, between, conv2d_args(1, 0), Activation::none));
  return {.name = "zeros around the middle map",
          .why =
              "Around the middle feature map the batch norm makes beta - t mean of zero, so padding it with zeros is "
              "wrong.",
          .trained = second(norm(first(x))).value(),
          .right = convolved(x, one, conv2d_args(1, 1), Activation::none),
          .wrong = convolved(middle, second.kernel(), conv2d_args(1, 1), Activation::none),
          .in_network = zeros_between};
}

WrongFold other_divisor(uint64_t seed) {
  BatchNorm2d norm(kChannels);
  randomise(norm, seed);
  const Variable x = images_of(seed);
  const Pool2dArgs window{.kernel = 3, .stride = 1, .padding = 1};
  const DoubleKernel kernel = fold_batch_norm(average_kernel(kChannels, 3, 3), norm.fixed());
  return {.name = "average of the pixels inside",
          .why =
              "A convolution divides by nine; with count_include_pad = false a pool divides by six at an "
              "edge, four in a corner.",
          .trained = norm(avg_pool2d(x, window)).value(),
          .right = convolved(x, kernel, conv2d_args(1, 1, kChannels), Activation::none),
          .wrong = norm(Variable(average_of_pixels_inside(x.value(), window))).value(),
          .in_network = average_inside};
}

}  // namespace

void randomise(Module& module, uint64_t seed, bool small_variances) {
  std::map<std::string, Tensor> numbers = state(module);
  uint64_t stream = 1;
  for (auto& [name, tensor] : numbers) {
    const Random random(seed, stream++);
    if (tensor.shape().rank() != 1) continue;
    tensor = random_normal(tensor.shape(), random, 0.5);
    for (int64_t c = 0; c < tensor.size(); ++c) {
      if (name.ends_with("running_var")) {
        tensor[c] = small_variances && c % 5 == 2 ? Real(1e-4) : Real(0.3) + tensor[c] * tensor[c];
      } else if (name.ends_with("weight")) {
        tensor[c] += c % 2 == 0 ? Real(1) : Real(-1);
      }
    }
  }
  load_state(module, numbers);
  module.eval();
}

std::vector<WrongFold> wrong_folds(uint64_t seed) {
  const NoGrad no_grad;
  return {
      own_bias_dropped(seed),
      of_block(seed, "the folded bias dropped",
               "Each batch norm adds beta - t mean, and a convolution without bias has no place for it.",
               fold_without_bias),
      of_block(seed, "another eps (1e-3 for 1e-5)",
               "Negligible for usual variances; where the variance is 1e-4, the scale is wrong by a factor of three.",
               fold_with_other_eps, {.small_variances = true}),
      of_block(seed, "training mode",
               "In training mode a batch norm uses the statistics of its batch, which differ from batch to batch.",
               fold_by_batch_statistics),
      zeros_around(seed),
      of_block(seed, "the 1x1 shifted at stride 2",
               "With padding 1 a 1x1 at stride 2 sees the pixels between those at which the 3x3 is centred.",
               fold_with_shifted_pointwise, {.stride = 2}),
      of_block(seed, "the identity's index under groups",
               "A kernel counts input channels within the group; counting over all channels is right only in the first "
               "group.",
               fold_with_global_identity, {.groups = 4}),
      other_divisor(seed),
      of_block(seed, "the 1x1 branch dropped", "A branch that the fold does not know is silently missing from the sum.",
               fold_without_branch("1x1")),
      of_block(seed, "the identity dropped", "It has no convolution, so a fold that visits the convolutions misses it.",
               fold_without_branch("identity")),
      of_block(seed, "running statistics not loaded",
               "Mean and variance are buffers, not parameters: loading only the parameters leaves them at 0 and 1.",
               fold_with_fresh_statistics),
  };
}

WrongNetwork fold_wrongly(Vgg& network, const WrongFold& mistake, const Tensor& images) {
  const NoGrad no_grad;
  WrongNetwork wrong{network.fold_network(), {}};
  NetworkDamage& damage = wrong.damage;
  damage.name = mistake.name;
  const std::vector<Variable> inputs = network.block_inputs(Variable(images));
  const auto blocks = named_blocks(network);
  size_t block = 0;
  for (size_t stage = 0; stage < network.size().depths.size(); ++stage) {
    for (int64_t b = 0; b < network.size().depths[stage]; ++b, ++block) {
      auto& [name, trained] = blocks[block];
      const Variable& x = inputs[block];
      std::unique_ptr<Module> made = mistake.in_network(*trained, x.value());
      if (made == nullptr) continue;
      if (damage.wrong_blocks++ == 0) {
        const Tensor right = (*trained)(x).value();
        damage.block = name;
        damage.error = map_difference(right, (*made)(x).value());
        damage.largest = max_abs(right);
      }
      wrong.folded->stage(static_cast<int64_t>(stage)).replace(b, 1, std::move(made));
    }
  }
  return wrong;
}

Table errors_table(const std::vector<WrongFold>& mistakes) {
  Table table{.columns = {{"mistake"},
                          {"maximum output", true},
                          {"error inside", true},
                          {"on the border", true},
                          {"right fold, inside", true},
                          {"on the border", true}}};
  for (const WrongFold& mistake : mistakes) {
    const MapDifference wrong = mistake.error(), right = mistake.error_when_right();
    table.rows.push_back({mistake.name, fixed(max_abs(mistake.trained), 1), scientific(wrong.interior),
                          scientific(wrong.border), scientific(right.interior), scientific(right.border)});
  }
  return table;
}

Table damage_table(const std::vector<NetworkDamage>& damages, double right) {
  Table table{.columns = {{"mistake"},
                          {"blocks wrong", true},
                          {"the first"},
                          {"maximum output", true},
                          {"error inside", true},
                          {"on the border", true},
                          {"predictions changed", true},
                          {"accuracy", true},
                          {"points", true}}};
  for (const NetworkDamage& damage : damages) {
    if (damage.wrong_blocks == 0) continue;
    table.rows.push_back({damage.name, std::to_string(damage.wrong_blocks), damage.block, fixed(damage.largest, 1),
                          scientific(damage.error.interior), scientific(damage.error.border), grouped(damage.changed),
                          percent(damage.accuracy, 2), fixed(100 * (damage.accuracy - right), 2)});
  }
  return table;
}

}  // namespace onefold
