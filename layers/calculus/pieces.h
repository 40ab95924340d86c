#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/annex/window_pooling.h"
#include "layers/batch_norm.h"
#include "layers/calculus/linear_piece.h"

namespace onefold {

// The smaller linear pieces of branches. Convolution, batch norm and identity are layers of their own: conv2d.h,
// batch_norm.h, activations.h.

/// x scale, per channel. Parameter: weight [C], initially `first`. On its own it folds to a depthwise 1x1 convolution.
class ChannelScale : public LinearPiece {
 public:
  explicit ChannelScale(int64_t channels, Real first = 1);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  int64_t in_channels() const override { return weight_.shape()[0]; }
  LinearForm linear(int64_t channels) const override;

 private:
  Variable weight_;
};

/// factor x, with a factor that is not trained: -1 subtracts a branch. On its own it folds to a copy of itself.
class FixedScale : public LinearPiece {
 public:
  explicit FixedScale(Real factor) : factor_(factor) {}

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;
  LinearForm linear(int64_t channels) const override;

 private:
  Real factor_;
};

/// The mean of each window: [N, H, W, C] -> [N, P, Q, C]. In a branch it folds, as a depthwise convolution with equal
/// weights.
class AvgPool2d : public LinearPiece {
 public:
  explicit AvgPool2d(const Pool2dArgs& args) : args_(args) {}

  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  LinearForm linear(int64_t channels) const override;

 private:
  Pool2dArgs args_;
};

/// Padding of `rows` pixels above and below and `columns` pixels left and right, with zeros or a constant per channel.
/// It is not trained. Before a convolution, zeros fold into its padding; a constant folds if the pieces before it
/// compute the same constant from zeros alone. Buffer: value [C], if there is a constant.
class Pad2d : public LinearPiece {
 public:
  Pad2d(int64_t rows, int64_t columns) : Pad2d(rows, columns, Tensor()) {}
  Pad2d(int64_t rows, int64_t columns, const Tensor& value);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  int64_t in_channels() const override { return value_.defined() ? value_.shape()[0] : 0; }
  LinearForm linear(int64_t channels) const override;

 private:
  int64_t rows_, columns_;
  Tensor value_;
};

/// Batch norm, then `padding` pixels on each side with its output for zero, beta - gamma mean / sqrt(variance + eps),
/// by the statistics it normalises by: as if its input had been padded with zeros. Between a convolution without
/// padding and bias and the next convolution this keeps the border exact, while zero padding would not fold.
/// Ding et al.: "Diverse Branch Block", CVPR 2021, section 3.3. State: bn.
class BatchNormPad2d : public LinearPiece {
 public:
  BatchNormPad2d(int64_t channels, int64_t padding);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override { visitor.child("bn", norm_); }
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

  int64_t in_channels() const override { return norm_.channels(); }
  LinearForm linear(int64_t channels) const override;

 private:
  BatchNorm2d norm_;
  int64_t padding_;
};

}  // namespace onefold
