#include "layers/models/survey/chain.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"
#include "layers/activations.h"
#include "layers/batch_norm.h"
#include "layers/calculus/pieces.h"
#include "layers/conv2d.h"
#include "layers/fold/conv_relu.h"
#include "layers/fold/fold_error.h"
#include "layers/labs/window_pooling.h"
#include "layers/pooling.h"

namespace onefold {

namespace {

/// A Sequential that folds a convolution and the ReLU right after it to one op, a pass over memory less, and knows how
/// small its images may be.
class ChainLayers : public Sequential {
 public:
  Variable forward(const Variable& x) override {
    const Shape& shape = x.shape();
    check(least_side_ == 1 || (shape.rank() == 4 && std::min(shape[1], shape[2]) >= least_side_), "got images ", shape,
          ", expected [N H W C] of at least ", least_side_, " x ", least_side_,
          " pixels: the network's strides leave less than a pixel of smaller ones");
    return Sequential::forward(x);
  }

  void set_least_side(int64_t side) { least_side_ = side; }

  std::unique_ptr<Module> fold() const override {
    auto folded = fold_layers();
    for (int64_t i = 0; i + 1 < folded->size(); ++i) {
      const auto view = linear_view((*folded)[i]);
      const Conv2d* const conv = view ? view->conv : nullptr;
      if (conv == nullptr || !conv->bias().defined() || !is_relu((*folded)[i + 1])) continue;
      folded->replace(i, 2, make_folded(conv->kernel(), conv->args(), Activation::relu));
    }
    return folded;
  }

 private:
  int64_t least_side_ = 1;
};

Pool2dArgs pool_window(int64_t kernel, int64_t stride, bool padded) {
  return {.kernel = kernel, .stride = stride, .padding = padded ? kernel / 2 : 0};
}

}  // namespace

Chain::Chain(int64_t channels, Initializer& initializer)
    : channels_(channels), initializer_(&initializer), layers_(std::make_unique<ChainLayers>()) {}

Chain Chain::branch() const {
  Chain empty(channels_, *initializer_);
  empty.stride_ = stride_;
  return empty;
}

Chain& Chain::append(std::unique_ptr<Module> layer, int64_t channels, int64_t stride) {
  layers_->append(std::move(layer));
  channels_ = channels;
  stride_ *= stride;
  return *this;
}

Chain& Chain::conv(int64_t kernel, int64_t out, const ConvStyle& style) { return conv(kernel, kernel, out, style); }

Chain& Chain::conv(int64_t kernel_h, int64_t kernel_w, int64_t out, const ConvStyle& style) {
  Conv2dArgs args = conv2d_args(style.stride, 0, style.groups);
  args.padding_h = kernel_h / 2;
  args.padding_w = kernel_w / 2;
  const Conv2dOptions options{
      .in = channels_, .out = out, .kernel_h = kernel_h, .kernel_w = kernel_w, .args = args, .bias = style.bias};
  return append(std::make_unique<Conv2d>(options, *initializer_), out, style.stride);
}

Chain& Chain::depthwise(int64_t kernel, int64_t stride) {
  return conv(kernel, channels_, {.stride = stride, .groups = channels_});
}

Chain& Chain::norm() { return append(std::make_unique<BatchNorm2d>(channels_), channels_); }

Chain& Chain::act(Curve curve) {
  // Relu is the layer that all code knows: folds, exports, blocks that replace it.
  if (curve == Curve::relu) return append(std::make_unique<Relu>(), channels_);
  return append(std::make_unique<Activate>(curve), channels_);
}

Chain& Chain::max_pool(int64_t kernel, int64_t stride, bool padded) {
  return append(std::make_unique<MaxPool2d>(pool_window(kernel, stride, padded)), channels_, stride);
}

Chain& Chain::avg_pool(int64_t kernel, int64_t stride, bool padded) {
  Pool2dArgs args = pool_window(kernel, stride, padded);
  args.count_padding = !padded;
  return append(std::make_unique<AvgPool2d>(args), channels_, stride);
}

Chain& Chain::pad_channels(int64_t channels) {
  const int64_t missing = channels - channels_;
  check(missing >= 0, "Chain: ", channels_, " channels cannot be padded to ", channels, "; give at least as many");
  if (missing == 0) return *this;
  return append(std::make_unique<PadChannels>(missing / 2, missing - missing / 2), channels);
}

Chain& Chain::slice(int64_t first, int64_t count) {
  check(first >= 0 && count >= 1 && first + count <= channels_, "Chain: ", count, " channels from ", first, " on, of ",
        channels_, "; expected at least 1, and no more than there are");
  return append(std::make_unique<SliceChannels>(first, count), count);
}

Chain& Chain::shuffle(int64_t groups) { return append(std::make_unique<ShuffleChannels>(groups), channels_); }

Chain& Chain::scale(Real factor) { return append(std::make_unique<Scale>(factor), channels_); }

Chain& Chain::drop_path(Real probability) {
  return append(std::make_unique<DropPath>(probability, *initializer_), channels_);
}

Chain& Chain::squeeze_excite(int64_t hidden, Curve curve) {
  return append(std::make_unique<SqueezeExcite>(channels_, hidden, curve, *initializer_), channels_);
}

Chain& Chain::sum(Chain& a, Chain& b) {
  check(a.channels_ == b.channels_, "Chain: a sum of ", a.channels_, " and ", b.channels_,
        " channels; both branches must have the same number");
  Branches branches;
  for (Chain* branch : {&a, &b}) branches.push_back(branch->done());
  stride_ = a.stride_;
  return append(std::make_unique<Sum>(std::move(branches)), a.channels_);
}

Chain& Chain::concat(const std::vector<Chain*>& branches) {
  Branches layers;
  int64_t channels = 0;
  for (Chain* branch : branches) {
    layers.push_back(branch->done());
    channels += branch->channels_;
    stride_ = branch->stride_;
  }
  return append(std::make_unique<Concat>(std::move(layers)), channels);
}

Chain& Chain::resize(int64_t side) {
  check(layers_->size() == 0, "Chain: resize() after ", layers_->size(), " layers; call it before all others");
  side_ = side;
  return append(std::make_unique<ResizeImages>(side), channels_);
}

Chain& Chain::classify(int64_t classes) {
  check(side_ == 0 || side_ >= stride_, "got images resized to ", side_, " pixels a side, expected at least ", stride_,
        ": the network's strides leave less than a pixel of smaller ones");
  if (side_ == 0) static_cast<ChainLayers&>(*layers_).set_least_side(stride_);
  append(std::make_unique<GlobalAvgPool>(), channels_);
  return append(std::make_unique<Linear>(channels_, classes, *initializer_), classes);
}

std::unique_ptr<Sequential> Chain::done() { return std::exchange(layers_, std::make_unique<ChainLayers>()); }

int64_t scaled_channels(const std::string& network, double multiplier, int64_t channels, int64_t step) {
  const auto unit = static_cast<double>(step);
  const double scaled = unit * std::round(multiplier * static_cast<double>(channels) / unit);
  check(scaled >= 1 && scaled <= 1e4, network, ": got width multiplier ", multiplier, ", which makes ", scaled,
        " channels of ", channels, ", expected at least 1, and at most 1e4");
  return static_cast<int64_t>(scaled);
}

}  // namespace onefold
