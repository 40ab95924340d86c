#pragma once

#include "core/tensor.h"

namespace onefold {

/// y = x factor, channel by channel: x [..., C], factor [C].
Tensor scale_channels_forward(const Tensor& x, const Tensor& factor);

}  // namespace onefold
