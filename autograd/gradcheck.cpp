#include "autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/check.h"
#include "core/random.h"

namespace onefold {

namespace {

/// Gradients below this share of the input's maximum gradient are measured against that share: the errors of
/// differences have the same size for all elements.
constexpr double kSmallPart = sizeof(Real) == 8 ? 1e-3 : 1e-2;

using Function = std::function<Variable(const std::vector<Variable>&)>;

/// f without history, with one input replaced.
Tensor value_at(const Function& f, const std::vector<Tensor>& inputs, size_t replaced, const Tensor& replacement) {
  const NoGrad no_grad;
  std::vector<Variable> variables;
  for (size_t i = 0; i < inputs.size(); ++i) variables.emplace_back(i == replaced ? replacement : inputs[i]);
  return f(variables).value();
}

/// The derivative of sum(dy f) with respect to one element: weighted differences of f, not differences of weighted
/// sums, which would lose digits to cancellation.
double central_difference(const Function& f, const std::vector<Tensor>& inputs, size_t input, int64_t element,
                          const Tensor& dy, double eps) {
  Tensor above = inputs[input].clone();
  Tensor below = inputs[input].clone();
  above[element] += static_cast<Real>(eps);
  below[element] -= static_cast<Real>(eps);
  const Tensor y_above = value_at(f, inputs, input, above);
  const Tensor y_below = value_at(f, inputs, input, below);
  check(y_above.shape() == dy.shape() && y_below.shape() == dy.shape(),
        "check_gradients: the shape of f's result depends on the values of its inputs");
  double change = 0;
  for (int64_t i = 0; i < dy.size(); ++i) change += double{dy[i]} * (double{y_above[i]} - double{y_below[i]});
  return change / (double{above[element]} - double{below[element]});  // the step after rounding
}

std::string describe(size_t input, int64_t element, double backward, double differences) {
  std::ostringstream text;
  text.precision(10);
  text << "input " << input << ", element " << element << ": backward " << backward << ", differences " << differences;
  return text.str();
}

}  // namespace

GradientCheck check_gradients(const Function& f, const std::vector<Tensor>& inputs, double eps, double tolerance) {
  const double resolution = 4 * double{std::numeric_limits<Real>::epsilon()} / eps / tolerance;
  check(eps > 0 && tolerance > 0 && resolution < 0.1, "check_gradients: central differences with eps ", eps,
        " cannot resolve a tolerance of ", tolerance, " in values of ", 8 * sizeof(Real),
        " bits; take a larger eps or tolerance, or the double build");

  // Gradients from backward(), with weights other than 1, so that a rule that forgets dy fails.
  std::vector<Variable> variables;
  for (const Tensor& input : inputs) variables.emplace_back(input.clone(), true);
  const Variable y = f(variables);
  const Tensor dy = random_uniform(y.shape(), Random(/*seed=*/1, /*stream=*/0), 0.5, 1.5);
  y.backward(dy);

  // The same by differences, element by element.
  GradientCheck result;
  for (size_t input = 0; input < inputs.size(); ++input) {
    const int64_t size = inputs[input].size();
    const Tensor& grad = variables[input].grad();
    std::vector<double> backward(static_cast<size_t>(size), 0.0), differences = backward;
    double scale = resolution * double{max_abs(y.value())};
    for (int64_t i = 0; i < size; ++i) {
      const auto at = static_cast<size_t>(i);
      if (grad.defined()) backward[at] = double{grad[i]};
      differences[at] = central_difference(f, inputs, input, i, dy, eps);
      scale = std::max({scale, kSmallPart * std::abs(backward[at]), kSmallPart * std::abs(differences[at])});
    }

    for (size_t i = 0; i < backward.size(); ++i) {
      const double distance = std::abs(backward[i] - differences[i]);
      const double size_of_both = std::max({std::abs(backward[i]), std::abs(differences[i]), scale});
      const double error = distance == 0 ? 0 : distance / size_of_both;
      if (error <= result.largest_error) continue;
      result.largest_error = error;
      result.where = describe(input, static_cast<int64_t>(i), backward[i], differences[i]);
      if (std::isnan(error)) break;
    }
    if (std::isnan(result.largest_error)) break;
  }
  result.ok = result.largest_error <= tolerance;
  return result;
}

}  // namespace onefold
