// Lesson 3. Gradient check: an op of your own, two wrong ones, and how far a difference quotient can be trusted.
//
// Command: build/examples/03_gradient_check
// Page:    docs/03-gradient-check.md
//
// Expected output (at once):
//   1. Three gradients for y = x sigmoid(x), by the obvious check
//   ...
//   2. The same three by the library's check
//   ...
//   3. How wrong is (f(x + eps) - f(x - eps)) / (2 eps) for f = x / (1 + x^2) at 0.7?
//   ...

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

#include "autograd/gradcheck.h"
#include "autograd/ops.h"
#include "core/random.h"
#include "examples/cli/program.h"

using namespace onefold;

namespace {

Real sigmoid(Real x) { return 1 / (1 + std::exp(-x)); }

// -- the op: SiLU, y = x sigmoid(x), and its slope sigmoid(x) + x sigmoid(x) (1 - sigmoid(x))

// [kernels]
Tensor silu_forward(const Tensor& x) {
  Tensor y(x.shape());
  for (int64_t i = 0; i < x.size(); ++i) y[i] = x[i] * sigmoid(x[i]);
  return y;
}

Tensor silu_backward(const Tensor& x, const Tensor& dy) {
  Tensor dx(x.shape());
  for (int64_t i = 0; i < x.size(); ++i) {
    const Real s = sigmoid(x[i]);
    dx[i] = dy[i] * (s + x[i] * s * (1 - s));
  }
  return dx;
}
// [/kernels]

// [op]
Variable silu(const Variable& x) {
  return record("silu", silu_forward(x.value()), {x},
                [x = x.value()](const Tensor& dy) -> Grads { return {silu_backward(x, dy)}; });
}
// [/op]

// -- two mistakes with which a network still trains, but worse

// [mistakes]
/// Forgets the product rule: treats sigmoid(x) as a constant.
Variable silu_half_the_rule(const Variable& x) {
  return record("silu_half_the_rule", silu_forward(x.value()), {x}, [x = x.value()](const Tensor& dy) -> Grads {
    Tensor dx(x.shape());
    for (int64_t i = 0; i < x.size(); ++i) dx[i] = dy[i] * sigmoid(x[i]);
    return {dx};
  });
}

/// Forgets the chain rule: returns its own slope, whatever gradient arrives.
Variable silu_ignores_dy(const Variable& x) {
  return record("silu_ignores_dy", silu_forward(x.value()), {x},
                [x = x.value()](const Tensor& dy) -> Grads { return {silu_backward(x, Tensor::full(dy.shape(), 1))}; });
}
// [/mistakes]

using Op = std::function<Variable(const Variable&)>;

// With Real = double the check can be much stricter.
constexpr bool kDouble = sizeof(Real) == sizeof(double);
constexpr Real kEps = kDouble ? Real(1e-6) : Real(1e-2);
constexpr double kTolerance = kDouble ? 1e-6 : 1e-2;

// [own-check]
/// The obvious check: compares the gradient of sum(op(x)) with difference quotients, element by element.
double largest_error(const Op& op, const Tensor& x) {
  const Variable leaf(x, /*requires_grad=*/true);
  sum(op(leaf)).backward();
  double largest = 0;
  for (int64_t i = 0; i < x.size(); ++i) {
    Tensor above = x.clone(), below = x.clone();
    above[i] += kEps;
    below[i] -= kEps;
    const Real change = sum(op(Variable(above))).value().item() - sum(op(Variable(below))).value().item();
    largest = std::max(largest, static_cast<double>(std::abs(change / (2 * kEps) - leaf.grad()[i])));
  }
  return largest;
}
// [/own-check]

struct NamedOp {
  const char* name;
  Op op;
};
const NamedOp kOps[] = {{"silu", silu}, {"half the rule", silu_half_the_rule}, {"ignores dy", silu_ignores_dy}};

void print_line(const char* name, bool ok, double error) {
  std::printf("   %-16s %-6s   maximum error %.1e\n", name, ok ? "passes" : "FAILS", error);
}

// -- central differences in both number types

// [quotient]
template <class T>
double error_of_quotient(T eps) {
  const auto f = [](T x) { return x / (1 + x * x); };
  const T x = static_cast<T>(0.7);
  const T quotient = (f(x + eps) - f(x - eps)) / (2 * eps);
  const double exact = (1 - 0.49) / (1.49 * 1.49);
  return std::abs(quotient - exact) / exact;
}
// [/quotient]

void lesson() {
  const Tensor x = random_normal({4, 5}, Random(/*seed=*/1, /*stream=*/0));

  std::puts("1. Three gradients for y = x sigmoid(x), by the obvious check");
  for (const auto& [name, op] : kOps) {
    const double error = largest_error(op, x);
    print_line(name, error <= kTolerance, error);
  }

  std::puts("\n2. The same three by the library's check");
  for (const auto& [name, op] : kOps) {
    // [check]
    const auto f = [&candidate = op](const std::vector<Variable>& inputs) { return candidate(inputs[0]); };
    const GradientCheck result = check_gradients(f, {x}, kEps, kTolerance);
    // [/check]
    print_line(name, result.ok, result.largest_error);
  }

  std::puts("\n3. How wrong is (f(x + eps) - f(x - eps)) / (2 eps) for f = x / (1 + x^2) at 0.7?");
  std::puts("        eps      float     double");
  for (int exponent = 1; exponent <= 10; ++exponent) {
    const double eps = std::pow(10.0, -exponent);
    const float eps_in_float = static_cast<float>(eps);
    std::printf("     %6.0e   %8.1e   %8.1e\n", eps, error_of_quotient(eps_in_float), error_of_quotient(eps));
  }
}

}  // namespace

int main(int argc, char** argv) { return run_lesson(argc, argv, lesson); }
