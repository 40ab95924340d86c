#pragma once

#include "autograd/ops.h"
#include "core/annex/window_pooling.h"

namespace onefold {

// The differentiable ops of pooling over windows: the counterpart of autograd/ops.h, with the same conventions and
// tests.

Variable max_pool2d(const Variable& x, const Pool2dArgs& args);  // dx = dy at each window's first maximum
Variable avg_pool2d(const Variable& x, const Pool2dArgs& args);  // dx = dy / window, spread over the window

}  // namespace onefold
