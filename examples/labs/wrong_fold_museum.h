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

/// One mistake at work: a trained block's map [N, P, Q, K], and those of its right and of its wrong fold.
struct WrongFold {
  std::string name;
  std::string why;  // one sentence
  Tensor trained, right, wrong;
  WrongBlock in_network;  // the same mistake in a block of a trained network

  MapDifference error() const { return map_difference(trained, wrong); }
  MapDifference error_when_right() const { return map_difference(trained, right); }
};

/// All of them, on blocks of 8 channels and maps of 12x12 (6x6 behind stride 2), whose batch norms have random numbers:
/// fresh ones, with mean 0 and variance 1, would hide most mistakes.
std::vector<WrongFold> wrong_folds(uint64_t seed);

/// What a mistake does to a trained network.
struct NetworkDamage {
  std::string name;
  int64_t wrong_blocks = 0;  // in which it was made
  std::string block;         // the first of these; empty for none, as are the next three
  MapDifference error;       // of its map, on its true input
  double largest = 0;        // of that map when right
  int64_t changed = 0;       // predictions of the test images
  double accuracy = 0;
};

/// A folded network with a mistake in every block that can have it.
struct WrongNetwork {
  std::unique_ptr<PlainVgg> folded;
  NetworkDamage damage;  // all but the last two, which need the test images
};

/// On what reaches the blocks of `images`. The network must be in evaluation mode, and stays as it is.
WrongNetwork fold_wrongly(RepVgg& network, const WrongFold& mistake, const Tensor& images);

/// The errors on the random blocks, and those in a trained network that `right` is the accuracy of.
Table errors_table(const std::vector<WrongFold>& mistakes);
Table damage_table(const std::vector<NetworkDamage>& damages, double right);

/// |trained - wrong| of each as a map of colours, at each pixel the largest of all images and channels: an SVG file.
std::string museum_picture(const std::vector<WrongFold>& mistakes);

}  // namespace onefold
