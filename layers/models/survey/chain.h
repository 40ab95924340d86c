#pragma once

#include <memory>
#include <string>
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
  Chain branch() const;

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

  /// Images, in front of all other layers, in a size of side x side pixels.
  Chain& resize(int64_t side);

  /// The sum of branches, which must have the same channels, or their concatenation. Takes the branches' layers.
  Chain& sum(Chain& a, Chain& b);
  Chain& concat(const std::vector<Chain*>& branches);

  /// Global average pooling and a linear layer: [N, H, W, C] -> logits [N, classes]. From here on, images with fewer
  /// pixels a side than the product of all strides are an Error.
  Chain& classify(int64_t classes);

  /// Any other layer, the channels after it, and its stride.
  Chain& append(std::unique_ptr<Module> layer, int64_t channels, int64_t stride = 1);

  /// The layers. The chain is empty afterwards.
  std::unique_ptr<Sequential> done();

  Initializer& initializer() { return *initializer_; }

 private:
  int64_t channels_;
  int64_t stride_ = 1;  // of all layers so far
  int64_t side_ = 0;    // that images are resized to; 0: as they are
  Initializer* initializer_;
  std::unique_ptr<Sequential> layers_;
};

/// multiplier x channels, rounded to a multiple of `step`. Throws Error, naming the network, if that leaves none.
int64_t scaled_channels(const std::string& network, double multiplier, int64_t channels, int64_t step = 1);

}  // namespace onefold
