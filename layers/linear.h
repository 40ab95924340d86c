#pragma once

#include <memory>
#include <string>

#include "layers/initializer.h"
#include "layers/module.h"

namespace onefold {

/// Linear layer: x [N, in] -> x weight + bias [N, out]. Parameters: weight [in, out] and bias [out], both initially
/// uniform in [-1 / sqrt(in), 1 / sqrt(in)). Folds to a copy of itself.
class Linear : public Module {
 public:
  Linear(int64_t in, int64_t out, Initializer& initializer);

  /// From existing weights: weight [in, out] and bias [out].
  Linear(const Tensor& weight, const Tensor& bias);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override { return fold_linear(); }
  virtual std::unique_ptr<Linear> fold_linear() const;

  const Variable& weight() const { return weight_; }
  const Variable& bias() const { return bias_; }

 private:
  Variable weight_;
  Variable bias_;
};

/// [N, ...] -> [N, product of the other extents]: precedes a linear layer. The values of an image stay in H W C order.
class Flatten : public Module {
 public:
  Variable forward(const Variable& x) override;
  void visit(Visitor&) override {}
  std::string description() const override { return "Flatten"; }
  std::unique_ptr<Module> fold() const override;
};

}  // namespace onefold
