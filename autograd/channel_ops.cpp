#include "autograd/ops.h"
#include "core/annex/normalize_filters.h"
#include "core/annex/padding.h"
#include "core/ops/elementwise.h"

namespace onefold {

Variable scale_channels(const Variable& x, const Variable& factor) {
  return record("scale_channels", scale_channels_forward(x.value(), factor.value()), {x, factor},
                [x = x.value(), factor = factor.value(), needs_dx = x.requires_grad(),
                 needs_dfactor = factor.requires_grad()](const Tensor& dy) -> Grads {
                  return {needs_dx ? scale_channels_forward(dy, factor) : Tensor(),
                          needs_dfactor ? sum_rows(multiply(dy, x)) : Tensor()};
                });
}

Variable pad2d(const Variable& x, const Variable& value, int64_t rows, int64_t columns) {
  std::vector<Variable> inputs{x};
  if (value.defined()) inputs.push_back(value);
  return record("pad2d", pad2d_forward(x.value(), value.defined() ? value.value() : Tensor(), rows, columns), inputs,
                [rows, columns, has_value = value.defined(), needs_dx = x.requires_grad(),
                 needs_dvalue = value.requires_grad()](const Tensor& dy) -> Grads {
                  Grads grads{needs_dx ? pad2d_backward(dy, rows, columns) : Tensor()};
                  if (has_value) grads.push_back(needs_dvalue ? pad2d_backward_value(dy, rows, columns) : Tensor());
                  return grads;
                });
}

Variable normalize_filters(const Variable& w) {
  return record("normalize_filters", normalize_filters_forward(w.value()), {w},
                [w = w.value()](const Tensor& dy) -> Grads { return {normalize_filters_backward(w, dy)}; });
}

}  // namespace onefold
