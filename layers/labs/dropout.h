#pragma once

#include <memory>
#include <string>

#include "layers/initializer.h"
#include "layers/module.h"

namespace onefold {

/// The generator of a layer's next mask, one of its own per step, which is counted: `step` [1] is the layer's buffer.
Random next_mask(const Random& masks, Tensor& step);

/// In training mode each element becomes zero with `probability`, and the others are divided by 1 - probability. In
/// evaluation mode it does nothing. Srivastava et al.: "Dropout", JMLR 15, 2014. Folds to Identity.
///
/// Buffer: step [1], the number of masks drawn so far, so that a resumed run draws the same masks. (As a float it is
/// exact up to 2^24 steps.)
class Dropout : public Module {
 public:
  /// Throws Error for a probability outside [0, 1).
  Dropout(Real probability, Initializer& initializer);

  Variable forward(const Variable& x) override;
  void visit(Visitor& visitor) override;
  std::string description() const override;
  std::unique_ptr<Module> fold() const override;

 private:
  Real probability_;
  Random masks_;
  Tensor step_;
};

}  // namespace onefold
