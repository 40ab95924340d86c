#include "layers/labs/dropout.h"

#include <sstream>

#include "autograd/annex/annex_ops.h"
#include "autograd/ops.h"
#include "core/check.h"
#include "layers/activations.h"
#include "layers/fold/fold_error.h"

namespace onefold {

Dropout::Dropout(Real probability, Initializer& initializer)
    : probability_(probability), masks_(initializer.next()), step_(Tensor::zeros({1})) {
  check(probability >= 0 && probability < 1, "Dropout: probability is ", probability,
        ", it must be at least 0 and below 1");
}

Variable Dropout::forward(const Variable& x) {
  if (!training() || probability_ == 0) return x;

  // A separate generator per mask, determined by the step.
  const auto step = static_cast<uint64_t>(step_.item());
  const Random mask(masks_.bits(2 * step), masks_.bits(2 * step + 1));
  step_ = Tensor::full({1}, static_cast<Real>(step + 1));
  return dropout(x, probability_, mask);
}

void Dropout::visit(Visitor& visitor) { visitor.buffer("step", step_); }

std::string Dropout::description() const {
  std::ostringstream text;
  text << "Dropout " << probability_;
  return text.str();
}

std::unique_ptr<Module> Dropout::fold() const {
  check_evaluation_mode(*this);
  auto identity = std::make_unique<Identity>();
  identity->eval();
  return identity;
}

}  // namespace onefold
