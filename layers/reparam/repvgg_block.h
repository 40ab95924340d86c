#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "layers/batch_norm.h"
#include "layers/conv2d.h"
#include "layers/reparam/folded_block.h"

namespace onefold {

/// One summand of a block as the algebra sees it: a convolution (or none: the identity), then a batch norm (or none:
/// folded away already).
struct LinearBranch {
  std::string name;                    // "3x3", "1x1", "identity"
  std::optional<DoubleKernel> kernel;  // none: the identity
  Conv2dArgs args;                     // of the kernel
  std::optional<FixedBatchNorm> norm;
};

/// The whole branch as one kernel of the given size; its padding grows with it, see pad_kernel().
DoubleKernel fold_branch(const LinearBranch& branch, int64_t rows, int64_t columns);

struct RepVggBlockOptions {
  int64_t in = 0;   // channels
  int64_t out = 0;  // channels
  int64_t stride = 1;
  int64_t groups = 1;
  bool pointwise = true;  // the 1x1 branch: a ninth of the 3x3's multiply-adds, beside Winograd almost half of its time
  FirstWeights first = FirstWeights::he_normal;  // of the 3x3 convolution
};

/// relu(BN(conv 3x3) + BN(conv 1x1) + BN(x)), the last only where the result has x's shape: stride 1 and in == out.
/// Ding et al.: "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, section 3.2.
///
/// [N, H, W, in] -> [N, ceil(H / stride), ceil(W / stride), out]. In evaluation all of it but the ReLU is linear, and
/// so it folds to one 3x3 convolution. State: conv3, bn3; with a 1x1 branch conv1, bn1; with an identity branch bn0.
class RepVggBlock : public Module {
 public:
  /// Throws Error for groups that do not divide both numbers of channels.
  RepVggBlock(const RepVggBlockOptions& options, Initializer& initializer);

  /// The paper's block.
  RepVggBlock(int64_t in, int64_t out, int64_t stride, Initializer& initializer, int64_t groups = 1);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// A ConvRelu. Throws FoldError in training mode and where a piece has a NaN or a negative variance.
  std::unique_ptr<Module> fold() const override;

  /// The branches in evaluation mode, in the order of forward(). Throws as fold() does.
  std::vector<LinearBranch> branches() const;

  bool has_pointwise() const { return conv1_ != nullptr; }
  bool has_identity() const { return bn0_ != nullptr; }

  /// The 3x3 convolution's stride, padding and groups, which the folded one has too.
  const Conv2dArgs& args() const { return conv3_.args(); }

 private:
  /// The same sum by the batch's statistics, in one op.
  Variable forward_in_training(const Variable& x);

  Conv2d conv3_;
  BatchNorm2d bn3_;
  std::unique_ptr<Conv2d> conv1_;
  std::unique_ptr<BatchNorm2d> bn1_;
  std::unique_ptr<BatchNorm2d> bn0_;
};

}  // namespace onefold
