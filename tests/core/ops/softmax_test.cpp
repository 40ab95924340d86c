#include "core/ops/softmax.h"

#include <cmath>
#include <limits>
#include <vector>

#include "core/check.h"
#include "core/ops/elementwise.h"
#include "core/random.h"
#include "tests/catch.h"
#include "tests/same_bits.h"

using namespace onefold;

namespace {

constexpr Real kNan = std::numeric_limits<Real>::quiet_NaN();
constexpr double kRounding = std::numeric_limits<Real>::epsilon();

/// The sum of each row of [N, K], as a product with ones would give it.
std::vector<double> row_sums(const Tensor& x) {
  std::vector<double> sums(static_cast<size_t>(x.shape()[0]), 0.0);
  for (int64_t i = 0; i < x.size(); ++i) sums[static_cast<size_t>(i / x.shape()[1])] += static_cast<double>(x[i]);
  return sums;
}

}  // namespace

TEST_CASE("softmax: rows are probabilities, and adding a number to a row changes nothing", "[core]") {
  for (const Shape& shape : {Shape{50, 10}, Shape{3, 1}, Shape{2, 1000}, Shape{0, 4}}) {
    CAPTURE(shape.text());
    const Tensor logits = random_normal(shape, Random(1, 0), 4), probabilities = softmax(logits);
    for (const double sum : row_sums(probabilities)) CHECK(sum == Approx(1).epsilon(10 * kRounding));
    for (int64_t i = 0; i < probabilities.size(); ++i) {
      if (!(probabilities[i] > 0 && probabilities[i] <= 1)) FAIL("probability " << probabilities[i]);
    }
    const Tensor shifted = softmax(add(logits, Tensor::full(shape, 8)));
    CHECK(max_abs_difference(shifted, probabilities) <= 20 * kRounding);
  }
  CHECK(softmax(Tensor::from({1, 2}, {0, std::log(Real{3})}))[1] == Approx(0.75));
}

TEST_CASE("cross-entropy: the definition, from softmax's probabilities", "[core]") {
  constexpr int64_t kRows = 20, kClasses = 7;
  const Tensor logits = random_normal({kRows, kClasses}, Random(4, 0), 2), probabilities = softmax(logits);
  std::vector<int> labels(kRows);
  for (size_t n = 0; n < labels.size(); ++n) labels[n] = static_cast<int>(n % kClasses);

  for (const double smoothing : {0.0, 0.1, 0.5}) {
    const CrossEntropy got = softmax_cross_entropy_forward(logits, labels, static_cast<Real>(smoothing));
    double loss = 0, largest_error = 0;
    for (int64_t i = 0; i < logits.size(); ++i) {
      const double probability = static_cast<double>(probabilities[i]);
      const bool is_label = i % kClasses == labels[static_cast<size_t>(i / kClasses)];
      const double target = (is_label ? 1 - smoothing : 0) + smoothing / kClasses;
      loss -= target * std::log(probability) / kRows;
      const double gradient = (probability - target) / kRows;
      largest_error = std::max(largest_error, std::abs(static_cast<double>(got.dlogits[i]) - gradient));
    }
    CHECK(static_cast<double>(got.loss) == Approx(loss).epsilon(10 * kRounding));
    CHECK(largest_error <= kRounding);
    CHECK(max_abs(got.dlogits) > Real(0.01));
  }
}

TEST_CASE("cross-entropy: even chances cost log K, and the gradient of each row sums to zero", "[core]") {
  for (const Real smoothing : {Real(0), Real(0.1), Real(0.9)}) {
    const CrossEntropy even = softmax_cross_entropy_forward(Tensor::full({3, 10}, 2), {0, 5, 9}, smoothing);
    CHECK(even.loss == Approx(std::log(10.0)).epsilon(4 * kRounding));

    const Tensor logits = random_normal({64, 10}, Random(2, 0), 3);
    const CrossEntropy got = softmax_cross_entropy_forward(logits, std::vector<int>(64, 7), smoothing);
    CHECK(max_abs(got.dlogits) > 0);
    for (const double sum : row_sums(got.dlogits)) CHECK(std::abs(sum) <= kRounding);
  }
}

TEST_CASE("cross-entropy: logits of ten thousand neither overflow nor lose the loss", "[core]") {
  const Tensor logits = Tensor::from({1, 3}, {10000, 0, -10000});
  const auto with = [&](int label, double smoothing) {
    return softmax_cross_entropy_forward(logits, {label}, static_cast<Real>(smoothing));
  };
  CHECK(with(0, 0).loss == 0);
  CHECK(with(1, 0).loss == 10000);
  CHECK(with(2, 0).loss == 20000);
  CHECK(with(0, 0.3).loss == Approx(0.3 / 3 * 30000));
  CHECK(with(0, 0).dlogits.to_vector() == std::vector<Real>{0, 0, 0});
  CHECK(with(2, 0).dlogits.to_vector() == std::vector<Real>{1, 0, -1});
  CHECK(softmax(logits).to_vector() == std::vector<Real>{1, 0, 0});

  // Without smoothing a class that is ruled out costs nothing.
  const Real infinity = std::numeric_limits<Real>::infinity();
  CHECK(softmax_cross_entropy_forward(Tensor::from({1, 2}, {1, -infinity}), {0}, 0).loss == 0);
}

TEST_CASE("cross-entropy: a NaN is not hidden", "[core]") {
  for (int64_t place = 0; place < 3; ++place) {
    Tensor logits = Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6});
    logits[place] = kNan;
    CHECK(std::isnan(softmax_cross_entropy_forward(logits, {2, 2}, 0).loss));
    CHECK(std::isnan(softmax(logits)[0]));
  }
}

TEST_CASE("argmax_rows: the first of the largest, never a NaN", "[core]") {
  const Tensor logits = Tensor::from({4, 3}, {1, 3, 2, 5, 5, 5, -3, -2, -2, kNan, 1, 2});
  CHECK(argmax_rows(logits) == std::vector<int>{1, 0, 1, 2});
  CHECK(argmax_rows(Tensor::from({1, 3}, {4, kNan, 1})) == std::vector<int>{0});
  CHECK(argmax_rows(Tensor::zeros({0, 3})).empty());
}

TEST_CASE("softmax: the same bits for any number of threads", "[core]") {
  const Tensor logits = random_normal({3000, 10}, Random(3, 0), 3);
  std::vector<int> labels(3000);
  for (size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<int>(Random(3, 1).below(i, 10));
  CHECK(same_bits_for_any_threads([&] {
    const CrossEntropy got = softmax_cross_entropy_forward(logits, labels, Real(0.1));
    return std::vector<Tensor>{Tensor::full({}, got.loss), got.dlogits, softmax(logits)};
  }));
}

TEST_CASE("cross-entropy: bad labels, smoothing and shapes are named", "[core]") {
  const Tensor logits = Tensor::zeros({3, 10});
  CHECK_THROWS_WITH(softmax_cross_entropy_forward(logits, {1, 10, 2}, 0),
                    ContainsSubstring("label 10 at index 1") && ContainsSubstring("10 classes, 0 to 9"));
  CHECK_THROWS_WITH(softmax_cross_entropy_forward(logits, {1, 2, -1}, 0), ContainsSubstring("label -1 at index 2"));
  CHECK_THROWS_WITH(softmax_cross_entropy_forward(logits, {1, 2}, 0), ContainsSubstring("2 labels for logits [3 10]"));
  CHECK_THROWS_WITH(softmax_cross_entropy_forward(logits, {1, 2, 3}, 1), ContainsSubstring("smoothing 1 must be"));
  CHECK_THROWS_AS(softmax_cross_entropy_forward(logits, {1, 2, 3}, Real(-0.1)), Error);
  CHECK_THROWS_AS(softmax_cross_entropy_forward(logits, {1, 2, 3}, kNan), Error);
  CHECK_THROWS_WITH(softmax_cross_entropy_forward(Tensor::zeros({0, 10}), {}, 0), ContainsSubstring("hold no rows"));
  CHECK_THROWS_WITH(softmax(Tensor::zeros({3})), "softmax: logits must be [N, K] with K >= 1, got [3]");
  CHECK_THROWS_AS(softmax(Tensor()), Error);
  CHECK_THROWS_AS(argmax_rows(Tensor::zeros({2, 0})), Error);
}
