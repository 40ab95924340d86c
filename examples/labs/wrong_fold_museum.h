#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "examples/cli/table.h"
#include "examples/folding/block_demonstration.h"
#include "examples/folding/fold_demonstration.h"
#include "examples/labs/wrong_blocks.h"
#include "layers/models/plain_vgg.h"
#include "layers/models/repvgg.h"

namespace onefold {

/// One mistake at work: the output [N, P, Q, K] of a trained block, of its right fold and of its wrong fold.
struct WrongFold {
  std::string name;
  std::string why;  // one sentence
  Tensor trained, right, wrong;
  WrongBlock in_network;  // the same mistake in a block of a trained network

  MapDifference error() const { return map_difference(trained, wrong); }
  MapDifference error_when_right() const { return map_difference(trained, right); }
};

/// Sets all batch norms and biases of a module to random values, then evaluation mode. With `small_variances` one
/// channel in five hardly varies.
void randomise(Module& module, uint64_t seed, bool small_variances = false);

/// All mistakes, on blocks of 8 channels and feature maps of 12x12 (6x6 after stride 2), whose batch norms have random
/// values: fresh ones, with mean 0 and variance 1, would hide most mistakes.
std::vector<WrongFold> wrong_folds(uint64_t seed);

/// What a mistake does to a trained network.
struct NetworkDamage {
  std::string name;
  int64_t wrong_blocks = 0;  // number of blocks in which it was made
  std::string block;         // the first of them; the fields from here to `largest` are unset if there are none
  MapDifference error;       // of its output, on its true input
  double largest = 0;        // the maximum of that output when right
  int64_t changed = 0;       // predictions on the test images
  double accuracy = 0;
};

/// A folded network with a mistake in every block that can have it.
struct WrongNetwork {
  std::unique_ptr<PlainVgg> folded;
  NetworkDamage damage;  // all but the last two fields, which need the test images
};

/// Folds with a mistake, using the blocks' inputs for `images`. The network must be in evaluation mode; it is kept.
WrongNetwork fold_wrongly(Vgg& network, const WrongFold& mistake, const Tensor& images);

/// The errors on the random blocks, and those in a trained network; `right` is its accuracy.
Table errors_table(const std::vector<WrongFold>& mistakes);
Table damage_table(const std::vector<NetworkDamage>& damages, double right);

/// The maximum |a - b| at each pixel of two feature maps [N, P, Q, K], over images and channels, row by row.
std::vector<double> largest_at_pixels(const Tensor& a, const Tensor& b);

/// An SVG file with |trained - wrong| of each mistake as a heat map: per pixel the maximum over images and channels.
std::string museum_picture(const std::vector<WrongFold>& mistakes);

}  // namespace onefold
