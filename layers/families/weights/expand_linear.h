#pragma once

#include <memory>
#include <string>

#include "layers/initializer.h"
#include "layers/module.h"

namespace onefold {

/// A linear layer of an ExpandNet (FC): a chain of three without activations, in -> rate in -> rate out -> out. Their
/// product is one matrix, and training multiplies by that. Folds to a Linear.
/// Guo, Alvarez, Salzmann: "ExpandNets: Linear Over-parameterization to Train Compact Convolutional Networks",
/// NeurIPS 2020, section 3; the idea is from Arora, Cohen, Hazan: "On the Optimization of Deep Networks", ICML 2018.
/// Parameters: factor0 [in, rate in], factor1 [rate in, rate out], factor2 [rate out, out], bias [out].
class ExpandLinear : public Module {
 public:
  /// Throws Error if the number of features or the rate is below 1.
  ExpandLinear(int64_t in, int64_t out, Initializer& initializer, int64_t rate = 4);

  /// [in, out], part of the graph if history is recorded.
  Variable weight() const;

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  Variable factor0_, factor1_, factor2_;
  Variable bias_;
};

}  // namespace onefold
