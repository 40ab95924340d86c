#include "core/annex/dropout_mask.h"

#include "core/check.h"
#include "core/vector_loop.h"

namespace onefold {

Tensor dropout_mask(const Shape& shape, Real probability, const Random& random) {
  check(probability >= 0 && probability < 1, "dropout: probability ", probability, " must be at least 0 and below 1");
  const Real kept = 1 / (1 - probability);
  Tensor mask(shape);
  parallel_for(shape.size(), kRangeNumbers / 8, [&, to = mask.data()](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      to[i] = random.uniform(static_cast<uint64_t>(i)) < static_cast<double>(probability) ? 0 : kept;
    }
  });
  return mask;
}

}  // namespace onefold
