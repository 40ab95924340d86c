#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "layers/module.h"

namespace onefold {

/// An op that computed a feature map in a network's forward pass.
struct TracedOp {
  std::string name;             // "conv2d"
  size_t layer = 0;             // that called it: its place in Trace::layers
  std::vector<size_t> inputs;   // the ops whose results it reads; kImages for the images
  Shape output;                 // for one image
  int64_t multiply_adds = 0;    // of convolutions and matrix products, per image
  int64_t memory_accesses = 0;  // elements of feature maps, weights and result that it reads and writes, per image
  double seconds = 0;           // for all images of a timed pass
  static constexpr size_t kImages = static_cast<size_t>(-1);
};

/// A layer that called ops, or that has parameters. Those of layers that called none, since another computed for
/// them, belong to the nearest layer above that did: batch norms that a block adds up in one op belong to the block.
struct TracedLayer {
  std::string name;         // in the network: "stages.1.0.conv3"; the network itself has the empty name
  std::string description;  // "Conv2d 3x3, 16 -> 32"
  int64_t parameters = 0;
};

/// What a network computes, op by op, in evaluation mode. Ops on weights alone are no part of it: they are computed
/// once for any number of images.
struct Trace {
  std::vector<TracedOp> ops;        // in the order of computation
  std::vector<TracedLayer> layers;  // in the order of their first op

  int64_t parameters() const;
  int64_t multiply_adds() const;
  int64_t memory_accesses() const;
  double seconds() const;
};

/// Watches a forward pass of one image of this shape, [1, H, W, C]; the counts are those of count(). Then times passes
/// of `batch` images for about `seconds`, at least five: an op's time is the median. With 0 seconds none is timed.
Trace trace(Module& network, const Shape& one_image, int64_t batch = 1, double seconds = 0);

}  // namespace onefold
