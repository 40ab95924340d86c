#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/ops/elementwise.h"
#include "layers/batch_norm.h"
#include "layers/calculus/linear_piece.h"
#include "layers/conv2d.h"

namespace onefold {

class LinearBlock;

/// A summand of a LinearBlock: a chain of pieces. An empty branch is the identity.
class Branch {
 public:
  Branch(std::string name, const LinearBlock& block) : name_(std::move(name)), block_(block) {}

  /// Constructs a piece and appends it. `name` is its name in the block's state.
  template <class Piece, class... Args>
  Piece& add(std::string name, Args&&... args) {
    auto piece = std::make_unique<Piece>(std::forward<Args>(args)...);
    Piece& made = *piece;
    append(std::move(name), std::move(piece));
    return made;
  }

  /// Throws Error if the piece is null or another piece of the block has the same name.
  void append(std::string name, std::unique_ptr<Module> piece);

  const std::string& name() const { return name_; }

 private:
  friend class LinearBlock;
  struct OwnPiece {
    std::string name;
    std::unique_ptr<Module> module;
  };

  Variable forward(const Variable& x, size_t pieces) const;  // through the first `pieces` pieces

  std::string name_;
  const LinearBlock& block_;
  std::vector<OwnPiece> pieces_;
};

/// activation(sum of branches): any block of structural re-parameterization. To define a block, list its branches:
///
///     class Shortcut : public LinearBlock {
///      public:
///       Shortcut(int64_t channels, Initializer& initializer) : LinearBlock(Activation::relu) {
///         Branch& branch = add_branch("3x3");
///         branch.add<Conv2d>("conv", same_convolution(channels, channels, 3, 3), initializer);
///         branch.add<BatchNorm2d>("bn", channels);
///         add_branch("identity");
///       }
///     };
///
/// The rest follows: forward and gradients, in one fused op if every branch ends in a batch norm; fold() to one
/// convolution; explain_fold(). Without an activation the block is linear itself, so it may be a piece of a branch:
/// sums and chains nest. State: the pieces by name.
class LinearBlock : public LinearPiece {
 public:
  explicit LinearBlock(Activation activation = Activation::none) : activation_(activation) {}

  /// The reference is valid as long as the block.
  Branch& add_branch(std::string name);

  Variable forward(const Variable& x) override;

  /// The same, computed branch by branch and piece by piece: the reference for forward().
  Variable forward_by_pieces(const Variable& x);

  /// The same up to the activation.
  Variable sum_by_pieces(const Variable& x) override;

  void visit(Visitor& visitor) override;
  std::string description() const override;

  /// A ConvRelu, or a Conv2d if there is no activation. Throws FoldError, naming piece and branch, in training mode and
  /// if a branch cannot be folded.
  std::unique_ptr<Module> fold() const override;
  std::unique_ptr<Module> fold_with_norm(const FixedBatchNorm& norm) const override;

  int64_t in_channels() const override;

  /// The sum of the branches. Throws FoldError as fold() does.
  LinearForm linear(int64_t channels) const override;
  LinearForm sum_of_branches() const { return linear(known_channels(*this)); }

  Activation activation() const override { return activation_; }

 private:
  friend class Branch;

  /// The final batch norm of each branch if every branch has one and all share one eps; else empty.
  std::vector<BatchNorm2d*> last_norms() const;

  /// The same as forward() in one op, with the batch's statistics. If every branch is a convolution without bias and a
  /// batch norm, or only a batch norm, the op includes the convolutions.
  Variable forward_in_training(const Variable& x, const std::vector<BatchNorm2d*>& norms);

  /// The output of each branch for x, without its last `left_out` pieces. Throws Error, naming both branches, if the
  /// shapes differ.
  std::vector<Variable> branch_outputs(const Variable& x, size_t left_out) const;
  void check_shape(size_t branch, const Shape& shape, const Shape& first) const;

  Activation activation_;
  std::vector<std::unique_ptr<Branch>> branches_;
};

}  // namespace onefold
