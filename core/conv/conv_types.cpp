#include "core/conv/conv_types.h"

#include "core/check.h"

namespace onefold {

namespace {

void check_args(const Conv2dArgs& args) {
  check(args.stride_h >= 1 && args.stride_w >= 1, "conv2d: stride ", args.stride_h, " x ", args.stride_w,
        " must be at least 1");
  check(args.padding_h >= 0 && args.padding_w >= 0, "conv2d: padding ", args.padding_h, " x ", args.padding_w,
        " must not be negative");
  check(args.dilation_h >= 1 && args.dilation_w >= 1, "conv2d: dilation ", args.dilation_h, " x ", args.dilation_w,
        " must be at least 1");
  check(args.groups >= 1, "conv2d: groups ", args.groups, " must be at least 1");
}

}  // namespace

Conv2dArgs conv2d_args(int64_t stride, int64_t padding, int64_t groups) {
  Conv2dArgs args;
  args.stride_h = args.stride_w = stride;
  args.padding_h = args.padding_w = padding;
  args.groups = groups;
  return args;
}

ConvGeometry::ConvGeometry(const Shape& x_shape, const Shape& w_shape, const Conv2dArgs& a)
    : x(x_shape), w(w_shape), args(a) {
  check_args(args);
  check(x.rank() == 4, "conv2d: input ", x, " needs four axes [N H W C]");
  check(w.rank() == 4 && w.size() >= 1, "conv2d: weight ", w, " needs four axes [R S C/groups K], each at least 1");
  N = x[0], H = x[1], W = x[2], C = x[3], R = w[0], S = w[1], G = w[2], K = w[3];
  check(C % args.groups == 0 && K % args.groups == 0, "conv2d: input ", x, " and weight ", w,
        " need channels divisible by groups ", args.groups);
  check(G == C / args.groups, "conv2d: input ", x, " has ", C, " channels, weight ", w, " expects ", G * args.groups,
        args.groups > 1 ? " (weight channels times groups)" : "", "; make the weight's third axis ", C / args.groups);
  const int64_t reach_h = args.dilation_h * (R - 1) + 1, reach_w = args.dilation_w * (S - 1) + 1;
  const int64_t room_h = H + 2 * args.padding_h, room_w = W + 2 * args.padding_w;
  check(room_h >= reach_h && room_w >= reach_w, "conv2d: weight ", w, " at dilation ", args.dilation_h, " x ",
        args.dilation_w, " covers ", reach_h, " x ", reach_w, ", input ", x, " with padding is only ", room_h, " x ",
        room_w, "; use a smaller kernel or more padding");
  P = (room_h - reach_h) / args.stride_h + 1, Q = (room_w - reach_w) / args.stride_w + 1;
  y = {N, P, Q, K};
}

}  // namespace onefold
