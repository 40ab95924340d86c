#include "layers/models/survey/orthogonal_weights.h"

#include <algorithm>

#include "core/annex/orthogonal.h"
#include "core/check.h"

namespace onefold {

Tensor delta_orthogonal(const Shape& shape, Initializer& initializer) {
  check(shape.rank() == 4 && shape[0] % 2 == 1 && shape[1] % 2 == 1, "delta_orthogonal: a kernel ", shape,
        "; expected [R S C K] with odd R and S, so that there is a tap in the centre");
  const Tensor turn = random_orthogonal(shape[2], shape[3], initializer.next());
  Tensor weight = Tensor::zeros(shape);
  std::copy_n(turn.data(), turn.size(), weight.data() + shape[0] * shape[1] / 2 * turn.size());
  return weight;
}

}  // namespace onefold
