#include "layers/calculus/unfold.h"

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "layers/calculus/linear_piece.h"

namespace onefold {

namespace {

using State = std::map<std::string, Tensor>;

/// A batch norm that multiplies a feature map by t and adds `bias`; gamma and beta cancel the feature map's statistics.
void set_norm(State& state, const std::string& name, const Tensor& map, const std::vector<double>& t,
              const Tensor& bias) {
  const ChannelStatistics statistics = channel_statistics(map);
  const auto rows = static_cast<double>(map.shape().rows());
  for (int64_t c = 0; c < bias.size(); ++c) {
    const double mean = statistics.mean[c], variance = double{statistics.variance[c]} * rows / (rows - 1);
    const double factor = t[static_cast<size_t>(c)];
    state[name + ".running_mean"][c] = static_cast<Real>(mean);
    state[name + ".running_var"][c] = static_cast<Real>(variance);
    const double kept = state[name + ".running_var"][c];  // as evaluation reads it
    state[name + ".weight"][c] = static_cast<Real>(factor * std::sqrt(kept + double{BatchNorm2d::kEps}));
    state[name + ".bias"][c] = static_cast<Real>(double{bias[c]} + factor * mean);
  }
}

void check_can_unfold(const Shape& weight, const Conv2dArgs& args, const Shape& images) {
  check(weight[0] == 3 && weight[1] == 3 && args.padding_h == 1 && args.padding_w == 1 && args.dilation_h == 1 &&
            args.dilation_w == 1 && args.stride_h == args.stride_w,
        "unfold: a convolution ", conv2d_text(weight, args),
        "; a RepVGG block is a 3x3 with padding 1 and the same stride along both axes");
  check(images.rank() == 4 && images[3] == weight[2] * args.groups, "unfold: images ", images, " must be [N H W ",
        weight[2] * args.groups, "], the block's inputs");
}

}  // namespace

std::unique_ptr<RepVggBlock> unfold(const ConvRelu& folded, const Tensor& images, const UnfoldShares& shares) {
  return unfold(folded.conv().kernel(), folded.conv().args(), images, shares);
}

std::unique_ptr<RepVggBlock> unfold(const Kernel& kernel, const Conv2dArgs& args, const Tensor& images,
                                    const UnfoldShares& shares) {
  const Shape& shape = kernel.weight.shape();
  check_can_unfold(shape, args, images.shape());

  Initializer unused(0);
  auto block = std::make_unique<RepVggBlock>(BlockOptions{.in = shape[2] * args.groups,
                                                          .out = shape[3],
                                                          .stride = args.stride_h,
                                                          .groups = args.groups,
                                                          .pointwise = shares.pointwise != 0},
                                             unused);
  State numbers = state(*block);

  // [split-centre]
  const int64_t C = shape[2], K = shape[3], centre = 4 * C * K;
  const std::vector<double> one(static_cast<size_t>(K), 1);
  std::vector<double> diagonal(static_cast<size_t>(K));
  Tensor rest = kernel.weight.clone();
  if (block->has_pointwise()) {
    Tensor pointwise({1, 1, C, K});
    for (int64_t i = 0; i < C * K; ++i) {
      pointwise[i] = static_cast<Real>(shares.pointwise * double{kernel.weight[centre + i]});
      rest[centre + i] -= pointwise[i];
    }
    numbers["conv1.weight"] = pointwise;
  }
  if (block->has_identity()) {
    for (int64_t k = 0; k < K; ++k) {
      const int64_t i = centre + k % C * K + k;  // k's own input, indexed within its group
      const auto share = static_cast<Real>(shares.identity * double{kernel.weight[i]});
      diagonal[static_cast<size_t>(k)] = double{share};
      rest[i] -= share;
    }
  }
  numbers["conv3.weight"] = rest;
  // [/split-centre]

  const Tensor none = Tensor::zeros({K});
  const Tensor map = conv2d(images, rest, args);
  check(map.shape().rows() > 1, "unfold: images ", images.shape(), " give a feature map of ", map.shape().rows(),
        " pixel, which has no variance; give more images");
  set_norm(numbers, "bn3", map, one, kernel.bias);
  if (block->has_pointwise()) {
    const Conv2dArgs unpadded = conv2d_args(args.stride_h, 0, args.groups);
    set_norm(numbers, "bn1", conv2d(images, numbers["conv1.weight"], unpadded), one, none);
  }
  if (block->has_identity()) set_norm(numbers, "bn0", images, diagonal, none);
  load_state(*block, numbers);
  return block;
}

void unfold_network(Vgg& folded, const Tensor& images, Vgg& unfolded) {
  const NoGrad no_grad;
  load_state(unfolded.head(), state(folded.head()));
  if (folded.whitening() != nullptr) {
    const auto whitening = state(*folded.whitening());
    check(max_abs(whitening.at("conv.bias")) == 0, folded.description(),
          ": the whitening has a bias, so it was trained after folding; its training form cannot have one");
    load_state(*unfolded.whitening(), {{"weight", whitening.at("conv.weight")}});
  }
  const std::vector<Variable> inputs = folded.block_inputs(Variable(images));
  const std::vector<Module*> from = folded.blocks(), to = unfolded.blocks();
  for (size_t b = 0; b < from.size(); ++b) {
    const auto view = linear_view(*to[b]);
    RepVggBlock* const block = view ? view->block : nullptr;
    check(block != nullptr, unfolded.description(), ": block ", b, " is ", to[b]->description(),
          "; give a network of RepVggBlocks");
    UnfoldShares shares;
    if (!block->has_pointwise()) shares.pointwise = 0;
    const auto conv = state(*from[b]);
    const Kernel kernel{conv.at("conv.weight"), conv.at("conv.bias")};
    load_state(*block, state(*unfold(kernel, block->args(), inputs[b].value(), shares)));
  }
}

}  // namespace onefold
