#pragma once

#include <vector>

#include "core/tensor.h"

namespace onefold {

/// A loss and its gradient, which costs almost nothing extra.
struct CrossEntropy {
  Real loss;
  Tensor dlogits;  // [N, K]
};

/// Mean over the N rows of -sum_k q_k log softmax(logits)_k, where q = (1 - smoothing) onehot(label) + smoothing / K;
/// dlogits = (softmax(logits) - q) / N. Safe for logits of any size, since each row's maximum is subtracted first.
/// Label smoothing: Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016, section 7.
///
/// logits are [N, K], with N labels in {0, ..., K - 1}. Throws Error if there are no rows, the number of labels
/// differs, a label is out of range (naming its index), or smoothing is outside [0, 1).
CrossEntropy softmax_cross_entropy_forward(const Tensor& logits, const std::vector<int>& labels, Real smoothing);

/// The softmax of each row: e^logit divided by the row's sum, [N, K] -> [N, K].
Tensor softmax(const Tensor& logits);

/// The class with the highest logit per row, the first one on ties: [N, K] -> N. A NaN is never the highest.
std::vector<int> argmax_rows(const Tensor& logits);

}  // namespace onefold
