#include "layers/labs/dropout.h"

#include <sstream>

#include "autograd/annex/annex_ops.h"
#include "autograd/ops.h"
#include "core/check.h"
#include "layers/activations.h"
#include "layers/fold/fold_error.h"

namespace onefold {

Random next_mask(const Random& masks, Tensor& step) {
  const auto drawn = static_cast<uint64_t>(step.item());
  step = Tensor::full({1}, static_cast<Real>(drawn + 1));
  return Random(masks.bits(2 * drawn), masks.bits(2 * drawn + 1));
}

Dropout::Dropout(Real probability, Initializer& initializer)
    : probability_(probability), masks_(initializer.next()), step_(Tensor::zeros({1})) {
  check(probability >= 0 && probability < 1, "Dropout: probability is ", probability,
        ", it must be at least 0 and below 1");
}

Variable Dropout::forward(const Variable& x) {
  if (!training() || probability_ == 0) return x;
  return dropout(x, probability_, next_mask(masks_, step_));
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
