#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "layers/linear.h"
#include "layers/models/repvgg_size.h"
#include "layers/pooling.h"
#include "layers/reparam/explain.h"
#include "layers/reparam/linear_block.h"
#include "layers/sequential.h"
#include "layers/whitening.h"

namespace onefold {

/// RepVGG: five stages of blocks, global average pooling, a linear head. [N, 32, 32, 3] -> logits [N, classes].
/// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021.
///
/// Made in training form, of RepVggBlocks or those of another family; fold() gives a RepVgg of ConvRelus. A pool is the
/// last layer of the stage before it. State: whitening.*, where there is one, stages.{s}.{b}.*, head.*.
class RepVgg : public Module {
 public:
  /// Throws Error, naming the block, for a family that there is not and one that has no room in it.
  RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer);

  /// The shape that fold() gives, all weights zero: for loading a folded state into.
  static std::unique_ptr<RepVgg> folded_form(const RepVggSize& size, int64_t classes);

  /// Images that inference takes through the whole network at a time, so that their maps stay in a shared cache: one of
  /// 32 channels at 32x32 is then 4 MiB.
  static constexpr int64_t kSlice = 32;

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override { return fold_network(); }
  std::unique_ptr<RepVgg> fold_network() const;

  /// The way back from a folded network: in training form, in training mode, every block as unfold() makes it from what
  /// reaches it of `images`. Throws Error for a network that is not folded, and where a whitening was trained on.
  std::unique_ptr<RepVgg> unfold_network(const Tensor& images);

  const RepVggSize& size() const { return size_; }

  /// Stage s; its layers are the blocks. Throws Error outside 0 to 4.
  Sequential& stage(int64_t s);

  /// Block b of stage s; blocks() has all in order. Both throw Error where the network is folded already.
  LinearBlock& block(int64_t s, int64_t b);
  std::vector<LinearBlock*> blocks();

  /// What each of blocks() sees of these images.
  std::vector<Variable> block_inputs(const Variable& images);

  /// The whitening in front, to be fitted to images before training; null where there is none or it is folded.
  Whitening* whitening() { return dynamic_cast<Whitening*>(whitening_.get()); }

  Linear& head() { return *head_; }

 private:
  RepVgg(const RepVggSize& size, std::unique_ptr<Module> whitening, std::unique_ptr<Sequential> stages,
         std::unique_ptr<Linear> head);

  /// From the last map to logits.
  Variable classify(const Variable& x);

  Variable forward_in_slices(const Tensor& images);
  friend std::vector<FoldStep> explain_fold(RepVgg& network);

  RepVggSize size_;
  std::unique_ptr<Module> whitening_;  // null for none
  std::unique_ptr<Sequential> stages_;
  std::unique_ptr<Module> pool_;
  std::unique_ptr<Linear> head_;
};

/// The fold of the whole network, each step in all blocks at once. The steps' kernels are empty (a block's own steps
/// have them), their counts are of the network, and they compute logits.
std::vector<FoldStep> explain_fold(RepVgg& network);

}  // namespace onefold
