#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "layers/linear.h"
#include "layers/pooling.h"
#include "layers/reparam/explain.h"
#include "layers/reparam/repvgg_block.h"
#include "layers/sequential.h"

namespace onefold {

/// The five stages of a RepVGG for 32x32 images. Stage 0 is the stem; stages 2 to 4 begin with stride 2.
struct RepVggSize {
  std::string name;
  std::array<int64_t, 5> depths;  // blocks of each stage
  std::array<int64_t, 5> widths;  // channels of each stage
  int64_t groups = 1;             // of every second block from the third on, as in the paper's g2 and g4 (section 3.4)
};

/// "tiny", "mini", "S" or "A0"; throws Error for any other name, listing these.
RepVggSize repvgg_size(const std::string& name);
std::vector<std::string> repvgg_names();

/// RepVGG: five stages of blocks, global average pooling, a linear head. [N, 32, 32, 3] -> logits [N, classes].
/// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021.
///
/// Made in training form, of RepVggBlocks; fold() gives a RepVgg of ConvRelus. State: stages.{s}.{b}.*, head.*.
class RepVgg : public Module {
 public:
  RepVgg(const RepVggSize& size, int64_t classes, Initializer& initializer);

  /// The shape that fold() gives, all weights zero: for loading a folded state into.
  static std::unique_ptr<RepVgg> folded_form(const RepVggSize& size, int64_t classes);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override { return fold_network(); }
  std::unique_ptr<RepVgg> fold_network() const;

  const RepVggSize& size() const { return size_; }

  /// Stage s; its layers are the blocks. Throws Error outside 0 to 4.
  Sequential& stage(int64_t s);

  /// Block b of stage s; blocks() has all in order. Both throw Error where the network is folded already.
  RepVggBlock& block(int64_t s, int64_t b);
  std::vector<RepVggBlock*> blocks();

  Linear& head() { return *head_; }

 private:
  RepVgg(const RepVggSize& size, std::unique_ptr<Sequential> stages, std::unique_ptr<Linear> head);

  RepVggSize size_;
  std::unique_ptr<Sequential> stages_;
  GlobalAvgPool pool_;
  std::unique_ptr<Linear> head_;
};

/// The fold of the whole network, each step in all blocks at once. The steps' kernels are empty (a block's own steps
/// have them), their counts are of the network, and they compute logits.
std::vector<FoldStep> explain_fold(RepVgg& network);

}  // namespace onefold
