#pragma once

#include <memory>
#include <vector>

#include "layers/models/survey/parts.h"
#include "layers/sequential.h"

namespace onefold {

/// How a chain's convolution differs from the usual one.
struct ConvStyle {
  int64_t stride = 1;
  int64_t groups = 1;
  bool bias = false;
};

/// Builds a network layer by layer and keeps count of the channels, so that a definition reads like its paper's:
///
///     Chain net(3, initializer);                           // images of 3 channels
///     net.conv(3, 64).norm().relu();
///     Chain body = net.branch(), shortcut = net.branch();  // a residual block
///     body.conv(3, 64).norm().relu().conv(3, 64).norm();
///     net.sum(body, shortcut).relu();
///     net.classify(10);
///     std::unique_ptr<Sequential> network = net.done();
///
/// Each function appends a layer and returns the chain. Parameters draw their initial values in the order of calls.
class Chain {
 public:
  /// The initializer must live as long as the chain.
  Chain(int64_t channels, Initializer& initializer);

  /// An empty chain with as many channels as this one has now, for a branch of sum() or concat().
  Chain branch() const { return Chain(channels_, *initializer_); }

  int64_t channels() const { return channels_; }

  /// A convolution with a square or other kernel, padded so that stride 1 keeps the feature map's size, for odd
  /// kernels. Throws Error for no output channels, and if the groups do not divide the channels.
  Chain& conv(int64_t kernel, int64_t out, const ConvStyle& style = {});
  Chain& conv(int64_t kernel_h, int64_t kernel_w, int64_t out, const ConvStyle& style = {});

  /// A convolution of each channel by itself.
  Chain& depthwise(int64_t kernel, int64_t stride = 1);

  Chain& norm();
  Chain& act(Curve curve);
  Chain& relu() { return act(Curve::relu); }

  /// Pooling windows, padded by half a kernel, rounded down, if `padded`. The average's padding does not count.
  Chain& max_pool(int64_t kernel, int64_t stride, bool padded = false);
  Chain& avg_pool(int64_t kernel, int64_t stride, bool padded = false);

  /// Zeros for the missing channels, half of them in front. Throws Error if there are more than `channels` already.
  Chain& pad_channels(int64_t channels);
  Chain& slice(int64_t first, int64_t count);
  Chain& shuffle(int64_t groups);
  Chain& scale(Real factor);
  Chain& drop_path(Real probability);
  Chain& squeeze_excite(int64_t hidden, Curve curve = Curve::relu);

  /// The sum of branches, which must have the same channels, or their concatenation. Takes the branches' layers.
  Chain& sum(Chain& a, Chain& b);
  Chain& concat(const std::vector<Chain*>& branches);

  /// Global average pooling and a linear layer: [N, H, W, C] -> logits [N, classes].
  Chain& classify(int64_t classes);

  /// Any other layer, and the channels behind it.
  Chain& append(std::unique_ptr<Module> layer, int64_t channels);

  /// The layers. The chain is empty afterwards.
  std::unique_ptr<Sequential> done();

  Initializer& initializer() { return *initializer_; }

 private:
  int64_t channels_;
  Initializer* initializer_;
  std::unique_ptr<Sequential> layers_;
};

}  // namespace onefold
