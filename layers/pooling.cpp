#include "layers/pooling.h"

#include "autograd/ops.h"
#include "layers/fold/fold_error.h"

namespace onefold {

Variable GlobalAvgPool::forward(const Variable& x) { return global_avg_pool(x); }

std::unique_ptr<Module> GlobalAvgPool::fold() const { return fold_to_copy(*this); }

}  // namespace onefold
