#include "core/ops/softmax.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/parallel.h"

// Legend: N rows (images), K classes; a row's logits z; log_sum = log(sum_k e^z_k).

namespace onefold {

namespace {

void check_logits(const char* kernel, const Tensor& logits) {
  check(logits.defined() && logits.shape().rank() == 2 && logits.shape()[1] >= 1, kernel,
        ": logits must be [N, K] with K >= 1, got ", logits.defined() ? logits.shape().text() : "none");
}

/// Rows per range of a parallel loop; an exponential costs about as much as ten other operations.
int64_t rows_per_range(int64_t classes) { return std::max<int64_t>(1, 2048 / classes); }

/// log(sum_k e^z_k) = m + log(sum_k e^(z_k - m)): with the maximum as m, no power overflows and one of them is 1.
double log_sum_exp(const Real* z, int64_t classes) {
  const double largest = static_cast<double>(*std::max_element(z, z + classes));
  double sum = 0;
  for (int64_t k = 0; k < classes; ++k) sum += std::exp(static_cast<double>(z[k]) - largest);
  return largest + std::log(sum);
}

/// -log softmax(z)_k, the surprise at class k.
double surprise(const Real* z, int64_t k, double log_sum) { return log_sum - static_cast<double>(z[k]); }

}  // namespace

CrossEntropy softmax_cross_entropy_forward(const Tensor& logits, const std::vector<int>& labels, Real smoothing) {
  check_logits("softmax_cross_entropy", logits);
  const int64_t rows = logits.shape()[0], classes = logits.shape()[1];
  check(rows >= 1, "softmax_cross_entropy: logits ", logits.shape(), " hold no rows; pass at least one");
  check(static_cast<int64_t>(labels.size()) == rows, "softmax_cross_entropy: ", labels.size(), " labels for logits ",
        logits.shape(), "; pass one label per row");
  check(smoothing >= 0 && smoothing < 1, "softmax_cross_entropy: smoothing ", smoothing,
        " must be at least 0 and below 1");
  for (size_t i = 0; i < labels.size(); ++i) {
    check(labels[i] >= 0 && labels[i] < classes, "softmax_cross_entropy: label ", labels[i], " at index ", i,
          " is out of range; logits ", logits.shape(), " have ", classes, " classes, 0 to ", classes - 1);
  }

  // The target q: `rest` for every class, plus `hit` for the label.
  const double hit = 1 - static_cast<double>(smoothing);
  const double rest = static_cast<double>(smoothing) / static_cast<double>(classes);
  const double share = 1 / static_cast<double>(rows);

  Tensor dlogits(logits.shape());
  const double loss = ordered_sums(rows, rows_per_range(classes), 1, [&](int64_t begin, int64_t end, double* sum) {
    for (int64_t n = begin; n < end; ++n) {
      const Real* z = logits.data() + n * classes;
      const int64_t label = labels[static_cast<size_t>(n)];
      const double log_sum = log_sum_exp(z, classes);
      *sum += hit * surprise(z, label, log_sum);
      for (int64_t k = 0; k < classes; ++k) {
        const double probability = std::exp(-surprise(z, k, log_sum));
        const double target = rest + (k == label ? hit : 0);
        if (rest > 0) *sum += rest * surprise(z, k, log_sum);
        dlogits[n * classes + k] = static_cast<Real>((probability - target) * share);
      }
    }
  })[0];
  return {static_cast<Real>(loss * share), dlogits};
}

Tensor softmax(const Tensor& logits) {
  check_logits("softmax", logits);
  const int64_t classes = logits.shape()[1];
  Tensor probabilities(logits.shape());
  parallel_for(logits.shape()[0], rows_per_range(classes), [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; ++n) {
      const Real* z = logits.data() + n * classes;
      const double log_sum = log_sum_exp(z, classes);
      for (int64_t k = 0; k < classes; ++k) {
        probabilities[n * classes + k] = static_cast<Real>(std::exp(-surprise(z, k, log_sum)));
      }
    }
  });
  return probabilities;
}

std::vector<int> argmax_rows(const Tensor& logits) {
  check_logits("argmax_rows", logits);
  const int64_t classes = logits.shape()[1];
  std::vector<int> classes_of_rows(static_cast<size_t>(logits.shape()[0]));
  for (size_t n = 0; n < classes_of_rows.size(); ++n) {
    const Real* z = logits.data() + static_cast<int64_t>(n) * classes;
    int64_t best = 0;
    for (int64_t k = 1; k < classes; ++k) {
      if (z[k] > z[best] || std::isnan(z[best])) best = k;
    }
    classes_of_rows[n] = static_cast<int>(best);
  }
  return classes_of_rows;
}

}  // namespace onefold
