#include "core/ops/elementwise.h"

#include <cmath>

#include "core/check.h"
#include "core/vector_loop.h"

// Legend: x, a, b operands, y result, dx and dy their gradients; C channels, the last axis.

namespace onefold {

namespace {

void check_defined(const char* kernel, const Tensor& x) {
  check(x.defined(), kernel, ": the operand is undefined; pass a tensor");
}

void check_same_shape(const char* kernel, const Tensor& a, const Tensor& b) {
  check(a.defined() && b.defined(), kernel, ": an operand is undefined; pass two tensors");
  check(a.shape() == b.shape(), kernel, ": operands ", a.shape(), " and ", b.shape(),
        " differ in shape; reshape one, or add a [C] bias with add_bias");
}

/// y = f(x), a vector at a time.
template <class Function>
Tensor map(const char* kernel, const Tensor& x, Function f) {
  check_defined(kernel, x);
  Tensor y(x.shape());
  parallel_vectors(x.size(), [f, from = x.data(), to = y.data()](int64_t i, auto lanes) {
    lanes.store(to + i, f(lanes.load(from + i)));
  });
  return y;
}

/// y = f(a, b), a vector at a time, in a new buffer unless one is given.
template <class Function>
Tensor zip(const char* kernel, const Tensor& a, const Tensor& b, Function f, Tensor y = {}) {
  check_same_shape(kernel, a, b);
  if (!y.defined()) y = Tensor(a.shape());
  parallel_vectors(a.size(), [f, from_a = a.data(), from_b = b.data(), to = y.data()](int64_t i, auto lanes) {
    lanes.store(to + i, f(lanes.load(from_a + i), lanes.load(from_b + i)));
  });
  return y;
}

/// y = f(x), an element at a time: for functions of the math library, which has no vector versions.
template <class Function>
Tensor map_numbers(const char* kernel, const Tensor& x, Function f) {
  check_defined(kernel, x);
  Tensor y(x.shape());
  parallel_for(x.size(), kRangeNumbers / 8, [&, to = y.data()](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) to[i] = f(x[i]);
  });
  return y;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  return zip("add", a, b, [](Vec va, Vec vb) { return va + vb; });
}

Tensor add_to(Tensor sum, const Tensor& x) {
  check_sole_owner(sum, "add_to");
  return zip(
      "add_to", sum, x, [](Vec va, Vec vb) { return va + vb; }, sum);
}

Tensor subtract(const Tensor& a, const Tensor& b) {
  return zip("subtract", a, b, [](Vec va, Vec vb) { return va - vb; });
}

Tensor multiply(const Tensor& a, const Tensor& b) {
  return zip("multiply", a, b, [](Vec va, Vec vb) { return va * vb; });
}

Tensor scale(const Tensor& x, Real factor) {
  return map("scale", x, [factor](Vec v) { return factor * v; });
}

Tensor add_scaled(const Tensor& a, Real factor, const Tensor& b) {
  return zip("add_scaled", a, b, [factor](Vec va, Vec vb) { return va + factor * vb; });
}

Tensor exp_forward(const Tensor& x) {
  return map_numbers("exp", x, [](Real v) { return std::exp(v); });
}
Tensor exp_backward(const Tensor& y, const Tensor& dy) { return multiply(y, dy); }

Tensor log_forward(const Tensor& x) {
  return map_numbers("log", x, [](Real v) { return std::log(v); });
}
Tensor log_backward(const Tensor& x, const Tensor& dy) {
  return zip("log_backward", x, dy, [](Vec v, Vec g) { return g / v; });
}

Tensor tanh_forward(const Tensor& x) {
  return map_numbers("tanh", x, [](Real v) { return std::tanh(v); });
}
Tensor tanh_backward(const Tensor& y, const Tensor& dy) {
  return zip("tanh_backward", y, dy, [](Vec v, Vec g) { return (1 - v * v) * g; });
}

// [relu]
// Both compare such that a NaN passes through: a comparison with NaN is false.
Tensor relu_forward(const Tensor& x) {
  return map("relu", x, [](Vec v) { return v < Vec{} ? Vec{} : v; });
}
Tensor relu_backward(const Tensor& x_or_y, const Tensor& dy) {
  return zip("relu_backward", x_or_y, dy, [](Vec v, Vec g) { return v <= Vec{} ? Vec{} : g; });
}
// [/relu]

Tensor add_bias_forward(const Tensor& x, const Tensor& bias) {
  check(x.defined() && bias.defined(), "add_bias: an operand is undefined; pass two tensors");
  check(x.shape().rank() >= 1 && bias.shape() == Shape{x.shape()[-1]}, "add_bias: x ", x.shape(), " and bias ",
        bias.shape(), " do not fit; expected one value per channel, the last axis of x");
  Tensor y(x.shape());
  parallel_rows(x.shape().rows(), x.shape()[-1],
                [from = x.data(), offset = bias.data(), to = y.data()](int64_t i, int64_t c, auto lanes) {
                  lanes.store(to + i, lanes.load(from + i) + lanes.load(offset + c));
                });
  return y;
}

Tensor sum_rows(const Tensor& x) {
  check(x.defined() && x.shape().rank() >= 1, "sum_rows: needs a tensor [..., C], got ",
        x.defined() ? x.shape().text() : "none");
  const int64_t channels = x.shape()[-1];
  const std::vector<double> sums =
      ordered_sums(x.shape().rows(), rows_per_sum(channels), channels, [&](int64_t begin, int64_t end, double* share) {
        add_rows(x.data() + begin * channels, end - begin, channels, share);
      });
  Tensor result({channels});
  std::copy(sums.begin(), sums.end(), result.data());
  return result;
}

double sum(const Tensor& x) {
  check_defined("sum", x);
  // Split each range into rows of 64 elements, whatever the machine's vector width, sum the rows, then the 64 sums.
  constexpr int64_t kColumns = 64;
  return ordered_sums(x.size(), kRangeNumbers, 1, [&](int64_t begin, int64_t end, double* share) {
    double columns[kColumns] = {};
    const int64_t rows = (end - begin) / kColumns;
    add_rows(x.data() + begin, rows, kColumns, columns);
    for (int64_t i = begin + rows * kColumns; i < end; ++i) columns[0] += static_cast<double>(x[i]);
    for (const double column : columns) *share += column;
  })[0];
}

}  // namespace onefold
