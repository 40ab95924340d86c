#include "core/annex/channel_scale.h"

#include "core/check.h"
#include "core/vector_loop.h"

namespace onefold {

Tensor scale_channels_forward(const Tensor& x, const Tensor& factor) {
  check(x.defined() && factor.defined(), "scale_channels: an operand is undefined; pass two tensors");
  check(x.shape().rank() >= 1 && factor.shape() == Shape{x.shape()[-1]}, "scale_channels: x ", x.shape(),
        " and factor ", factor.shape(), " do not fit; expected one value per channel, the last axis of x");
  Tensor y(x.shape());
  parallel_rows(x.shape().rows(), x.shape()[-1],
                [from = x.data(), by = factor.data(), to = y.data()](int64_t i, int64_t c, auto lanes) {
                  lanes.store(to + i, lanes.load(from + i) * lanes.load(by + c));
                });
  return y;
}

}  // namespace onefold
