#include "layers/activations.h"

#include "autograd/ops.h"
#include "layers/fold/fold_error.h"

namespace onefold {

// [relu]
Variable Relu::forward(const Variable& x) { return relu(x); }

std::unique_ptr<Module> Relu::fold() const { return fold_to_copy(*this); }
// [/relu]

std::unique_ptr<Module> Identity::fold() const { return fold_to_copy(*this); }

}  // namespace onefold
