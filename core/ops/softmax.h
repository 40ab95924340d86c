#pragma once

#include <vector>

#include "core/tensor.h"

namespace onefold {

/// A loss and its gradient, which costs nothing beside it.
struct CrossEntropy {
  Real loss;
  Tensor dlogits;  // [N, K]
};

/// Mean over the N rows of -sum_k q_k log softmax(logits)_k, where q = (1 - smoothing) onehot(label) + smoothing / K;
/// dlogits = (softmax(logits) - q) / N. Safe for logits of any size: each row's largest is subtracted first.
/// Label smoothing: Szegedy et al., "Rethinking the Inception Architecture", CVPR 2016, section 7.
///
/// logits [N, K], N labels in {0, ..., K - 1}. Throws Error for no rows, for another number of labels, for a label out
/// of range (naming its place) and for smoothing outside [0, 1).
CrossEntropy softmax_cross_entropy_forward(const Tensor& logits, const std::vector<int>& labels, Real smoothing);

/// Row by row, e^logit divided by its row's sum: [N, K] -> [N, K].
Tensor softmax(const Tensor& logits);

/// The class with the largest logit in each row, the first of equals: [N, K] -> N. A NaN is never the largest.
std::vector<int> argmax_rows(const Tensor& logits);

}  // namespace onefold
