#pragma once

#include <initializer_list>
#include <string>
#include <utility>

#include "autograd/variable.h"

namespace onefold {

inline Variable parameter(std::initializer_list<Real> values) {
  return Variable(Tensor::from({static_cast<int64_t>(values.size())}, values), true);
}

inline Variable number(Real value) { return Variable(Tensor::full({}, value), true); }

/// An op that passes its input on, with any backward: a way to watch the engine.
inline Variable identity(const Variable& x, Backward backward, const std::string& name = "identity") {
  return record(name, x.value(), {x}, std::move(backward));
}

/// Gives a parameter this gradient, as a backward pass would.
inline void give_gradient(Variable& parameter, const Tensor& gradient) {
  parameter.clear_grad();
  parameter.backward(gradient);
}

}  // namespace onefold
