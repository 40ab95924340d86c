#pragma once

#include <functional>
#include <string>
#include <vector>

#include "autograd/variable.h"

namespace onefold {

/// The outcome of check_gradients().
struct GradientCheck {
  double largest_error = 0;  // relative, over all elements of all inputs
  std::string where;         // its element, with both gradients
  bool ok = true;            // largest_error <= tolerance; also false if either gradient is NaN
};

/// The step of central differences, and the relative error that they can guarantee with it. The truncation error
/// shrinks with the step's square and the rounding error grows with its inverse: in float they leave little room.
inline constexpr double kDifferenceStep = sizeof(Real) == 8 ? 1e-6 : 1e-2;
inline constexpr double kGradientTolerance = sizeof(Real) == 8 ? 1e-6 : 5e-2;

/// Compares the gradients that backward() finds for f at `inputs` with central differences,
///   (f(x + eps) - f(x - eps)) / (2 eps),  element by element.
///
/// f computes a Variable of any shape from the inputs; the function differentiated is the sum of its elements, each
/// with a fixed weight in [0.5, 1.5). f must give the same result for the same inputs and have no kink within eps.
///
/// An element's error is |backward - differences| divided by the maximum of: the two magnitudes; a thousandth (in float
/// a hundredth) of that input's maximum gradient; what differences cannot resolve, which is 4 rounding errors of f
/// divided by eps and by tolerance.
/// Throws Error if eps and tolerance leave nothing to resolve, as 1e-6 does in float: use the double build for those.
GradientCheck check_gradients(const std::function<Variable(const std::vector<Variable>&)>& f,
                              const std::vector<Tensor>& inputs, double eps = kDifferenceStep,
                              double tolerance = kGradientTolerance);

}  // namespace onefold
